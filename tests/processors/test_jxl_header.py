from __future__ import annotations

import io

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from iiifserver.iiif.values import Extent
from iiifserver.testing import drawn, encoded
from processors.jxl_header import Bits, Colours, JxlHeader, read_header
from tests.processors.profiles import LINEAR_GRAY, SWAPPED


def jxl(image: Image.Image, times: int = 1, dtype: str = "u1", **options) -> bytes:
    return imagecodecs.jpegxl_encode(np.asarray(image).astype(dtype) * times, effort=1, **options)


def header(content: bytes) -> JxlHeader:
    return read_header(io.BytesIO(content))


@pytest.mark.parametrize("size", [(8, 8), (256, 256), (300, 200), (640, 360), (1, 1), (1023, 517), (5117, 3467)])
@pytest.mark.parametrize("options", [{}, {"usecontainer": True}, {"lossless": True}])
def test_the_size_is_read(size: tuple[int, int], options: dict):
    assert header(jxl(Image.new("L", size), **options)).extent == Extent(*size)


@pytest.mark.parametrize(
    ("mode", "has_color", "has_alpha"),
    [("L", False, False), ("LA", False, True), ("RGB", True, False), ("RGBA", True, True)],
)
@pytest.mark.parametrize("options", [{}, {"usecontainer": True}, {"lossless": True}, {"level": 90}])
def test_colour_and_alpha_are_read(mode: str, has_color: bool, has_alpha: bool, options: dict):
    read = header(jxl(drawn(30, 20, mode), **options))
    assert (read.has_color, read.has_alpha, read.bits) == (has_color, has_alpha, 8)


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_the_depth_is_read(bits: int):
    assert header(jxl(drawn(30, 20), dtype="u2", bitspersample=bits)).bits == bits


def test_fractions_are_deeper_than_whole_numbers():
    assert header(imagecodecs.jpegxl_encode(np.zeros((20, 30, 3), np.float32))).bits > 16


@pytest.mark.parametrize(
    ("dtype", "mode", "colours"),
    [
        ("u1", "RGB", Colours.SRGB),
        ("u1", "L", Colours.SRGB),
        ("u2", "RGB", Colours.LIGHT),
        ("u2", "L", Colours.LIGHT),
        ("f4", "RGBA", Colours.LIGHT),
    ],
)
def test_it_is_known_how_values_are_meant(dtype: str, mode: str, colours: Colours):
    assert header(jxl(drawn(30, 20, mode), dtype=dtype)).colours is colours


@pytest.mark.parametrize(("mode", "profile"), [("RGB", SWAPPED), ("L", LINEAR_GRAY)])
def test_colours_of_a_profile_are_others(mode: str, profile: bytes):
    pylibjxl = pytest.importorskip("pylibjxl")
    pixels = np.asarray(drawn(30, 20, mode)).reshape(20, 30, -1)
    read = header(pylibjxl.encode(pixels, icc=profile))
    assert (read.colours, read.has_color) == (Colours.OTHER, mode == "RGB")


def test_a_jpeg_that_was_packed_is_read():
    content = imagecodecs.jpegxl_encode_jpeg(encoded(drawn(300, 200), "JPEG"))
    assert header(content).extent == Extent(300, 200)


def test_an_animation_is_read():
    frames = np.stack([np.asarray(drawn(30, 20))] * 3)
    assert header(imagecodecs.jpegxl_encode(frames)).extent == Extent(30, 20)


@pytest.mark.parametrize("content", [b"", b"\xff", b"\xff\x0b\0\0", b"\0\0\0\x0cJXL \r\n\x87\n", b"\xff\x0a"])
def test_what_is_no_header_is_refused(content: bytes):
    with pytest.raises((ValueError, EOFError)):
        header(content)


def test_a_box_without_an_end_does_not_hang():
    with pytest.raises((ValueError, EOFError)):
        header(b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0\0\0\x08free" * 5000)


def test_bits_are_counted_from_the_lowest():
    bits = Bits(b"\x35\x01")
    assert [bits.number(1), bits.number(2), bits.number(6)] == [1, 2, 0x26]
