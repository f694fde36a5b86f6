"""What Cantaloupe learned the hard way of formats and pixels (parity, section 11), by number, for every processor that
reads the format.
"""

from __future__ import annotations

import io
import struct
from fractions import Fraction

import numpy as np
import pytest
import tifffile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from iiifserver.iiif.errors import Unreadable
from iiifserver.iiif.formats import Format
from iiifserver.iiif.found import Found
from iiifserver.iiif.geometry import rotated_extent
from iiifserver.iiif.values import Box, Extent, Rotation
from iiifserver.testing import drawn, encoded, in_memory, likeness, plan_for, rendered
from processors.backends.openjpeg import OpenJpegProcessor
from processors.backends.pillow import PillowProcessor
from processors.backends.tiles import TilesProcessor
from processors.backends.vips import VipsProcessor
from processors.base import Processor
from processors.encoders import encode
from processors.operations import picture
from processors.output import Output
from processors.runtime import Processors
from tests.processors.backends.jp2s import jp2
from tests.processors.backends.tiffs import pyramid

KINDS: tuple[type[Processor], ...] = (TilesProcessor, OpenJpegProcessor, VipsProcessor, PillowProcessor)


def readers(format_name: str) -> list[object]:
    return [pytest.param(kind.build({}), id=kind.__name__) for kind in KINDS if kind.reads(format_name)]


def everybody() -> Processors:
    return Processors(tuple(kind.build({}) for kind in KINDS))


@pytest.mark.parametrize("processor", readers("png"))
@pytest.mark.parametrize("size", [Extent(1, 1), Extent(2, 2), Extent(9, 9)])
def test_an_image_of_two_pixels_is_scaled_like_any(processor: Processor, size: Extent):
    """Lesson 42; ours is no blank picture."""
    shown = rendered(processor, in_memory(encoded(Image.new("RGB", (2, 2), "teal"))), size=size)
    assert (shown.size, shown.getpixel((0, 0))) == ((size.width, size.height), (0, 128, 128))


@pytest.mark.parametrize("processor", readers("png"))
def test_a_region_of_indexed_colours_keeps_them(processor: Processor):
    """Lesson 43."""
    image = drawn(120, 80).quantize(32)
    shown = rendered(processor, in_memory(encoded(image)), Box(31, 17, 50, 40))
    assert likeness(shown, image.convert("RGB").crop((31, 17, 81, 57))) == float("inf")


@pytest.mark.parametrize("processor", readers("png"))
def test_the_background_shows_through_and_in_the_corners(processor: Processor):
    """Lesson 47."""
    found = in_memory(encoded(Image.new("RGBA", (40, 40), (0, 0, 0, 0))))
    facts = processor.facts(found)
    plan = plan_for(facts, rotation=Rotation(Fraction(45)), format=Format.JPG)
    shown = picture(processor.read(found, facts, plan), plan, 1, Output(background="red"))
    assert shown.getcolors() == [(shown.width * shown.height, (255, 0, 0))]


@pytest.mark.parametrize("tile", [(128, 128), (200, 136)])
def test_the_tiles_of_a_jpeg_2000_are_told_as_they_are(tile: tuple[int, int]):
    """Lesson 50."""
    inspected = everybody().inspect(in_memory(jp2(drawn(512, 384), tile_size=tile)))
    assert isinstance(inspected.processor, OpenJpegProcessor)
    assert inspected.facts.tile == Extent(*tile)


@pytest.mark.parametrize("processor", readers("jpeg"))
@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_inverted_cmyk_of_adobe_looks_as_it_was_drawn(processor: Processor, options: dict[str, object]):
    """Lesson 58: Pillow writes what Photoshop does."""
    image = drawn(120, 80).convert("CMYK")
    shown = rendered(processor, in_memory(encoded(image, "JPEG", quality=95, subsampling=0, **options)))
    assert likeness(shown, image.convert("RGB")) > 34


@pytest.mark.parametrize("compression", ["lzw", "zlib", None])
@pytest.mark.parametrize("tile", [None, (64, 64)])
@pytest.mark.parametrize("kind", ["rgb", "rgba", "gray"])
@pytest.mark.parametrize("is_big", [False, True])
def test_sixteen_bits_of_a_tiff_become_eight(compression: str | None, tile: tuple[int, int] | None, kind: str, is_big):
    """Lesson 58."""
    mode = {"rgb": "RGB", "rgba": "RGBA", "gray": "L"}[kind]
    image, buffer = drawn(150, 100, mode), io.BytesIO()
    deep = np.asarray(image).astype(np.uint16) * 257
    options = {"extrasamples": ["unassalpha"]} if kind == "rgba" else {}
    photometric = "minisblack" if kind == "gray" else "rgb"
    tifffile.imwrite(
        buffer, deep, photometric=photometric, compression=compression, tile=tile, bigtiff=is_big, **options
    )
    found = in_memory(buffer.getvalue())
    assert likeness(rendered(everybody().inspect(found).processor, found), image) > 45


@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "WEBP", "GIF", "JPEG2000"])
def test_a_name_that_lies_does_not_matter(name: str, tmp_path):
    """Lesson 59."""
    path = tmp_path / "picture.bmp"
    path.write_bytes(encoded(drawn(60, 40), name))
    found = Found(open=lambda: path.open("rb"), version=name)
    assert rendered(everybody().inspect(found).processor, found).size == (60, 40)


def test_the_next_processor_is_asked_where_a_library_is_missing(settings, tmp_path):
    """Lesson 60."""
    settings.IIIFSERVER = {"HOME": tmp_path, "OPENJPEG_LIBRARY": "/nowhere/libopenjp2.so"}
    inspected = everybody().inspect(in_memory(jp2(drawn(60, 40))))
    assert isinstance(inspected.processor, PillowProcessor)


def test_an_empty_file_is_no_image():
    """Lesson 13."""
    with pytest.raises(Unreadable):
        everybody().inspect(in_memory(b""))


@pytest.mark.parametrize("processor", readers("png"))
@pytest.mark.parametrize("degrees", [1, 22.5, 45, 90, 133.7, 359])
def test_the_box_of_a_turned_picture_is_told_as_it_will_be(processor: Processor, degrees: float):
    """Lesson 34: what delegates are told is what comes out."""
    rotation = Rotation(Fraction(degrees))
    shown = rendered(processor, in_memory(encoded(drawn(64, 56))), rotation=rotation)
    assert Extent(*shown.size) == rotated_extent(Extent(64, 56), rotation)


@pytest.mark.parametrize("as_pages", [True, False])
def test_a_region_of_a_pyramid_is_enlarged_from_its_full_size(as_pages: bool):
    """Lesson 39."""
    image = drawn(256, 256)
    found = in_memory(pyramid(image, [(128, 128), (64, 64)], as_pages=as_pages))
    shown = rendered(everybody().inspect(found).processor, found, Box(60, 70, 40, 30), Extent(160, 120))
    assert likeness(shown, image.resize((160, 120), Image.Resampling.BICUBIC, (60, 70, 100, 100))) > 40


ORIENTATIONS_TOLD = [
    pytest.param(1, b"\x06", 6, id="byte"),
    pytest.param(3, b"\x06\0", 6, id="short"),
    pytest.param(4, b"\x06\0\0\0", 6, id="long"),
    pytest.param(3, b"\0\0", 1, id="zero"),
    pytest.param(3, b"\x09\0", 1, id="nine"),
    pytest.param(2, b"6\0", 1, id="text"),
    pytest.param(12, b"\xff\xff\xff\xff", 1, id="outside-the-file"),
]


@pytest.mark.parametrize(("kind", "value", "orientation"), ORIENTATIONS_TOLD)
@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_an_orientation_is_read_in_any_type_and_nonsense_is_upright(
    name: str, kind: int, value: bytes, orientation: int
):
    """Lesson 41: by whoever reads the file first."""
    entry = struct.pack("<HHL4s", 0x0112, kind, 1, value.ljust(4, b"\0"))
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 1) + entry + bytes(4)
    facts = everybody().inspect(in_memory(encoded(drawn(60, 40), name, exif=exif))).facts
    assert (facts.orientation, facts.extent) == (orientation, Extent(40, 60) if orientation == 6 else Extent(60, 40))


def test_a_picture_without_any_exif_is_upright():
    """Lesson 41."""
    assert everybody().inspect(in_memory(encoded(drawn(60, 40), "JPEG"))).facts.orientation == 1


@pytest.mark.parametrize("format_", Format)
@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "JPEG2000"])
def test_an_encoder_is_given_the_region_and_nothing_beside_it(name: str, format_: Format):
    """Lessons 48 and 49: whoever reads and whatever is written."""
    image = Image.new("RGB", (96, 80), "black")
    image.paste("white", (32, 24, 64, 56))
    found = in_memory(encoded(image, name))
    source = everybody().inspect(found).of(found)
    plan = plan_for(source.facts, Box(36, 28, 24, 24), format=format_)
    shown = picture(source.read(plan, Output()), plan, 1, Output())
    with Image.open(io.BytesIO(encode(shown, format_, Output().encoder))) as written:
        assert written.size == (24, 24)
        assert min(low for low, _ in written.convert("RGB").getextrema()) >= 235


def gif(*, version: bytes = b"GIF89a", frame_at: int = 0, screen: int = 20, background: int = 200) -> bytes:
    """A GIF in which one thing is odd."""
    content = bytearray(encoded(drawn(20, 20).quantize(16), "GIF"))
    content[:6] = version
    content[6:10] = struct.pack("<HH", screen, screen)
    content[11] = background
    palette = 3 * (2 << (content[10] & 7))
    place = content.index(b"\x2c", 13 + palette)
    content[place + 1 : place + 5] = struct.pack("<HH", frame_at, frame_at)
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda: gif(version=b"GIF87a"), id="old-version"),
        pytest.param(lambda: gif(background=255), id="background-outside-the-palette"),
        pytest.param(lambda: gif(screen=30), id="frame-smaller-than-its-screen"),
        pytest.param(lambda: gif(frame_at=5), id="frame-beyond-its-screen"),
        pytest.param(lambda: gif() + b"more" * 50, id="more-behind-the-end"),
        pytest.param(lambda: gif()[:-1], id="no-end"),
    ],
)
def test_odd_gifs_are_shown(content):
    """Lesson 58."""
    found = in_memory(content())
    assert rendered(everybody().inspect(found).processor, found).convert("RGB").getbbox()


def test_a_jpeg_that_is_half_there_is_an_error():
    """Lesson 58; ours is no picture that is half gray."""
    content = encoded(drawn(200, 150), "JPEG")
    found = in_memory(content[: len(content) // 2])
    with pytest.raises(Unreadable):
        rendered(everybody().inspect(found).processor, found)


@pytest.mark.parametrize("xmp", [b"", b"<", b"<x:xmpmeta", b"<rdf:RDF>", b"\xff\xfe\0", b"<a>&b;</a>", b"x" * 70_000])
@pytest.mark.parametrize("name", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_xmp_that_is_malformed_leaves_the_picture_as_it_is(name: str, xmp: bytes):
    """Lesson 70."""
    image = drawn(60, 40)
    found = in_memory(with_xmp(image, name, xmp))
    source = everybody().inspect(found).of(found)
    plan = plan_for(source.facts, format=Format.JPG)
    words = source.words(plan, Output())
    shown = picture(source.read(plan, Output()), plan, 1, Output())
    assert likeness(shown, image) > 30
    assert encode(shown, Format.JPG, Output().encoder, words)


def with_xmp(image: Image.Image, name: str, xmp: bytes) -> bytes:
    if name == "TIFF":
        tags = Image.Exif()
        tags[700] = xmp or b"\0"
        return encoded(image, name, exif=tags)
    if name == "PNG":
        texts = PngInfo()
        texts.add_itxt("XML:com.adobe.xmp", xmp.decode("latin-1"))
        return encoded(image, name, pnginfo=texts)
    return encoded(image, name, xmp=xmp[:60_000])
