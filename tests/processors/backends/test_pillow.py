from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageFile

from iiifserver.iiif.errors import Unreadable
from iiifserver.iiif.values import Box, Extent
from iiifserver.testing import (
    ProcessorContract,
    drawn,
    encoded,
    in_memory,
    likeness,
    plan_for,
    rendered,
    with_orientation,
)
from processors.backends.pillow import PillowProcessor


def pillow() -> PillowProcessor:
    return PillowProcessor.build({})


class PillowContract(ProcessorContract):
    @pytest.fixture
    def processor(self) -> PillowProcessor:
        return pillow()


class TestPng(PillowContract):
    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return encoded(image, "PNG", exif=with_orientation(orientation))


class TestJpeg(PillowContract):
    least_likeness = 30.0

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return encoded(image, "JPEG", quality=95, subsampling=0, exif=with_orientation(orientation))


class TestWebp(PillowContract):
    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return encoded(image, "WEBP", lossless=True, exif=with_orientation(orientation))


class TestTiff(PillowContract):
    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return encoded(image, "TIFF", compression="tiff_deflate", exif=with_orientation(orientation))


class TestAvif(PillowContract):
    least_likeness = 30.0

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return encoded(image, "AVIF", quality=95, speed=10, subsampling="4:4:4", exif=with_orientation(orientation))


# --- What is in a header -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "has_color", "has_alpha"),
    [
        ("1", False, False),
        ("L", False, False),
        ("LA", False, True),
        ("P", True, False),
        ("RGB", True, False),
        ("RGBA", True, True),
        ("I;16", False, False),
    ],
)
def test_facts_tell_colour_and_alpha(mode: str, has_color: bool, has_alpha: bool):
    image = Image.new("I;16", (8, 8)) if mode == "I;16" else drawn(8, 8, mode)
    facts = pillow().facts(in_memory(encoded(image)))
    assert (facts.has_color, facts.has_alpha) == (has_color, has_alpha)


@pytest.mark.parametrize("name", ["AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "TIFF", "WEBP"])
def test_facts_and_formats_agree_on_names(name: str):
    assert pillow().facts(in_memory(encoded(drawn(20, 10), name))).format_name == name.lower()


@pytest.mark.parametrize("name", ["AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "TIFF", "WEBP"])
def test_nothing_is_decoded_for_the_facts(name: str, monkeypatch):
    found, decoded = in_memory(encoded(drawn(20, 10), name)), []
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda image: decoded.append(image))
    monkeypatch.setattr(ImageFile.ImageFile, "load_prepare", lambda image: decoded.append(image))
    pillow().facts(found)
    assert decoded == []


def test_a_picture_with_several_pages_in_a_jpeg_is_a_jpeg():
    content = encoded(drawn(20, 10), "MPO", save_all=True, append_images=[drawn(20, 10)])
    assert pillow().facts(in_memory(content)).format_name == "jpeg"


def test_pages_of_a_tiff_are_counted():
    content = encoded(drawn(20, 10), "TIFF", save_all=True, append_images=[drawn(9, 9), drawn(8, 8)])
    assert pillow().facts(in_memory(content)).page_count == 3


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG"])
def test_an_animation_shows_its_first_frame(name: str):
    first, second = Image.new("RGB", (20, 10), "red"), Image.new("RGB", (20, 10), "blue")
    content = encoded(first, name, save_all=True, append_images=[second], duration=100)
    assert likeness(rendered(pillow(), in_memory(content)), first) > 30


def exif_with(kind: int, value: bytes, count: int = 1) -> bytes:
    """EXIF with nothing but an orientation of that type."""
    entry = struct.pack("<HHL4s", 0x0112, kind, count, value.ljust(4, b"\0"))
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 1) + entry + bytes(4)


@pytest.mark.parametrize(
    ("exif", "orientation"),
    [
        pytest.param(exif_with(1, b"\x06"), 6, id="11.41-byte"),
        pytest.param(exif_with(3, b"\x06\0"), 6, id="11.41-short"),
        pytest.param(exif_with(4, b"\x06\0\0\0"), 6, id="11.41-long"),
        pytest.param(exif_with(3, b"\0\0"), 1, id="11.41-zero"),
        pytest.param(exif_with(3, b"\x09\0"), 1, id="11.41-nine"),
        pytest.param(exif_with(3, b"\x06\0\x06\0", 2), 6, id="11.41-two-values"),
        pytest.param(exif_with(2, b"6\0", 2), 1, id="11.41-text"),
        pytest.param(exif_with(5, b"\xff\xff\xff\xff"), 1, id="11.41-fraction-outside-the-file"),
        pytest.param(b"Exif\0\0", 1, id="11.41-empty"),
        pytest.param(b"Exif\0\0garbage", 1, id="11.41-garbage"),
        pytest.param(b"Exif\0\0II*\0\xff\xff\xff\xff", 1, id="11.41-no-directory"),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")
def test_damaged_exif_does_no_harm(exif: bytes, orientation: int):
    assert pillow().facts(in_memory(encoded(drawn(20, 10), "JPEG", exif=exif))).orientation == orientation


@pytest.mark.parametrize("xmp", [b"<x:xmpmeta", b"\xff\xfe\0", b"<rdf:RDF></rdf:RDF>"])
def test_damaged_xmp_does_no_harm(xmp: bytes):
    """Parity 11.70."""
    assert rendered(pillow(), in_memory(encoded(drawn(20, 10), "JPEG", xmp=xmp))).size == (20, 10)


# --- How much is decoded -----------------------------------------------------------------------------------------


@pytest.fixture
def decoded_sizes(monkeypatch):
    """The size of each image that is decoded."""
    sizes, load = [], ImageFile.ImageFile.load

    def loading(image):
        if image.tile:
            sizes.append(image.size)
        return load(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", loading)
    return sizes


@pytest.mark.parametrize(
    ("box", "size", "decoded"),
    [
        (Box(0, 0, 1024, 768), Extent(1024, 768), (1024, 768)),
        (Box(0, 0, 1024, 768), Extent(600, 450), (1024, 768)),
        (Box(0, 0, 1024, 768), Extent(512, 384), (512, 384)),
        (Box(0, 0, 1024, 768), Extent(300, 225), (512, 384)),
        (Box(0, 0, 1024, 768), Extent(256, 192), (256, 192)),
        (Box(0, 0, 1024, 768), Extent(128, 96), (128, 96)),
        (Box(0, 0, 1024, 768), Extent(1, 1), (128, 96)),
        (Box(512, 512, 256, 256), Extent(128, 128), (512, 384)),
    ],
)
def test_a_jpeg_is_decoded_at_a_fraction_of_its_size(box: Box, size: Extent, decoded, decoded_sizes):
    rendered(pillow(), in_memory(encoded(drawn(1024, 768), "JPEG")), box, size)
    assert decoded_sizes == [decoded]


@pytest.mark.parametrize(
    ("extent", "box", "size", "factor"),
    [
        pytest.param(Extent(5117, 3467), Box(4096, 0, 1021, 3467), Extent(256, 867), 4, id="H.2-4"),
        pytest.param(Extent(2411, 3372), Box(2048, 0, 363, 2048), Extent(182, 1024), 2, id="H.2-5"),
    ],
)
def test_the_fraction_survives_rounding(extent: Extent, box: Box, size: Extent, factor: int, decoded_sizes):
    """Parity 11.36."""
    rendered(pillow(), in_memory(encoded(Image.new("L", (extent.width, extent.height)), "JPEG")), box, size)
    assert decoded_sizes == [(-(-extent.width // factor), -(-extent.height // factor))]


def test_a_small_region_of_a_large_image_leaves_only_the_region_behind():
    found = in_memory(encoded(drawn(1000, 800)))
    processor = pillow()
    facts = processor.facts(found)
    raster = processor.read(found, facts, plan_for(facts, Box(10, 20, 300, 200)))
    assert raster.image.size == (300, 200)


def test_most_of_an_image_is_not_copied_out_of_it():
    found = in_memory(encoded(drawn(1000, 800)))
    processor = pillow()
    facts = processor.facts(found)
    raster = processor.read(found, facts, plan_for(facts, Box(10, 20, 900, 700)))
    assert (raster.image.size, raster.window) == ((1000, 800), (10, 20, 910, 720))


def test_planar_tiffs_are_read():
    planes = np.moveaxis(np.asarray(drawn(60, 40)), -1, 0)
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, planes, photometric="rgb", planarconfig="separate", compression="zlib")
    assert likeness(rendered(pillow(), in_memory(buffer.getvalue())), drawn(60, 40)) > 60


@pytest.mark.parametrize("white", [1.0, 255.0, 65_535.0])
def test_gray_in_fractions_becomes_gray_of_eight_bits(white: float):
    gray = np.asarray(drawn(60, 40, "L"), np.float32)
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, gray * np.float32(white / 255), photometric="minisblack")
    shown = rendered(pillow(), in_memory(buffer.getvalue()), Box(0, 0, 20, 20))
    assert likeness(shown, drawn(60, 40, "L").crop((0, 0, 20, 20))) > 45


def test_gray_without_values_is_unreadable():
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, np.full((40, 60), np.nan, np.float32), photometric="minisblack")
    with pytest.raises(Unreadable):
        rendered(pillow(), in_memory(buffer.getvalue()))
