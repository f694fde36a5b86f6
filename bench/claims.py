"""What the engine promises, measured against what the codecs need by themselves: ratios, each with its limit.

One thread, medians of several rounds, both sides of a ratio in turn and in processor time, so that a busy machine does
not count; against another program only the clock can be read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

from bench.claim_files import (
    JPEG_QUALITY,
    PLAIN_JPEG,
    TILE,
    found_at,
    grainy,
    jpeg_2000_file,
    kept,
    pyramid_of,
    write_copy,
)
from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import Box, Extent
from iiifserver.testing import encoded, plan_for

EIGHTY_MEGAPIXELS = Extent(10_240, 7_900)
GIGAPIXEL = Extent(32_768, 32_768)
ROUNDS, IN_A_ROW = 9, 8
CORNER = 700
"""Where a region begins that lies on four stored tiles."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure and what it may be at most."""

    name: str
    figure: float
    limit: float
    unit: str = "x"

    @property
    def holds(self) -> bool:
        return self.figure <= self.limit

    def __str__(self) -> str:
        verdict = "pass" if self.holds else "FAIL"
        return f"{verdict}  {self.figure:8.3f} {self.unit:<9} at most {self.limit:<7.4g} {self.name}"


def measure() -> bool:
    """Prints every claim and tells whether all hold."""
    claims = []
    for claim in made():
        print(claim, flush=True)
        claims.append(claim)
    return all(claim.holds for claim in claims)


def made() -> Iterator[Claim]:
    yield pass_through()
    yield tiled_tiff()
    yield from jpeg_2000()
    yield working_copy()
    yield thumbnail()
    yield overlays_on_a_tile()
    yield peak_memory()


def milliseconds(clock: Callable[[], float], *works: Callable[[], object]) -> list[float]:
    """The median over rounds of what each piece of work takes, several times in a row as under load, taken in turn."""
    taken: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(ROUNDS):
        for work, times in zip(works, taken, strict=True):
            start = clock()
            for _ in range(IN_A_ROW):
                work()
            times.append((clock() - start) * 1000 / IN_A_ROW)
    return [median(times) for times in taken]


def rendering(processor: Any, path: Path, box: Box, size: Extent) -> Callable[[], bytes]:
    """Reads, scales and writes a region as JPEG: all but the way there."""
    from processors.encoders import EncoderSettings, encode
    from processors.operations import picture
    from processors.output import Output

    found = found_at(path)
    facts = processor.facts(found)
    plan = plan_for(facts, box, size, format=Format.JPG)

    def render() -> bytes:
        raster = processor.read(found, facts, plan)
        return encode(picture(raster, plan, facts.orientation, Output()), Format.JPG, EncoderSettings())

    return render


def pass_through() -> Claim:
    from processors.backends.tiles import TilesOptions, TilesProcessor

    processor, path = TilesProcessor(TilesOptions()), pyramid_of(EIGHTY_MEGAPIXELS)
    found, box = found_at(path), Box(TILE, TILE, TILE, TILE)
    facts = processor.facts(found)
    plan = plan_for(facts, box, format=Format.JPG)
    if processor.stored(found, facts, plan) is None:
        raise ValueError("The tile of the bench is not handed out as it is stored.")
    stored, rendered = milliseconds(
        time.process_time,
        lambda: processor.stored(found, facts, plan),
        rendering(processor, path, box, box.extent),
    )
    return Claim("stored tile / decoded and encoded tile", stored / rendered, 1 / 50)


def tiled_tiff() -> Claim:
    from processors.backends.tiles import TilesOptions, TilesProcessor

    path, box = pyramid_of(EIGHTY_MEGAPIXELS), Box(CORNER, CORNER, TILE, TILE)
    with tifffile.TiffFile(path) as tiff:
        page: Any = tiff.pages[0]
        columns = -(-page.imagewidth // TILE)
        places = [column + row * columns for row in (1, 2) for column in (1, 2)]
        spans = [(page.dataoffsets[place], page.databytecounts[place]) for place in places]

    def by_the_codec() -> object:
        canvas = np.empty((2 * TILE, 2 * TILE, 3), np.uint8)
        with path.open("rb") as file:
            for place, (offset, length) in enumerate(spans):
                file.seek(offset)
                top, left = divmod(place, 2)
                canvas[top * TILE : (top + 1) * TILE, left * TILE : (left + 1) * TILE] = imagecodecs.jpeg8_decode(
                    file.read(length)
                )
        shift = CORNER - TILE
        part = np.ascontiguousarray(canvas[shift : shift + TILE, shift : shift + TILE])
        return encoded(Image.fromarray(part), "JPEG", quality=JPEG_QUALITY)

    ours = rendering(TilesProcessor(TilesOptions()), path, box, box.extent)
    engine, codec = milliseconds(time.process_time, ours, by_the_codec)
    return Claim("tile across four JPEG tiles of a TIFF / libjpeg-turbo alone", engine / codec, 1.2)


def jpeg_2000() -> Iterator[Claim]:
    from processors.backends.openjpeg import OpenJpegOptions, OpenJpegProcessor

    program = shutil.which("opj_decompress")
    if program is None:
        print("There is no opj_decompress to compare with: apt install libopenjp2-tools", file=sys.stderr)
        return
    path = jpeg_2000_file()
    for halvings in (0, 1, 2):
        edge = TILE << halvings
        box = Box(CORNER, CORNER, edge, edge)
        with tempfile.TemporaryDirectory() as folder:
            area = f"{box.x},{box.y},{box.right},{box.bottom}"
            output = str(Path(folder) / "tile.bmp")
            command = [program, "-i", str(path), "-o", output, "-d", area, "-r", str(halvings)]
            theirs, ours = milliseconds(
                time.perf_counter,
                lambda command=command: subprocess.run(command, check=True, capture_output=True),
                rendering(OpenJpegProcessor(OpenJpegOptions()), path, box, Extent(TILE, TILE)),
            )
        yield Claim(f"JPEG 2000 tile 1:{1 << halvings} with its encoding / opj_decompress", ours / theirs, 1.2)


def working_copy() -> Claim:
    """A tile from the middle of a plain JPEG, after its working copy was made and before."""
    from processors.backends.pillow import PillowOptions, PillowProcessor
    from processors.backends.tiles import TilesOptions, TilesProcessor
    from processors.output import Output
    from processors.runtime import Inspected

    extent, box = PLAIN_JPEG, Box(6 * TILE, 4 * TILE, TILE, TILE)
    path = kept("claims-plain.jpg", lambda file: grainy(extent).save(file, "JPEG", quality=JPEG_QUALITY))
    copy = kept("claims-working-copy.tif", lambda file: write_copy(path, file))
    reader, found = TilesProcessor(TilesOptions()), found_at(copy)
    facts = reader.facts(found)
    assert facts is not None
    source = Inspected(facts, reader).of(found)
    plan = plan_for(facts, box, box.extent, format=Format.JPG)
    assert source.stored(plan, Output())
    before = rendering(PillowProcessor(PillowOptions()), path, box, box.extent)
    after, earlier = milliseconds(time.process_time, lambda: source.stored(plan, Output()), before)
    name = f"tile of a plain JPEG of 28 megapixels, its working copy / itself ({earlier:.0f} ms)"
    return Claim(name, after / earlier, 0.01)


def thumbnail() -> Claim:
    from processors.backends.tiles import TilesOptions, TilesProcessor

    extent = EIGHTY_MEGAPIXELS
    whole, size = Box(0, 0, extent.width, extent.height), Extent(200, 154)
    render = rendering(TilesProcessor(TilesOptions()), pyramid_of(extent), whole, size)
    (taken,) = milliseconds(time.process_time, render)
    return Claim("thumbnail of an 80-megapixel pyramid, processor time", taken, 5, "ms")


def overlays_on_a_tile() -> Claim:
    """A text on its veil and a picture with transparency, on a tile that is decoded and encoded anyway."""
    from bench.engine import STRANGER, plain_runtime, requested
    from images import pipeline
    from overlays.applied import ActiveOverlay
    from overlays.backends.picture import PictureOverlay
    from overlays.backends.text import TextOverlay
    from overlays.runtime import Overlays
    from overlays.scope import EVERYTHING
    from overlays.uploads import store

    path = pyramid_of(EIGHTY_MEGAPIXELS)
    bare = plain_runtime(path.parent)
    logo = Image.new("RGBA", (300, 150), (200, 30, 30, 160))
    options = {"text": "© Archive of the bench", "background": "rgba(0, 0, 0, 0.4)"}
    drawn_on = (
        TextOverlay.build(options),
        PictureOverlay.build({"picture": store(encoded(logo, "PNG")), "position": "top left", "width_percent": 25}),
    )
    marks = Overlays(tuple(ActiveOverlay(type(one).__name__, EVERYTHING, one) for one in drawn_on))
    request = requested(f"{path.name}/512,512,512,512/512,512/0/default.jpg")
    without, with_both = (
        partial(lambda runtime: pipeline.render(pipeline.prepare(request, STRANGER, runtime), runtime), runtime)
        for runtime in (bare, replace(bare, overlays=marks))
    )
    plain, marked = milliseconds(time.process_time, without, with_both)
    return Claim("a text and a picture on a tile, more than the tile without", marked - plain, 1.5, "ms")


def peak_memory() -> Claim:
    """In a process of its own, which has asked for nothing else before."""
    path = pyramid_of(GIGAPIXEL)
    command = [sys.executable, "-m", "bench.claims", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ.copy())
    return Claim(
        "memory that tiles of a gigapixel pyramid take on top of the idle process", float(done.stdout), 150, "MB"
    )


def memory_of_tiles(path: Path) -> float:
    """By how many megabytes the process grows over tiles of every level."""
    import django

    django.setup()
    from processors.backends.tiles import TilesOptions, TilesProcessor

    processor = TilesProcessor(TilesOptions())
    before = most_memory()
    factor = 1
    while factor * TILE <= GIGAPIXEL.width:
        edge = factor * TILE
        corner = min(edge // 2 + 100, GIGAPIXEL.width - edge)
        rendering(processor, path, Box(corner, corner, edge, edge), Extent(TILE, TILE))()
        factor *= 2
    return (most_memory() - before) / 1024


def most_memory() -> int:
    """The most that this process has ever held, in kilobytes. Not by `getrusage`, which counts its parent's too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0])


if __name__ == "__main__":
    print(memory_of_tiles(Path(sys.argv[1])))
