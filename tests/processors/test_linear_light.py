"""Fine patterns keep their brightness when light is averaged, and get too dark when stored values are."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from iiifserver.iiif.values import Box, Extent
from iiifserver.testing import drawn, encoded, in_memory, likeness, plan_for
from processors import linear_light
from processors.backends.pillow import PillowProcessor
from processors.backends.tiles import TilesProcessor
from processors.backends.vips import VipsProcessor
from processors.base import Raster
from processors.linear_light import light_of, shrunk_in_light, value_of
from processors.operations import picture
from processors.output import Filter, Output
from processors.runtime import SourceImage
from tests.processors.backends.tiffs import pyramid, tiled

HALF_THE_LIGHT = 188
"""The value of sRGB that stands for half of white's light."""

LANCZOS = Image.Resampling.LANCZOS


def chessboard(width: int = 64, height: int = 64, mode: str = "L") -> Image.Image:
    """Black and white pixels by turns."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    return Image.fromarray(((x + y) % 2 * 255).astype(np.uint8)).convert(mode)


def whole(image: Image.Image) -> tuple[int, int, int, int]:
    return (0, 0, *image.size)


def shrunk(image: Image.Image, width: int, height: int, resampling: Image.Resampling = LANCZOS) -> Image.Image:
    return shrunk_in_light(image, whole(image), Extent(width, height), resampling)


@pytest.mark.parametrize(("value", "light"), [(0, 0), (1, 1), (0.04045, 0.0031308), (0.5, 0.21404), (0.02, 0.001548)])
def test_the_curve_is_that_of_srgb(value: float, light: float):
    """IEC 61966-2-1."""
    assert float(light_of(np.array(value))) == pytest.approx(light, abs=1e-5)
    assert float(value_of(np.array(light))) == pytest.approx(value, abs=1e-4)


def test_every_value_comes_back_as_it_went():
    every = Image.fromarray(np.tile(np.arange(256, dtype=np.uint8), (2, 1)).repeat(2, axis=1))
    assert list(shrunk(every, 256, 1, Image.Resampling.BOX).tobytes()) == list(range(256))


@pytest.mark.parametrize("mode", ["L", "RGB", "LA", "RGBA"])
@pytest.mark.parametrize("size", [(32, 32), (9, 20), (2, 2), (1, 1)])
def test_a_chessboard_becomes_the_gray_of_half_its_light(mode: str, size: tuple[int, int]):
    small = shrunk(chessboard(mode=mode), *size, Image.Resampling.BOX if min(size) > 2 else LANCZOS)
    assert (small.mode, small.size) == (mode, size)
    colours = np.asarray(small).reshape(*size[::-1], -1)[:, :, : len(mode.rstrip("A"))]
    assert abs(int(colours.mean()) - HALF_THE_LIGHT) <= 2


def test_what_is_transparent_colours_nothing():
    image = Image.new("RGBA", (40, 40), (0, 255, 0, 0))
    image.paste((200, 40, 60, 255), (0, 0, 20, 40))
    small = np.asarray(shrunk(image, 5, 5))
    seen = small[small[:, :, 3] > 8]
    assert len(seen)
    assert np.abs(seen[:, :3].astype(int) - (200, 40, 60)).max() <= 2


@pytest.mark.parametrize("mode", ["L", "RGB", "LA", "RGBA"])
@pytest.mark.parametrize("window", [None, (13.5, 7.25, 301.0, 222.5), (399, 0, 400, 300)])
@pytest.mark.parametrize("size", [(50, 40), (7, 60), (1, 1)])
@pytest.mark.parametrize("resampling", [LANCZOS, Image.Resampling.BOX, Image.Resampling.BICUBIC])
def test_bands_make_no_difference(monkeypatch, mode: str, window: Any, size: tuple[int, int], resampling):
    image = drawn(400, 300, mode)
    place = window or whole(image)
    at_once = shrunk_in_light(image, place, Extent(*size), resampling)
    monkeypatch.setattr(linear_light, "BAND_PIXELS", 3000)
    in_bands = shrunk_in_light(image, place, Extent(*size), resampling)
    difference = np.asarray(at_once).astype(int) - np.asarray(in_bands).astype(int)
    assert np.abs(difference).max() <= 1


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_smooth_pictures_look_as_they_do_otherwise(mode: str):
    image = drawn(400, 300, mode)
    assert likeness(shrunk(image, 50, 38), image.resize((50, 38), LANCZOS)) > 38


def test_memory_holds_a_band_and_not_the_picture():
    image = Image.new("RGB", (6000, 4000), "teal")
    tracemalloc.start()
    shrunk(image, 300, 200)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # In floating point the whole picture is 288 million bytes.
    assert peak < 100_000_000


# --- As a setting ------------------------------------------------------------------------------------------------


def mean(image: Image.Image) -> int:
    return int(np.asarray(image.convert("L")).mean())


def answer(content: bytes, size: Extent, processor: Any, box: Box | None = None, output: Output | None = None) -> Any:
    output = output or Output(linear_light=True, downscale_filter=Filter.BOX)
    reader, found = processor.build({}), in_memory(content)
    facts = reader.facts(found)
    plan = plan_for(facts, box, size)
    return picture(SourceImage(found, facts, reader).read(plan, output), plan, facts.orientation, output)


FILES = [
    pytest.param(PillowProcessor, lambda: encoded(chessboard()), id="png-by-pillow"),
    pytest.param(PillowProcessor, lambda: encoded(chessboard(), "JPEG", quality=100), id="jpeg-by-pillow"),
    pytest.param(VipsProcessor, lambda: encoded(chessboard()), id="png-by-libvips"),
    pytest.param(VipsProcessor, lambda: encoded(chessboard(), "JPEG", quality=100), id="jpeg-by-libvips"),
    pytest.param(TilesProcessor, lambda: tiled(chessboard()), id="tiff-by-tiles"),
]


@pytest.mark.parametrize(("processor", "content"), FILES)
@pytest.mark.parametrize("edge", [32, 16, 8, 4])
def test_light_is_averaged_whoever_reads_the_file(processor: Any, content: Any, edge: int):
    assert abs(mean(answer(content(), Extent(edge, edge), processor)) - HALF_THE_LIGHT) <= 2


@pytest.mark.parametrize(("processor", "content"), FILES)
def test_stored_values_are_averaged_without_the_setting(processor: Any, content: Any):
    assert abs(mean(answer(content(), Extent(8, 8), processor, output=Output())) - 127) <= 2


def test_gray_stays_one_channel():
    assert answer(encoded(chessboard()), Extent(8, 8), PillowProcessor).mode == "L"


def test_the_levels_of_a_pyramid_are_taken_as_they_are():
    """Whoever made them averaged as they did."""
    image = chessboard(256, 256, "RGB")
    content = pyramid(image, [(128, 128), (64, 64)])
    assert abs(mean(answer(content, Extent(64, 64), TilesProcessor)) - 127) <= 2


@pytest.mark.parametrize("size", [Extent(64, 64), Extent(100, 100)])
def test_what_is_not_made_smaller_is_as_ever(size: Extent):
    content = encoded(drawn(64, 64))
    lit, usual = (answer(content, size, PillowProcessor, output=Output(linear_light=on)) for on in (True, False))
    assert lit.tobytes() == usual.tobytes()


def test_what_is_redacted_stays_covered():
    """The cover is put on once more after scaling, as it is without the setting."""
    image = Image.new("L", (40, 40), 255)
    raster = Raster(image, (0, 0, 40, 40))
    reader = PillowProcessor.build({})
    facts = reader.facts(in_memory(encoded(image)))
    plan = replace(plan_for(facts), size=Extent(20, 20))
    black = Image.new("L", (20, 20))
    shown = picture(raster, plan, 1, Output(linear_light=True), lambda _: black)
    assert shown.getextrema() == (0, 0)
