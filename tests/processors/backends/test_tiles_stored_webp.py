"""Stored WebP tiles leave the server as they are, when they are what was asked for and not otherwise."""

from __future__ import annotations

import io
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
import tifffile
from PIL import Image

from iiifserver.iiif.errors import Unreadable
from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import Box, Extent, Quality, RenderPlan, Rotation
from iiifserver.testing import drawn, encoded, in_memory, likeness, plan_for, with_orientation
from processors.backends.tiles import TilesProcessor
from processors.operations import picture
from processors.output import Output
from processors.runtime import SourceImage
from tests.processors.profiles import SWAPPED

EDGE = 64
TILE = Box(EDGE, 0, EDGE, EDGE)
KEEPING = Output(keeps_profile=True)
HOW = {"lossy": {"quality": 70}, "lossless": {"lossless": True, "exact": True}}


def tiff_of(tiles: list[bytes], mode: str = "RGB", profile: bytes | None = None, **options) -> bytes:
    """A TIFF of 2 x 1 WebP tiles, each as it was given."""
    buffer = io.BytesIO()
    kind = {"extrasamples": ["unassalpha"]} if mode == "RGBA" else {}
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(
            iter(tiles),
            shape=(EDGE, 2 * EDGE, len(mode)),
            dtype=np.uint8,
            photometric="rgb",
            tile=(EDGE, EDGE),
            compression="webp",
            iccprofile=profile,
            **(kind | options),
        )
    return buffer.getvalue()


def webp(mode: str = "RGB", edge: int = EDGE, **options) -> bytes:
    return encoded(drawn(edge, edge, mode), "WEBP", **(options or HOW["lossy"]))


def file_of(tile: bytes, mode: str = "RGB", profile: bytes | None = None, **options) -> bytes:
    """A TIFF whose second tile is this one."""
    return tiff_of([webp(), tile], mode, profile, **options)


def source(content: bytes) -> SourceImage:
    processor, found = TilesProcessor.build({}), in_memory(content)
    return SourceImage(found, processor.facts(found), processor)


def asked(image: SourceImage, **changes) -> RenderPlan:
    return plan_for(image.facts, **({"box": TILE, "format": Format.WEBP} | changes))


def stored(content: bytes, output: Output | None = None, **changes) -> bytes | None:
    image = source(content)
    return image.stored(asked(image, **changes), output or Output())


def made(content: bytes) -> Image.Image:
    image = source(content)
    plan = asked(image)
    return picture(image.read(plan, Output()), plan, 1, Output())


def decoded(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        return image.copy()


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("how", HOW)
def test_a_tile_handed_out_is_the_stored_file_and_shows_what_decoding_it_shows(how: str, mode: str):
    tile = webp(mode, **HOW[how])
    content = file_of(tile, mode)
    with patch("processors.tiff_levels.StoredLevel.decoded", side_effect=AssertionError):
        assert stored(content) == tile
    assert likeness(decoded(tile), made(content)) == float("inf")


def test_a_tile_without_alpha_may_stand_in_a_file_that_has_it():
    tile = webp("RGB")
    assert stored(file_of(tile, "RGBA")) == tile


def test_what_stands_behind_the_picture_stays_behind():
    tile = webp()
    assert stored(file_of(tile + b"something else")) == tile


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"format": Format.JPG}, id="jpeg"),
        pytest.param({"format": Format.PNG}, id="png"),
        pytest.param({"box": Box(1, 0, EDGE, EDGE)}, id="off-the-grid"),
        pytest.param({"size": Extent(32, 32)}, id="scaled"),
        pytest.param({"rotation": Rotation(mirrored=True)}, id="mirrored"),
        pytest.param({"quality": Quality.GRAY}, id="gray"),
    ],
)
def test_what_is_not_exactly_one_stored_webp_is_made(changes: dict):
    assert stored(file_of(webp()), **changes) is None


@pytest.mark.parametrize(
    "tile",
    [
        pytest.param(lambda: webp("RGBA"), id="alpha-that-the-file-denies"),
        pytest.param(lambda: webp("RGBA", lossless=True), id="lossless-alpha-that-the-file-denies"),
        pytest.param(lambda: webp(icc_profile=SWAPPED), id="a-profile-of-its-own"),
        pytest.param(lambda: webp(exif=with_orientation(6)), id="words"),
        pytest.param(lambda: webp(save_all=True, append_images=[drawn(EDGE, EDGE).rotate(90)]), id="animated"),
        pytest.param(lambda: webp(edge=32), id="smaller-than-its-place"),
    ],
)
def test_a_tile_that_viewers_might_read_differently_is_decoded(tile):
    assert stored(file_of(tile())) is None


def test_colours_that_were_multiplied_by_alpha_are_divided_again_and_not_handed_out():
    assert stored(file_of(webp("RGBA"), "RGBA", extrasamples=["assocalpha"])) is None


def test_a_tile_that_claims_to_be_larger_than_its_place_is_an_error():
    with pytest.raises(Unreadable):
        stored(file_of(webp(edge=128)))


def test_a_tile_that_is_cut_off_is_an_error():
    with pytest.raises(Unreadable):
        stored(file_of(webp()[:-20]))


def test_a_profile_of_other_colours_is_applied_and_so_decoded():
    assert stored(file_of(webp(), profile=SWAPPED)) is None


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("how", HOW)
def test_a_kept_profile_stands_in_front_of_pixels_that_nobody_decodes(how: str, mode: str):
    tile = webp(mode, **HOW[how])
    content = file_of(tile, mode, SWAPPED)
    with patch("processors.tiff_levels.StoredLevel.decoded", side_effect=AssertionError):
        shown = decoded(stored(content, KEEPING))
    assert shown.info["icc_profile"] == SWAPPED
    assert (shown.mode, shown.tobytes()) == (mode, decoded(tile).tobytes())


def test_a_profile_of_an_odd_length_leaves_the_file_sound():
    shown = decoded(stored(file_of(webp(), profile=SWAPPED + bytes(1 + len(SWAPPED) % 2)), KEEPING))
    assert shown.tobytes() == decoded(webp()).tobytes()


def test_a_profile_that_says_nothing_of_the_tile_is_left_out():
    assert stored(file_of(webp(), profile=b"no profile"), KEEPING) == webp()


def test_a_tile_of_a_smaller_level_answers_the_larger_region():
    buffer, tile = io.BytesIO(), webp(quality=50)
    options = {"photometric": "rgb", "tile": (EDGE, EDGE), "compression": "webp"}
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(np.asarray(drawn(128, 128)), subifds=1, **options)
        writer.write(iter([tile]), shape=(EDGE, EDGE, 3), dtype=np.uint8, subfiletype=1, **options)
    whole = replace(asked(source(buffer.getvalue())), box=Box(0, 0, 128, 128), size=Extent(EDGE, EDGE))
    assert source(buffer.getvalue()).stored(whole, Output()) == tile
