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
from processors import jxl_profile
from processors.backends import jpegxl as backend
from processors.backends.jpegxl import JpegXlProcessor
from processors.jxl_profile import profile_in
from processors.linear_light import light_of
from processors.output import Output
from processors.runtime import Processors
from tests.processors.profiles import LINEAR_GRAY, SWAPPED
from tests.processors.srgb import to_srgb


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


@pytest.mark.parametrize(("bits", "least"), [(10, 30), (12, 40), (16, 60)])
def test_deep_pictures_are_shown_in_eight_bits(bits: int, least: float):
    """Such files hold light and say so."""
    image = drawn(60, 40)
    light = np.round(light_of(np.asarray(image) / 255) * ((1 << bits) - 1)).astype(np.uint16)
    assert likeness(rendered(reader(), in_memory(jxl(light, bitspersample=bits))), image) > least


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_fractions_are_shown_in_eight_bits(mode: str):
    image = drawn(60, 40, mode)
    values = (np.asarray(image) / 255).astype(np.float32)
    values[..., :-1] = light_of(values[..., :-1])
    assert likeness(rendered(reader(), in_memory(jxl(values))), image) == float("inf")


@pytest.mark.parametrize(("bits", "shades"), [(1, [0, 255]), (4, [0, 255]), (12, [0, 255]), (16, [0, 255])])
def test_of_deep_values_that_are_no_light_the_highest_bits_are_shown(bits: int, shades: list[int]):
    values = np.array([[[0], [(1 << bits) - 1]]], np.uint16 if bits > 8 else np.uint8)
    assert backend.in_eight_bits(values, bits).ravel().tolist() == shades


def test_dark_tones_of_deep_light_have_no_bands():
    ramp = np.linspace(0, 600, 4096).astype(np.uint16)[None, :, None]
    steps = np.diff(backend.shades_of_light(ramp, 16).ravel().astype(int))
    assert set(steps.tolist()) <= {0, 1}


# --- Colour profiles -------------------------------------------------------------------------------------------------


def coloured(mode: str = "RGB", **options) -> bytes:
    """A file with a profile of its own, which only another library writes."""
    pylibjxl = pytest.importorskip("pylibjxl")
    pixels = np.asarray(drawn(60, 40, mode))
    return pylibjxl.encode(pixels[..., None] if pixels.ndim == 2 else pixels, lossless=True, **options)


@pytest.mark.parametrize(("mode", "profile"), [("RGB", SWAPPED), ("RGBA", SWAPPED), ("L", LINEAR_GRAY)])
def test_a_profile_is_applied(mode: str, profile: bytes):
    shown = rendered(reader(), in_memory(coloured(mode, icc=profile)))
    assert shown.tobytes() == to_srgb(drawn(60, 40, mode), profile).tobytes()
    assert shown.tobytes() != drawn(60, 40, mode).tobytes()


def test_a_profile_can_be_kept():
    found = in_memory(coloured(icc=SWAPPED))
    image = Processors((reader(),)).inspect(found).of(found)
    raster = image.read(plan_for(image.facts), Output(keeps_profile=True))
    assert (raster.profile, raster.image.tobytes()) == (SWAPPED, drawn(60, 40).tobytes())


def test_colours_that_are_srgb_stay_as_they_are():
    assert rendered(reader(), in_memory(coloured())).tobytes() == drawn(60, 40).tobytes()


@pytest.mark.parametrize("content", [b"", b"\xff\x0a", b"no picture at all"])
def test_what_is_no_jpeg_xl_has_no_profile(content: bytes):
    assert profile_in(content) is None


def test_where_no_library_tells_the_profile_the_picture_is_still_shown(monkeypatch):
    monkeypatch.setattr(jxl_profile, "find_library", lambda: None)
    assert rendered(reader(), in_memory(coloured(icc=SWAPPED))).tobytes() == drawn(60, 40).tobytes()


def test_a_library_that_is_none_is_passed_over(tmp_path):
    (tmp_path / "imagecodecs.libs").mkdir()
    (tmp_path / "imagecodecs.libs" / "libjxl-1.so").write_bytes(b"nothing")
    (file,) = jxl_profile.bundled_libraries(tmp_path / "imagecodecs")
    with pytest.raises(OSError, match="libjxl-1"):
        jxl_profile.loaded(file)


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
