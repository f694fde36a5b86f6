from __future__ import annotations

import pytest
from PIL import Image

from overlays import pictures
from overlays.pictures import PictureError, decoded, suffix_of
from tests.overlays.pixels import file_of, png_that_claims

CARD = Image.new("RGB", (40, 20), "red")
NOISE = Image.effect_noise((200, 100), 80).convert("RGB")


@pytest.mark.parametrize(("format", "suffix"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")])
def test_three_formats_are_decoded(format, suffix):
    content = file_of(CARD, format)
    assert suffix_of(content) == suffix
    assert (decoded(content).mode, decoded(content).size) == ("RGBA", (40, 20))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_pixel_becomes_rgba(mode):
    image = Image.new("I;16", (4, 4), 0x8000) if mode == "I;16" else CARD.convert(mode)
    assert decoded(file_of(image)).mode == "RGBA"


def test_sixteen_bits_keep_their_brightness():
    assert decoded(file_of(Image.new("I;16", (4, 4), 0x8000))).getpixel((0, 0)) == (128, 128, 128, 255)


def test_cmyk_becomes_colours():
    red, green, _, _ = decoded(file_of(CARD.convert("CMYK"), "JPEG")).getpixel((5, 5))
    assert red > 200 > 60 > green


def test_a_transparent_palette_entry_stays_transparent():
    image = Image.new("P", (4, 4), 0)
    assert decoded(file_of(image, transparency=0)).getpixel((0, 0))[3] == 0


def test_the_orientation_tag_is_followed():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decoded(file_of(CARD, "JPEG", exif=exif)).size == (20, 40)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello, I am text",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"GIF89a" + bytes(20),
        file_of(CARD, "TIFF"),
        file_of(CARD, "GIF"),
        file_of(CARD, "BMP"),
        b"\x89PNG\r\n\x1a\n" + bytes(5),
    ],
)
def test_other_files_are_refused(content):
    with pytest.raises(PictureError, match="choose a PNG, a JPEG, a WebP or an SVG file"):
        decoded(content)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_a_truncated_picture_is_refused(format):
    content = file_of(NOISE, format)
    with pytest.raises(PictureError, match=r"damaged|choose a PNG"):
        decoded(content[: len(content) // 2])


@pytest.mark.parametrize("edge", [3000, 10_000, 20_000, 60_000])
def test_too_many_pixels_are_refused_before_they_are_decoded(edge):
    with pytest.raises(PictureError, match="at most 8 megapixels"):
        decoded(png_that_claims(edge, edge))


def test_too_many_bytes_are_refused(monkeypatch):
    monkeypatch.setattr(pictures, "MOST_BYTES", 100)
    with pytest.raises(PictureError, match="at most 8 MB"):
        decoded(bytes(101))
