from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from iiifserver.testing import drawn, encoded, in_memory, likeness, rendered
from processors.backends.pillow import PillowProcessor
from processors.colour import flattened, span_of
from tests.processors.profiles import LINEAR_GRAY, SWAPPED
from tests.processors.srgb import to_srgb


def shown(content: bytes) -> Image.Image:
    return rendered(PillowProcessor.build({}), in_memory(content))


def is_near(pixel: tuple[int, ...], wanted: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(one - other) <= by for one, other in zip(pixel, wanted, strict=True))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_profile_is_converted_to_srgb(mode: str):
    image = to_srgb(Image.new(mode, (4, 4), (220, 30, 30)), SWAPPED)
    assert (image.mode, is_near(image.getpixel((0, 0))[:3], (30, 30, 220))) == (mode, True)


def test_alpha_passes_a_profile_unchanged():
    assert to_srgb(Image.new("RGBA", (4, 4), (220, 30, 30, 77)), SWAPPED).getpixel((0, 0))[3] == 77


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_profile_of_gray_is_converted_and_stays_gray(mode: str):
    image = to_srgb(Image.new("L", (4, 4), 55).convert(mode), LINEAR_GRAY)
    assert (image.mode, abs(image.getchannel("L").getpixel((0, 0)) - 127) < 12) == (mode, True)


def test_alpha_beside_gray_passes_a_profile_unchanged():
    assert to_srgb(Image.new("LA", (4, 4), (55, 99)), LINEAR_GRAY).getpixel((0, 0))[1] == 99


@pytest.mark.parametrize(
    "content", [b"garbage" * 50, b"\0", SWAPPED[:200], LINEAR_GRAY, b"x" * 5_000_000], ids=range(5)
)
def test_a_profile_that_does_not_fit_is_ignored(content: bytes):
    assert to_srgb(Image.new("RGB", (4, 4), (220, 30, 30)), content).getpixel((0, 0)) == (220, 30, 30)


@pytest.mark.parametrize("name", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_profile_in_a_file_is_used(name: str):
    options = {"lossless": True} if name == "WEBP" else {}
    content = encoded(Image.new("RGB", (16, 16), (220, 30, 30)), name, icc_profile=SWAPPED, **options)
    assert is_near(shown(content).getpixel((8, 8)), (30, 30, 220))


def test_nothing_that_the_file_says_of_itself_is_left():
    """A profile that stayed would be applied twice."""
    image = Image.new("RGB", (4, 4))
    image.info = {"icc_profile": SWAPPED, "comment": b"private", "exif": b"Exif"}
    assert to_srgb(image, SWAPPED).info == {}


def test_a_whole_image_is_no_longer_tied_to_its_file():
    assert not hasattr(shown(encoded(drawn(20, 10), "TIFF")), "tag_v2")


def cmyk_jpeg() -> bytes:
    return encoded(Image.new("RGB", (32, 32), (200, 40, 30)).convert("CMYK"), "JPEG", quality=95)


def test_a_cmyk_jpeg_becomes_rgb():
    """Parity 11.58. Adobe stores it inverted, and so does Pillow."""
    image = shown(cmyk_jpeg())
    assert (image.mode, is_near(image.getpixel((8, 8)), (200, 40, 30))) == ("RGB", True)


def test_a_ycck_jpeg_becomes_rgb():
    """The same picture with a transform in its Adobe marker, and inks coded so."""
    image = Image.new("RGB", (32, 32), (200, 40, 30))
    inks = np.asarray(image.convert("CMYK"))
    # Pillow inverts all four when it writes. Read back, the first three pass the transform and are inverted again.
    coded = np.asarray(Image.fromarray(inks[..., :3]).convert("YCbCr"))
    stored = np.dstack([255 - coded, inks[..., 3]])
    content = bytearray(encoded(cmyk(stored), "JPEG", quality=95))
    marker = content.index(b"Adobe")
    content[marker + 11] = 2
    assert is_near(shown(bytes(content)).getpixel((8, 8)), (200, 40, 30), by=16)


def cmyk(inks: np.ndarray) -> Image.Image:
    return Image.frombytes("CMYK", (inks.shape[1], inks.shape[0]), inks.tobytes())


def test_a_lab_tiff_becomes_rgb():
    transform = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    lab = ImageCms.applyTransform(drawn(60, 40), transform)
    assert likeness(shown(encoded(lab, "TIFF")), drawn(60, 40)) > 25


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_gray_of_sixteen_bits_becomes_gray_of_eight(name: str):
    image = Image.fromarray(np.asarray(drawn(60, 40, "L")).astype(np.uint16) * 257)
    picture = shown(encoded(image, name))
    assert (picture.mode, likeness(picture, drawn(60, 40, "L"))) == ("L", float("inf"))


def test_rgb_of_sixteen_bits_becomes_rgb_of_eight():
    rows = np.asarray(drawn(60, 40)).astype(">u2") * 257

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">L", len(content)) + name + content + struct.pack(">L", zlib.crc32(name + content))

    pixels = zlib.compress(b"".join(b"\0" + row.astype(">u2").tobytes() for row in rows))
    header = chunk(b"IHDR", struct.pack(">LLBBBBB", 60, 40, 16, 2, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    assert likeness(shown(content), drawn(60, 40)) > 50


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("1", "L"), ("L", "L"), ("LA", "LA"), ("P", "RGB"), ("RGB", "RGB"), ("RGBA", "RGBA"), ("CMYK", "RGB")],
)
def test_every_mode_becomes_one_of_four(mode: str, expected: str):
    assert to_srgb(drawn(20, 10).convert(mode), None).mode == expected


@pytest.mark.parametrize(("mode", "expected"), [("La", "LA"), ("RGBa", "RGBA"), ("PA", "RGBA"), ("YCbCr", "RGB")])
def test_rare_modes_become_one_of_four(mode: str, expected: str):
    base = {"La": "LA", "RGBa": "RGBA", "PA": "RGBA", "YCbCr": "RGB"}[mode]
    image = drawn(20, 10, base)
    image = image.convert("P").convert("PA") if mode == "PA" else image.convert(mode)
    assert to_srgb(image, None).mode == expected


def test_black_and_white_keeps_its_colours():
    image = drawn(20, 10, "1")
    assert likeness(shown(encoded(image)), image) == float("inf")


@pytest.mark.parametrize("mode", ["P", "L", "RGB"])
def test_one_transparent_colour_becomes_alpha(mode: str):
    image = Image.new("RGB", (4, 4)).convert(mode)
    transparent = {"P": image.getpixel((0, 0)), "L": 0, "RGB": (0, 0, 0)}[mode]
    alpha = shown(encoded(image, transparency=transparent)).getchannel("A")
    assert alpha.getextrema() == (0, 0)


def test_a_palette_with_alpha_keeps_each_alpha():
    """Parity 11.43."""
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putdata([0, 1])
    shades = shown(encoded(image, transparency=bytes([50, 200])))
    assert [shades.getpixel((x, 0)) for x in (0, 1)] == [(255, 0, 0, 50), (0, 0, 255, 200)]


@pytest.mark.parametrize(
    ("lowest", "highest", "span"),
    [
        (0, 1, (0, 1)),
        (0.2, 0.9, (0, 1)),
        (0, 200, (0, 255)),
        (3, 60_000, (0, 65_535)),
        (-1, 1, (-1, 1)),
        (0, 70_000, (0, 70_000)),
        (-5, -5, (-5, -4)),
    ],
)
def test_black_and_white_of_deep_gray_are_the_usual_ones_if_they_can_be(lowest: float, highest: float, span):
    assert span_of(lowest, highest) == span


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_deep_gray_without_end_is_refused(value: float):
    with pytest.raises(ValueError, match="finite"):
        span_of(0, value)


def test_transparent_parts_show_the_background():
    """I3-118."""
    assert flattened(Image.new("RGBA", (2, 2), (255, 0, 0, 0)), "#00ff00").getpixel((0, 0)) == (0, 255, 0)


@pytest.mark.parametrize(("background", "mode"), [("white", "L"), ("#808080", "L"), ("red", "RGB")])
def test_gray_stays_gray_on_a_gray_background(background: str, mode: str):
    assert flattened(Image.new("LA", (2, 2), (9, 0)), background).mode == mode
