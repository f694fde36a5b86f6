from __future__ import annotations

import io

import pytest
from PIL import Image

from iiifserver.iiif.formats import Format
from iiifserver.testing import drawn, likeness
from processors.encoders import EncoderSettings, encode, formats_out

NAMES = {"JPG": "JPEG", "TIF": "TIFF"}
OPAQUE = {Format.JPG: ["L", "RGB"]}
LOSSLESS = [Format.PNG, Format.TIF]


def reopened(image: Image.Image, format: Format, **settings: object) -> Image.Image:
    return Image.open(io.BytesIO(encode(image, format, EncoderSettings(**settings))))


def test_what_pillow_can_write_is_written():
    assert set(formats_out()) == set(Format)


def test_a_codec_that_pillow_lacks_is_not_offered(monkeypatch):
    monkeypatch.setattr("processors.encoders.features.check", lambda name: False)
    assert set(formats_out()) == {Format.JPG, Format.PNG, Format.GIF, Format.TIF}


@pytest.mark.parametrize(
    ("format", "mode"),
    [(format, mode) for format in Format for mode in OPAQUE.get(format, ["L", "LA", "RGB", "RGBA"])],
)
def test_every_format_holds_every_mode_that_reaches_it(format: Format, mode: str):
    """I3-110 to I3-112."""
    image = reopened(drawn(60, 40, mode), format)
    assert (image.format, image.size) == (NAMES.get(format.name, format.name), (60, 40))


@pytest.mark.parametrize("format", LOSSLESS)
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_lossless_formats_keep_every_pixel(format: Format, mode: str):
    image = drawn(60, 40, mode)
    shown = reopened(image, format)
    assert (shown.mode, likeness(shown, image)) == (mode, float("inf"))


@pytest.mark.parametrize("format", [Format.JPG, Format.WEBP, Format.AVIF])
def test_lossy_formats_look_the_same(format: Format):
    assert likeness(reopened(drawn(120, 80), format), drawn(120, 80)) > 30


@pytest.mark.parametrize("format", [format for format in Format if format.has_alpha])
@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_a_transparent_pixel_stays_transparent(format: Format, mode: str):
    """I3-089."""
    image = Image.new("RGBA", (40, 40), (200, 30, 30, 255))
    image.paste((0, 0, 0, 0), (0, 0, 20, 40))
    shown = reopened(image.convert(mode), format).convert("RGBA")
    assert (shown.getpixel((5, 20))[3], shown.getpixel((35, 20))[3]) == (0, 255)


@pytest.mark.parametrize("format", [Format.JPG, Format.PNG, Format.TIF])
def test_gray_is_written_as_gray(format: Format):
    """I3-107."""
    assert reopened(drawn(60, 40, "L"), format).mode == "L"


def test_a_better_quality_is_a_larger_jpeg():
    sizes = [len(encode(drawn(120, 80), Format.JPG, EncoderSettings(jpeg_quality=quality))) for quality in (30, 60, 95)]
    assert sizes == sorted(sizes)


def test_a_jpeg_is_progressive_when_the_settings_say_so():
    assert "progressive" in reopened(drawn(60, 40), Format.JPG, jpeg_progressive=True).info


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits", "raw"])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_a_tiff_holds_every_mode_in_every_compression(compression: str, mode: str):
    assert likeness(reopened(drawn(60, 40, mode), Format.TIF, tiff_compression=compression), drawn(60, 40, mode)) > 25


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate"])
def test_a_tiff_is_compressed_as_the_settings_say(compression: str):
    assert reopened(drawn(60, 40), Format.TIF, tiff_compression=compression).info["compression"] == compression


def test_a_png_is_as_small_as_staff_want_it():
    sizes = [len(encode(drawn(120, 80), Format.PNG, EncoderSettings(png_compress_level=level))) for level in (0, 3, 9)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 120 * 80 * 3
