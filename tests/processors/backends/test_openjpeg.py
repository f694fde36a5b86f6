from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from iiifserver.iiif.errors import BadRequest, SourceUnavailable
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Box, Extent
from iiifserver.testing import ProcessorContract, drawn, in_memory, likeness, plan_for, rendered
from processors.backends.openjpeg import OpenJpegProcessor
from tests.processors.backends.jp2s import (
    boxed,
    channel_kinds,
    coarse_ycc,
    code_stream,
    enumerated,
    exif_box,
    jp2,
    palette,
    with_boxes,
    with_profile,
)
from tests.processors.backends.tiffs import chequered
from tests.processors.profiles import SWAPPED
from tests.processors.srgb import to_srgb

SRGB, GRAY, SYCC, CMYK, LAB, BILEVEL = 16, 17, 18, 12, 14, 0


def openjpeg(**options: object) -> OpenJpegProcessor:
    return OpenJpegProcessor.build(options)


class OpenJpegContract(ProcessorContract):
    @pytest.fixture
    def processor(self) -> OpenJpegProcessor:
        return openjpeg()


class TestOnePiece(OpenJpegContract):
    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return jp2(image, orientation)


class TestTiled(OpenJpegContract):
    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return jp2(image, orientation, tile_size=(128, 64), num_resolutions=4)


class TestLossy(OpenJpegContract):
    least_likeness = 30.0

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        options = {"irreversible": True, "quality_mode": "dB", "quality_layers": [45]}
        return jp2(image, orientation, tile_size=(256, 256), num_resolutions=3, **options)


class TestSeveralThreads(OpenJpegContract):
    @pytest.fixture
    def processor(self) -> OpenJpegProcessor:
        return openjpeg(threads=4)

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return jp2(image, orientation, tile_size=(64, 64))


def shown(content: bytes, box: Box | None = None, size: Extent | None = None) -> Image.Image:
    return rendered(openjpeg(), in_memory(content), box, size)


# --- What is in a header -----------------------------------------------------------------------------------------


def test_the_levels_are_those_that_can_be_decoded():
    levels = openjpeg().facts(in_memory(jp2(drawn(301, 200), tile_size=(128, 64), num_resolutions=3))).levels
    assert [(level.extent, level.tile) for level in levels] == [
        (Extent(301, 200), Extent(128, 64)),
        (Extent(151, 100), Extent(64, 32)),
        (Extent(76, 50), Extent(32, 16)),
    ]


def test_an_image_in_one_piece_has_levels_without_tiles():
    levels = openjpeg().facts(in_memory(jp2(drawn(300, 200), num_resolutions=2))).levels
    assert [(level.extent, level.tile) for level in levels] == [(Extent(300, 200), None), (Extent(150, 100), None)]


def test_tiles_of_a_turned_image_are_turned():
    """Parity 11.50."""
    facts = openjpeg().facts(in_memory(jp2(drawn(300, 200), 6, tile_size=(128, 64))))
    assert (facts.extent, facts.tile) == (Extent(200, 300), Extent(64, 128))


def test_an_orientation_behind_the_pixels_counts():
    content = jp2(drawn(300, 200)) + exif_box(6)
    assert openjpeg().facts(in_memory(content)).orientation == 6


@pytest.mark.parametrize("number", [0, 9, 700])
def test_an_orientation_that_means_nothing_is_none(number: int):
    assert openjpeg().facts(in_memory(jp2(drawn(30, 20), number))).orientation == 1


@pytest.mark.parametrize(
    ("mode", "has_color", "has_alpha"),
    [("L", False, False), ("LA", False, True), ("RGB", True, False), ("RGBA", True, True)],
)
def test_facts_tell_colour_and_alpha(mode: str, has_color: bool, has_alpha: bool):
    facts = openjpeg().facts(in_memory(jp2(drawn(30, 20, mode))))
    assert (facts.has_color, facts.has_alpha) == (has_color, has_alpha)


def test_there_is_one_page():
    with pytest.raises(BadRequest):
        openjpeg().facts(in_memory(jp2(drawn(30, 20))), 2)


# --- Pixels ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_every_mode_is_read_as_it_is(mode: str):
    picture = shown(jp2(drawn(300, 200, mode), tile_size=(128, 128)))
    assert picture.mode == mode
    assert likeness(picture, drawn(300, 200, mode)) == float("inf")


@pytest.mark.parametrize("start", ["", "j2k"])
def test_a_bare_code_stream_is_read(start: str):
    assert likeness(shown(code_stream(np.asarray(drawn(300, 200)))), drawn(300, 200)) == float("inf")


def test_a_codestream_in_a_box_without_length_is_read():
    content = jp2(drawn(300, 200))
    at = content.index(b"jp2c") - 4
    assert likeness(shown(content[:at] + bytes(4) + content[at + 4 :]), drawn(300, 200)) == float("inf")


def test_a_codestream_in_a_box_with_a_long_length_is_read():
    content = jp2(drawn(300, 200))
    at = content.index(b"jp2c") - 4
    stream = content[at + 8 :]
    long_box = b"\0\0\0\x01jp2c" + (16 + len(stream)).to_bytes(8) + stream
    assert likeness(shown(content[:at] + long_box), drawn(300, 200)) == float("inf")


@pytest.mark.parametrize("bits", [1, 4, 8, 10, 12, 16])
def test_every_depth_becomes_eight_bits(bits: int):
    deep = (np.asarray(drawn(300, 200, "L")).astype(np.uint32) * ((1 << bits) - 1) // 255).astype(
        np.uint16 if bits > 8 else np.uint8
    )
    expected = deep >> (bits - 8) if bits > 8 else deep.astype(np.uint32) * 255 // ((1 << bits) - 1)
    picture = shown(code_stream(deep, bitspersample=bits))
    assert (np.asarray(picture) == expected).all()


def test_signed_samples_are_lifted():
    signed = (np.asarray(drawn(300, 200, "L")).astype(np.int16) - 128).astype(np.int8)
    assert likeness(shown(code_stream(signed)), drawn(300, 200, "L")) == float("inf")


def test_sixteen_bits_of_colour_become_eight():
    deep = np.asarray(drawn(300, 200)).astype(np.uint16) * 257
    assert likeness(shown(code_stream(deep)), drawn(300, 200)) == float("inf")


def test_ycc_becomes_rgb():
    stream = code_stream(np.asarray(drawn(300, 200).convert("YCbCr")))
    assert likeness(shown(boxed(stream, enumerated(SYCC))), drawn(300, 200)) > 40


@pytest.mark.parametrize("is_boxed", [False, True])
@pytest.mark.parametrize("tile", [0, 64])
def test_coarse_colours_are_spread_over_their_pixels(is_boxed: bool, tile: int, tmp_path):
    content = coarse_ycc(drawn(300, 200), tmp_path, tile)
    assert likeness(shown(boxed(content, enumerated(SYCC)) if is_boxed else content), drawn(300, 200)) > 34


@pytest.mark.parametrize("box", [Box(33, 21, 75, 51), Box(256, 128, 44, 72), Box(295, 193, 5, 7)])
def test_regions_of_coarse_colours_are_those_of_the_whole(box: Box, tmp_path):
    content = coarse_ycc(drawn(300, 200), tmp_path)
    whole = shown(content).crop((box.x, box.y, box.right, box.bottom))
    assert likeness(shown(content, box), whole) == float("inf")


def test_cmyk_becomes_rgb():
    image = drawn(300, 200).convert("CMYK")
    stream = code_stream(np.asarray(image))
    assert likeness(shown(boxed(stream, enumerated(CMYK), components=4)), image.convert("RGB")) > 40


def test_lab_becomes_rgb():
    """A gray of medium lightness, by the ranges that hold where the file gives none."""
    lab = np.empty((200, 300, 3), np.uint8)
    lab[:] = (128, 128, 96)
    colour = shown(boxed(code_stream(lab), enumerated(LAB))).getpixel((9, 9))
    assert colour == pytest.approx((119, 119, 119), abs=3)


def test_lab_with_ranges_of_its_own():
    lab = np.empty((200, 300, 3), np.uint8)
    lab[:] = (255, 0, 0)
    ranges = np.array([50, 0, 100, 0, 100, 0], ">u4").tobytes() + bytes(4)
    colour = shown(boxed(code_stream(lab), enumerated(LAB, ranges))).getpixel((9, 9))
    assert colour == pytest.approx((119, 119, 119), abs=3)


def test_one_means_black_where_the_file_says_so():
    pixels = np.zeros((200, 300), np.uint8)
    content = boxed(code_stream(pixels), enumerated(BILEVEL), components=1)
    assert shown(content).getpixel((0, 0)) == 255


@pytest.mark.parametrize("alpha", [False, True])
def test_a_palette_becomes_colours(alpha: bool):
    image = drawn(300, 200).quantize(16)
    colours = np.asarray(image.getpalette()[: 3 * 16], np.uint8).reshape(16, 3)
    kinds = []
    if alpha:
        colours = np.concatenate([colours, np.full((16, 1), 77, np.uint8)], axis=1)
        kinds = [channel_kinds(0, 0, 0, 1)]
    content = boxed(code_stream(np.asarray(image)), enumerated(SRGB), palette(colours), *kinds, components=1)
    facts = openjpeg().facts(in_memory(content))
    assert (facts.has_color, facts.has_alpha) == (True, alpha)
    expected = image.convert("RGB")
    if alpha:
        expected.putalpha(77)
    assert likeness(shown(content), expected) == float("inf")


def test_premultiplied_alpha_is_divided_out():
    pixels = np.empty((200, 300, 4), np.uint8)
    pixels[:] = (100, 50, 25, 128)
    content = boxed(code_stream(pixels), enumerated(SRGB), channel_kinds(0, 0, 0, 2), components=4)
    assert shown(content).getpixel((3, 3)) == pytest.approx((199, 99, 49, 128), abs=2)


def test_a_fourth_channel_that_is_said_to_be_something_else_is_left_out():
    pixels = np.asarray(drawn(300, 200, "RGBA"))
    content = boxed(code_stream(pixels), enumerated(SRGB), channel_kinds(0, 0, 0, 65_535), components=4)
    assert openjpeg().facts(in_memory(content)).has_alpha is False
    assert likeness(shown(content), Image.fromarray(pixels[:, :, :3])) == float("inf")


def test_a_profile_is_applied():
    red = np.empty((200, 300, 3), np.uint8)
    red[:] = (220, 30, 30)
    content = boxed(code_stream(red), with_profile(SWAPPED))
    assert shown(content).getpixel((9, 9)) == to_srgb(Image.fromarray(red), SWAPPED).getpixel((9, 9)) != (220, 30, 30)


# --- How much is decoded -----------------------------------------------------------------------------------------


def test_no_more_is_decoded_than_twice_what_is_wanted():
    found = in_memory(jp2(drawn(1024, 768), tile_size=(256, 256), num_resolutions=5))
    processor = openjpeg()
    facts = processor.facts(found)
    raster = processor.read(found, facts, plan_for(facts, Box(0, 0, 1024, 768), Extent(200, 150)))
    assert raster.image.size == (256, 192)


def test_the_last_pixel_is_the_pixel_itself():
    """And not what a smaller resolution has in its place."""
    image = chequered(257)
    found = in_memory(jp2(image, tile_size=(64, 64), num_resolutions=3))
    assert rendered(openjpeg(), found, Box(256, 256, 1, 1)).getpixel((0, 0)) == image.getpixel((256, 256))


def test_only_tiles_that_are_touched_are_read():
    content, read = jp2(drawn(1024, 1024), tile_size=(256, 256)), []

    class Counting(io.BytesIO):
        def read(self, length: int | None = -1) -> bytes:
            part = super().read(length)
            read.append(len(part))
            return part

    found = Found(open=lambda: Counting(content), version="one")
    facts = openjpeg().facts(found)
    read.clear()
    openjpeg().read(found, facts, plan_for(facts, Box(0, 0, 100, 100)))
    assert len([length for length in read if length > 4096]) == 1


def test_bands_make_the_same_picture(monkeypatch):
    content = jp2(drawn(1024, 768), tile_size=(256, 256))
    whole = shown(content)
    monkeypatch.setattr("processors.jpeg2000_parts.BAND_PIXELS", 100_000)
    assert likeness(shown(content), whole) == float("inf")


@pytest.mark.parametrize("content", [jp2(drawn(700, 500)), jp2(drawn(700, 500), tile_size=(128, 128))])
def test_many_threads_decode_at_once(content: bytes):
    processor, found = openjpeg(), in_memory(content)
    boxes = [Box(x, y, 100, 100) for x in range(0, 600, 100) for y in range(0, 400, 100)]
    with ThreadPoolExecutor(8) as pool:
        pictures = list(pool.map(lambda box: rendered(processor, found, box), boxes))
    whole = drawn(700, 500)
    wanted = [whole.crop((box.x, box.y, box.right, box.bottom)) for box in boxes]
    assert [likeness(*pair) for pair in zip(pictures, wanted, strict=True)] == [float("inf")] * len(boxes)


def test_an_image_that_does_not_begin_at_the_origin_is_read_from_where_it_begins():
    image = drawn(300, 200)
    content = jp2(image, offset=(37, 21), tile_offset=(10, 10), tile_size=(128, 128))
    facts = openjpeg().facts(in_memory(content))
    assert facts.extent == Extent(300, 200)
    assert likeness(shown(content, Box(20, 30, 90, 70)), image.crop((20, 30, 110, 100))) == float("inf")
    assert shown(content, size=Extent(75, 50)).size == (75, 50)


def test_a_source_that_stops_is_not_a_damaged_image():
    content = jp2(drawn(300, 200))

    class Stopping(io.BytesIO):
        def read(self, length: int | None = -1) -> bytes:
            if self.tell() > 200:
                raise SourceUnavailable("The source is silent.")
            return super().read(length)

    found = in_memory(content)
    facts = openjpeg().facts(found)
    with pytest.raises(SourceUnavailable):
        openjpeg().read(Found(open=lambda: Stopping(content), version="two"), facts, plan_for(facts))


def test_boxes_that_are_not_known_are_passed_by():
    content = with_boxes(jp2(drawn(300, 200)), b"\0\0\0\x10zzzz" + bytes(8))
    assert likeness(shown(content), drawn(300, 200)) == float("inf")
