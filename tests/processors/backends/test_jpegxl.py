from __future__ import annotations

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from iiifserver.iiif.errors import BadRequest, ImageTooLarge, Unreadable
from iiifserver.iiif.values import Box, Extent
from iiifserver.testing import (
    ProcessorContract,
    drawn,
    encoded,
    in_memory,
    likeness,
    plan_for,
    rendered,
    upright,
    with_orientation,
)
from processors.backends import jpegxl as backend
from processors.backends.jpegxl import JpegXlProcessor


def reader(**options) -> JpegXlProcessor:
    return JpegXlProcessor.build(options)


def jxl(pixels: np.ndarray, **options) -> bytes:
    return imagecodecs.jpegxl_encode(pixels, effort=1, **{"lossless": True, **options})


class TestJpegXl(ProcessorContract):
    @pytest.fixture
    def processor(self) -> JpegXlProcessor:
        return reader()

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return jxl(np.asarray(upright(image, orientation)))

    def test_a_file_with_nothing_behind_its_signature_has_no_facts(self, processor: JpegXlProcessor) -> None:
        """The signature has two bytes; in sixteen there may be a whole header."""
        with pytest.raises((Unreadable, ImageTooLarge)):
            processor.facts(in_memory(b"\xff\x0a"))


class TestJpegXlInAContainer(ProcessorContract):
    @pytest.fixture
    def processor(self) -> JpegXlProcessor:
        return reader()

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return jxl(np.asarray(upright(image, orientation)), usecontainer=True)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_every_mode_is_shown_as_it_is(mode: str):
    image = drawn(60, 40, mode)
    shown = rendered(reader(), in_memory(jxl(np.asarray(image))))
    assert (shown.mode, likeness(shown, image)) == (mode, float("inf"))


@pytest.mark.parametrize(("bits", "times"), [(10, 4), (12, 16), (16, 257)])
def test_deep_pictures_are_shown_in_eight_bits(bits: int, times: int):
    image = drawn(60, 40)
    content = jxl(np.asarray(image).astype(np.uint16) * times, bitspersample=bits)
    assert likeness(rendered(reader(), in_memory(content)), image) == float("inf")


def test_fractions_are_shown_in_eight_bits():
    image = drawn(60, 40)
    content = jxl((np.asarray(image) / 255).astype(np.float32))
    assert likeness(rendered(reader(), in_memory(content)), image) == float("inf")


def test_an_orientation_is_honoured():
    turned = with_jxl_orientation(6)
    assert reader().facts(in_memory(turned)).extent == Extent(200, 300)
    assert likeness(rendered(reader(), in_memory(turned)), upright(drawn(300, 200), 6)) > 30


def with_jxl_orientation(orientation: int) -> bytes:
    """A packed JPEG: its orientation moves into the header."""
    jpeg = encoded(drawn(300, 200), "JPEG", quality=95, subsampling=0, exif=with_orientation(orientation))
    return imagecodecs.jpegxl_encode_jpeg(jpeg)


def test_an_animation_shows_its_first_frame():
    frames = np.stack([np.asarray(drawn(30, 20)), np.zeros((20, 30, 3), np.uint8)])
    assert likeness(rendered(reader(), in_memory(jxl(frames))), drawn(30, 20)) > 60


def test_there_is_one_page():
    with pytest.raises(BadRequest):
        reader().facts(in_memory(jxl(np.asarray(drawn(30, 20)))), 2)


# --- Hostile files ------------------------------------------------------------------------------------------------


def test_more_pixels_than_may_be_decoded_are_refused_before_anything_is(settings, monkeypatch):
    found = in_memory(jxl(np.zeros((2000, 2000), np.uint8)))
    facts = reader().facts(found)
    decoded = []
    monkeypatch.setattr(backend, "decoded", lambda *arguments: decoded.append(arguments))
    settings.IIIFSERVER = {**settings.IIIFSERVER, "MAX_DECODE_PIXELS": 1_000_000}
    with pytest.raises(ImageTooLarge):
        reader().facts(found)
    with pytest.raises(ImageTooLarge):
        reader().read(found, facts, plan_for(facts, Box(0, 0, 10, 10)))
    assert decoded == []


def test_a_file_that_is_too_large_is_refused():
    content = jxl(np.asarray(drawn(30, 20)), usecontainer=True) + b"\0\0\0\0free" + bytes(1024 * 1024)
    with pytest.raises(ImageTooLarge):
        rendered(reader(largest_megabytes=1), in_memory(content))


def test_a_header_that_promises_a_gigapixel_is_refused():
    giant = b"\xff\x0a" + (0 | 3 << 1 | (40_000 - 1) << 3 | 1 << 33).to_bytes(6, "little") + b"\x01" * 20
    with pytest.raises(ImageTooLarge):
        reader().facts(in_memory(giant))


def test_a_picture_that_is_another_than_its_header_says_is_unreadable(monkeypatch):
    found = in_memory(jxl(np.asarray(drawn(30, 20))))
    monkeypatch.setattr(imagecodecs, "jpegxl_decode", lambda *arguments, **options: np.zeros((5, 5, 3), np.uint8))
    with pytest.raises(Unreadable):
        rendered(reader(), found)
