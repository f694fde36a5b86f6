"""Formats that Pillow reads and few people send: icons, Netpbm, Photoshop, Targa, XPM."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

from iiifserver.iiif.errors import Unreadable
from iiifserver.testing import drawn, encoded, in_memory, plan_for
from processors.backends.pillow import PillowProcessor
from processors.detection import detect, name_of


def photoshop(image: Image.Image) -> bytes:
    """A file of version 1 with nothing but the finished picture in it, one plane after the other."""
    header = struct.pack(">4sH6xHIIHH", b"8BPS", 1, len(image.getbands()), image.height, image.width, 8, 3)
    planes = b"".join(plane.tobytes() for plane in image.split())
    return header + struct.pack(">IIIH", 0, 0, 0, 0) + planes


def xpm(image: Image.Image) -> bytes:
    """A file in which every colour has two letters."""
    pixels = [tuple(pixel) for pixel in np.asarray(image).reshape(-1, 3).tolist()]
    colours = sorted(set(pixels))
    names = {colour: f"{chr(65 + number // 26)}{chr(65 + number % 26)}" for number, colour in enumerate(colours)}
    lines = [f"{image.width} {image.height} {len(colours)} 2"]
    lines += [f"{name} c #{red:02x}{green:02x}{blue:02x}" for (red, green, blue), name in names.items()]
    letters = "".join(names[pixel] for pixel in pixels)
    lines += [letters[start : start + 2 * image.width] for start in range(0, len(letters), 2 * image.width)]
    quoted = ",\n".join(f'"{line}"' for line in lines)
    return f"/* XPM */\nstatic char *picture[] = {{\n{quoted}\n}};\n".encode()


def few_colours() -> Image.Image:
    return drawn(16, 12).quantize(20).convert("RGB")


FILES = {
    "ico": lambda: encoded(drawn(16, 12), "ICO", sizes=[(16, 12)]),
    "ppm": lambda: encoded(drawn(16, 12), "PPM"),
    "psd": lambda: photoshop(drawn(16, 12)),
    "tga": lambda: encoded(drawn(16, 12), "TGA"),
    "xpm": lambda: xpm(few_colours()),
}


@pytest.mark.parametrize("name", FILES)
def test_it_is_known_by_its_header_and_shown_as_it_is(name: str):
    found = in_memory(FILES[name]())
    assert detect(found) == name
    processor = PillowProcessor.build({})
    facts = processor.facts(found)
    assert (facts.extent.width, facts.extent.height, facts.format_name, facts.page_count) == (16, 12, name, 1)
    raster = processor.read(found, facts, plan_for(facts))
    wanted = few_colours() if name == "xpm" else drawn(16, 12)
    assert np.array_equal(np.asarray(raster.image.convert("RGB")), np.asarray(wanted))


def show(content: bytes) -> None:
    processor, found = PillowProcessor.build({}), in_memory(content)
    facts = processor.facts(found)
    processor.read(found, facts, plan_for(facts))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_file_that_ends_too_early_is_an_error_and_nothing_worse(name: str, share: float):
    content = FILES[name]()
    with pytest.raises(Unreadable):
        show(content[: int(len(content) * share)])


@pytest.mark.parametrize(
    "start",
    [
        b"P7\nWIDTH 1\n",
        b"P6x",
        b"8BPS\0\x02" + bytes(30),
        b"\0\0\1\0\0\0" + bytes(30),
        b"\0\0\2\0\1\0" + bytes(30),
        b"\0\0\1\0\1\0" + bytes(16),
        bytes(18),
        b"\0\0\2" + bytes(15),
        b"\0\0\2" + bytes(9) + b"\1\0\1\0\x18\xc0",
        b"\0\0\2" + bytes(9) + b"\1\0\1\0\x07\0",
        b"\0\1\2" + bytes(9) + b"\1\0\1\0\x18\0",
        b"/* XPN */",
    ],
)
def test_what_only_looks_like_it_is_none_of_them(start: bytes):
    assert name_of(start) is None
