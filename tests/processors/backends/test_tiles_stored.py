"""Stored tiles leave the server as they are, when they are what was asked for and not otherwise."""

from __future__ import annotations

import io
from dataclasses import replace
from fractions import Fraction
from unittest.mock import patch

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from iiifserver.iiif.errors import BadRequest, Unreadable
from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import Box, Extent, Quality, RenderPlan, Rotation
from iiifserver.testing import drawn, in_memory, likeness
from processors.backends.pillow import PillowProcessor
from processors.backends.tiles import TilesProcessor
from processors.encoders import encode
from processors.operations import picture
from processors.output import Output
from processors.runtime import SourceImage
from tests.processors.backends.tiffs import pyramid, tiled
from tests.processors.profiles import LINEAR_GRAY, SWAPPED, large_profile

TILE = 64
YCBCR = {"compression": "jpeg", "photometric": "ycbcr", "subsampling": (2, 2), "tile": (TILE, TILE)}
GRAY = {"compression": "jpeg", "photometric": "minisblack", "tile": (TILE, TILE)}
JPEG_IN_RGB = {"photometric": "rgb", "subsampling": None, "compressionargs": {"outcolorspace": "rgb"}}
FIRST = RenderPlan(
    box=Box(0, 0, TILE, TILE),
    size=Extent(TILE, TILE),
    rotation=Rotation(),
    quality=Quality.DEFAULT,
    format=Format.JPG,
)


def source(content, processor=None):
    processor = processor or TilesProcessor.build({})
    found = in_memory(content)
    return SourceImage(found, processor.facts(found), processor)


def file_of(width=200, height=150, mode="RGB", **options):
    return tiled(drawn(width, height, mode), **{**(YCBCR if mode == "RGB" else GRAY), **options})


def stored(content, plan=FIRST, output=None, processor=None):
    return source(content, processor).stored(plan, output or Output())


def decoded(content):
    with Image.open(io.BytesIO(content)) as image:
        return image.copy()


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_tile_handed_out_has_the_pixels_that_decoding_it_gives(mode):
    content = file_of(mode=mode)
    image = source(content)
    made = picture(image.read(FIRST, Output()), FIRST, 1, Output())
    handed_out = decoded(stored(content))
    assert (handed_out.mode, handed_out.size) == (mode, (TILE, TILE))
    assert likeness(handed_out, made) > 45


def test_nothing_is_decoded_for_it():
    with patch("processors.tiff_levels.StoredLevel.decoded", side_effect=AssertionError):
        assert stored(file_of()).startswith(b"\xff\xd8\xff")


def test_a_tile_in_the_middle_is_the_right_one():
    content = file_of()
    plan = replace(FIRST, box=Box(TILE, TILE, TILE, TILE))
    made = picture(source(content).read(plan, Output()), plan, 1, Output())
    assert likeness(decoded(stored(content, plan)), made) > 45
    assert likeness(made, decoded(stored(content))) < 30


def test_a_tile_of_a_smaller_level_answers_the_larger_region():
    content = pyramid(drawn(256, 256), [(128, 128)], **YCBCR)
    plan = replace(FIRST, box=Box(128, 0, 128, 128))
    assert decoded(stored(content, plan)).size == (TILE, TILE)


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(replace(FIRST, box=Box(1, 0, TILE, TILE)), id="off-the-grid"),
        pytest.param(replace(FIRST, box=Box(0, 0, 2 * TILE, TILE), size=Extent(2 * TILE, TILE)), id="two-tiles"),
        pytest.param(replace(FIRST, box=Box(192, 0, 8, TILE), size=Extent(8, TILE)), id="at-the-edge"),
        pytest.param(replace(FIRST, size=Extent(32, 32)), id="scaled"),
        pytest.param(replace(FIRST, rotation=Rotation(Fraction(90))), id="turned"),
        pytest.param(replace(FIRST, rotation=Rotation(mirrored=True)), id="mirrored"),
        pytest.param(replace(FIRST, quality=Quality.GRAY), id="gray"),
        pytest.param(replace(FIRST, quality=Quality.BITONAL), id="bitonal"),
        pytest.param(replace(FIRST, format=Format.PNG), id="another-format"),
    ],
)
def test_what_is_not_exactly_one_stored_tile_is_made(plan):
    assert stored(file_of(), plan) is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            lambda: file_of(photometric="rgb", subsampling=None, compressionargs={"outcolorspace": "rgb"}),
            id="JPEG-in-RGB",
        ),
        pytest.param(lambda: tiled(drawn(200, 150), tile=(TILE, TILE), compression="zlib"), id="deflate"),
        pytest.param(lambda: file_of(orientation=6), id="stored-turned"),
        pytest.param(lambda: tiled(drawn(200, 150), **{**YCBCR, "tile": None, "rowsperstrip": TILE}), id="strips"),
    ],
)
def test_a_file_whose_tiles_others_might_read_differently_is_decoded(content):
    assert stored(content()) is None


def test_sharpening_needs_pixels():
    assert stored(file_of(), output=Output(sharpen=0.5)) is None


def test_a_setting_turns_it_off():
    assert stored(file_of(), processor=TilesProcessor.build({"hands_out_stored_tiles": False})) is None


def srgb_profile(name="sRGB"):
    """The profile of sRGB, called by another name."""
    content = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return content.replace("sRGB".encode("utf-16-be"), name.encode("utf-16-be"))


def test_a_profile_of_other_colours_is_applied_and_so_decoded():
    assert stored(file_of(iccprofile=srgb_profile("wRGB"))) is None


def test_a_profile_of_the_same_colours_counts_as_none():
    assert stored(file_of(iccprofile=srgb_profile())) is not None


def test_a_tile_that_is_cut_off_is_an_error_and_not_handed_out():
    content = bytearray(file_of())
    start = content.find(b"\xff\xd8\xff")
    end = content.find(b"\xff\xd9", start)
    content[end : end + 2] = b"\0\0"
    with pytest.raises(Unreadable):
        stored(bytes(content))


def test_other_processors_store_nothing():
    content = encode(drawn(100, 80), Format.JPG, Output().encoder)
    assert stored(content, processor=PillowProcessor.build({})) is None


# --- Pages -------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_pages():
    pages = [np.full((80, 100, 3), 50, np.uint8), np.full((40, 60, 3), 200, np.uint8)]
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        for page in pages:
            writer.write(page, photometric="rgb", tile=(TILE, TILE))
    return buffer.getvalue()


@pytest.mark.parametrize("processor", [TilesProcessor, PillowProcessor])
def test_each_page_has_its_own_size_and_pixels(processor, two_pages):
    reader, found = processor.build({}), in_memory(two_pages)
    facts = reader.facts(found, 2)
    plan = replace(FIRST, box=Box(0, 0, 60, 40), size=Extent(60, 40), page=2)
    assert (facts.extent, facts.page_count) == (Extent(60, 40), 2)
    assert reader.read(found, facts, plan).image.getpixel((0, 0)) == (200, 200, 200)


@pytest.mark.parametrize("processor", [TilesProcessor, PillowProcessor])
def test_a_page_that_is_not_there_is_refused_in_a_sentence(processor, two_pages):
    with pytest.raises(BadRequest, match="There is no page 3: this image has 2 pages"):
        processor.build({}).facts(in_memory(two_pages), 3)


def test_a_jpeg_has_one_page():
    content = encode(drawn(100, 80), Format.JPG, Output().encoder)
    with pytest.raises(BadRequest, match="one page"):
        PillowProcessor.build({}).facts(in_memory(content), 2)


# --- Profiles that are kept -----------------------------------------------------------------------------------------

KEEPING = Output(keeps_profile=True)


@pytest.mark.parametrize("size", [0, 65_000, 66_000, 200_000])
def test_a_kept_profile_stands_in_front_of_a_tile_that_nobody_decodes(size: int):
    profile = large_profile(size)
    content = file_of(iccprofile=profile)
    with patch("processors.tiff_levels.StoredLevel.decoded", side_effect=AssertionError) as decoding:
        handed_out = stored(content, output=KEEPING)
    assert decoding.call_count == 0
    with Image.open(io.BytesIO(handed_out)) as image:
        assert image.info["icc_profile"] == profile
    plain = stored(file_of())
    assert handed_out.startswith(plain[:20])
    assert handed_out.endswith(plain[20:])


def test_the_pixels_behind_a_kept_profile_are_the_tiles_own():
    assert (
        decoded(stored(file_of(iccprofile=SWAPPED), output=KEEPING)).tobytes() == decoded(stored(file_of())).tobytes()
    )


def test_a_tile_handed_out_and_one_that_is_made_have_the_same_profile_and_pixels():
    image = source(file_of(iccprofile=SWAPPED))
    raster = image.read(FIRST, KEEPING)
    made = picture(raster, FIRST, 1, KEEPING)
    assert raster.profile == SWAPPED
    assert likeness(decoded(image.stored(FIRST, KEEPING)), made) > 45


def test_a_gray_tile_keeps_its_profile_of_gray():
    handed_out = stored(file_of(mode="L", iccprofile=LINEAR_GRAY), output=KEEPING)
    assert (decoded(handed_out).mode, decoded(handed_out).info["icc_profile"]) == ("L", LINEAR_GRAY)


@pytest.mark.parametrize("profile", [b"no profile", LINEAR_GRAY])
def test_a_profile_that_says_nothing_of_the_tile_is_left_out(profile: bytes):
    assert stored(file_of(iccprofile=profile), output=KEEPING) == stored(file_of())
