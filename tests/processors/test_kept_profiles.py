"""Where staff keep profiles, pictures stay in the colours of their files, whoever reads and whatever is written."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from PIL import Image

from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import Box, Extent, Quality, Rotation
from iiifserver.testing import drawn, encoded, in_memory, likeness, plan_for
from processors.backends.openjpeg import OpenJpegProcessor
from processors.backends.pillow import PillowProcessor
from processors.backends.tiles import TilesProcessor
from processors.backends.vips import VipsProcessor
from processors.base import Processor
from processors.encoders import encode
from processors.operations import picture
from processors.output import Output
from processors.runtime import SourceImage
from tests.processors.backends import jp2s
from tests.processors.backends.tiffs import tiled
from tests.processors.profiles import LINEAR_GRAY, SWAPPED, built_in, large_profile
from tests.processors.srgb import to_srgb

KEEPING = Output(keeps_profile=True)
PROFILE_FORMATS = [Format.JPG, Format.PNG, Format.TIF, Format.WEBP, Format.AVIF]


def png(image: Image.Image, profile: bytes) -> bytes:
    return encoded(image, icc_profile=profile)


def jpeg(image: Image.Image, profile: bytes) -> bytes:
    return encoded(image, "JPEG", icc_profile=profile, quality=95, subsampling=0)


def tiff(image: Image.Image, profile: bytes) -> bytes:
    return tiled(image, iccprofile=profile)


def jp2(image: Image.Image, profile: bytes) -> bytes:
    """A file whose colours a profile tells instead of a number."""
    content = jp2s.jp2(image)
    at = content.index(b"colr") - 4
    size = int.from_bytes(content[at : at + 4], "big")
    told = jp2s.with_profile(profile)
    header = content.index(b"jp2h") - 4
    longer = int.from_bytes(content[header : header + 4], "big") + len(told) - size
    return content[:header] + longer.to_bytes(4, "big") + content[header + 4 : at] + told + content[at + size :]


READERS: dict[str, tuple[type[Processor], Callable[[Image.Image, bytes], bytes]]] = {
    "png by pillow": (PillowProcessor, png),
    "jpeg by pillow": (PillowProcessor, jpeg),
    "tiff by pillow": (PillowProcessor, tiff),
    "png by libvips": (VipsProcessor, png),
    "jpeg by libvips": (VipsProcessor, jpeg),
    "tiff by tiles": (TilesProcessor, tiff),
    "jp2 by openjpeg": (OpenJpegProcessor, jp2),
}


def source(content: bytes, kind: type[Processor] = PillowProcessor) -> SourceImage:
    processor, found = kind.build({}), in_memory(content)
    facts = processor.facts(found)
    assert facts is not None
    return SourceImage(found, facts, processor)


def answer(image: SourceImage, output: Output = KEEPING, *, is_drawn_on: bool = False, **plan: Any) -> Image.Image:
    """What a viewer gets, in a format that is PNG unless the plan says otherwise."""
    planned = plan_for(image.facts, **plan)
    raster = image.read(planned, output, is_drawn_on=is_drawn_on)
    shown = picture(raster, planned, image.facts.orientation, output)
    return Image.open(io.BytesIO(encode(shown, planned.format, output.encoder, profile=raster.profile)))


def profile_in(image: Image.Image) -> bytes | None:
    return image.info.get("icc_profile")


@pytest.mark.parametrize("name", READERS)
def test_pixels_are_the_files_own_and_the_profile_goes_with_them(name: str):
    kind, write = READERS[name]
    stored = drawn(120, 80)
    shown = answer(source(write(stored, SWAPPED), kind))
    assert profile_in(shown) == SWAPPED
    assert likeness(shown, stored) > 38
    assert likeness(shown, to_srgb(stored.copy(), SWAPPED)) < 25


@pytest.mark.parametrize("name", READERS)
def test_without_the_setting_pixels_become_srgb_and_no_profile_goes_with_them(name: str):
    kind, write = READERS[name]
    stored = drawn(120, 80)
    shown = answer(source(write(stored, SWAPPED), kind), Output())
    assert profile_in(shown) is None
    assert likeness(shown, to_srgb(stored.copy(), SWAPPED)) > 35


@pytest.mark.parametrize("format_", PROFILE_FORMATS)
@pytest.mark.parametrize("profile", [SWAPPED, built_in(), large_profile(150_000)], ids=["swapped", "sRGB", "large"])
def test_every_format_with_a_place_for_it_holds_the_profile_byte_by_byte(format_: Format, profile: bytes):
    stored = drawn(120, 80)
    shown = answer(source(png(stored, profile)), format=format_)
    assert profile_in(shown) == profile
    assert likeness(shown, stored) > 28


def test_a_gif_has_no_place_for_a_profile_and_is_srgb():
    stored = Image.new("RGB", (20, 20), (220, 30, 30))
    shown = answer(source(png(stored, SWAPPED)), format=Format.GIF).convert("RGB")
    assert likeness(shown, to_srgb(stored, SWAPPED)) > 40


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param({"box": Box(16, 8, 64, 48)}, id="region"),
        pytest.param({"size": Extent(30, 20)}, id="smaller"),
        pytest.param({"rotation": Rotation(Fraction(90))}, id="turned"),
        pytest.param({"rotation": Rotation(Fraction(30))}, id="with-corners"),
        pytest.param({"rotation": Rotation(mirrored=True)}, id="mirrored"),
        pytest.param({"quality": Quality.COLOR}, id="color"),
    ],
)
def test_whatever_is_done_to_the_picture_its_profile_stays(plan: dict[str, Any]):
    assert profile_in(answer(source(png(drawn(120, 80), SWAPPED)), format=Format.JPG, **plan)) == SWAPPED


@pytest.mark.parametrize("quality", [Quality.GRAY, Quality.BITONAL])
@pytest.mark.parametrize("format_", [Format.JPG, Format.PNG, Format.WEBP])
def test_gray_and_bitonal_are_made_of_srgb_and_have_no_profile(quality: Quality, format_: Format):
    """A profile of colours means nothing to gray."""
    image = source(png(Image.new("RGB", (20, 20), (250, 0, 0)), SWAPPED))
    shown, usual = (answer(image, output, quality=quality, format=format_) for output in (KEEPING, Output()))
    assert profile_in(shown) is None
    assert shown.tobytes() == usual.tobytes()


@pytest.mark.parametrize("mode", ["L", "LA"])
@pytest.mark.parametrize("quality", [Quality.DEFAULT, Quality.GRAY])
@pytest.mark.parametrize("format_", [Format.JPG, Format.PNG, Format.TIF])
def test_gray_with_a_profile_of_gray_stays_one_channel_and_keeps_it(mode: str, quality: Quality, format_: Format):
    stored = drawn(60, 40, mode)
    shown = answer(source(png(stored, LINEAR_GRAY)), quality=quality, format=format_)
    assert profile_in(shown) == LINEAR_GRAY
    assert shown.mode == ("L" if format_ is Format.JPG else mode)
    if format_ is not Format.JPG:
        assert shown.tobytes() == stored.tobytes()


@pytest.mark.parametrize(
    ("mode", "settings", "plan"),
    [
        pytest.param("L", {}, {"format": Format.WEBP}, id="format-without-gray"),
        pytest.param("L", {}, {"format": Format.JPG, "rotation": Rotation(Fraction(30))}, id="corners"),
        pytest.param("LA", {"background": "red"}, {"format": Format.JPG}, id="coloured-background"),
        pytest.param("L", {}, {"quality": Quality.BITONAL}, id="bitonal"),
        pytest.param("L", {}, {"is_drawn_on": True}, id="overlay"),
    ],
)
def test_gray_that_may_become_coloured_is_srgb(mode: str, settings: dict[str, Any], plan: dict[str, Any]):
    image = source(png(drawn(60, 40, mode), LINEAR_GRAY))
    shown = answer(image, Output(keeps_profile=True, **settings), **plan)
    assert profile_in(shown) is None
    assert shown.tobytes() == answer(image, Output(**settings), **plan).tobytes()


@pytest.mark.parametrize("profile", [b"no profile", LINEAR_GRAY, bytes(5 * 1024 * 1024)], ids=["junk", "gray", "huge"])
def test_a_profile_that_says_nothing_of_the_pixels_is_not_handed_on(profile: bytes):
    stored = drawn(60, 40)
    shown = answer(source(jpeg(stored, profile)))
    assert (profile_in(shown), likeness(shown, stored) > 35) == (None, True)


def test_cmyk_is_converted_all_the_same():
    stored = drawn(60, 40).convert("CMYK")
    shown = answer(source(encoded(stored, "JPEG", icc_profile=SWAPPED, quality=95, subsampling=0)))
    assert (shown.mode, profile_in(shown)) == ("RGB", None)
    assert likeness(shown, stored.convert("RGB")) > 34


def test_lab_is_converted_all_the_same():
    buffer = io.BytesIO()
    Image.new("LAB", (20, 20), (200, 128, 128)).save(buffer, "TIFF", icc_profile=SWAPPED)
    shown = answer(source(buffer.getvalue()))
    assert (shown.mode, profile_in(shown)) == ("RGB", None)


def test_pictures_without_a_profile_get_none():
    assert profile_in(answer(source(encoded(drawn(60, 40))))) is None


def test_tiles_of_one_image_have_the_pixels_of_the_whole():
    image = source(tiff(drawn(128, 128), SWAPPED), TilesProcessor)
    whole = answer(image)
    tile = answer(image, box=Box(64, 64, 64, 64))
    assert np.array_equal(np.asarray(tile), np.asarray(whole.crop((64, 64, 128, 128))))
