"""The settings for colours and light, as staff make them and as a viewer sees them."""

from __future__ import annotations

import pytest
from PIL import Image

from iiifserver.testing import likeness
from processors.models import OutputSettings
from tests.images.conftest import Service, changing, draw_card, picture
from tests.processors.backends.tiffs import tiled
from tests.processors.profiles import SWAPPED, large_profile
from tests.processors.srgb import to_srgb

WHOLE = "/iiif/3/wide.png/full/max/0/default"
TILE = "/iiif/3/wide.tif/0,0,64,64/64,64/0/default.jpg"


@pytest.fixture
def output(service: Service):
    """Changes settings of the output, as staff would, and has them used at once."""
    service.draw("wide.png", icc_profile=SWAPPED)
    return changing(OutputSettings)


@pytest.mark.parametrize("extension", ["jpg", "png", "tif", "webp", "avif"])
def test_a_kept_profile_reaches_the_viewer(service: Service, output, extension: str):
    output(keeps_profile=True)
    shown = picture(service.get(f"{WHOLE}.{extension}"))
    assert shown.info["icc_profile"] == SWAPPED
    assert likeness(shown, draw_card()) > 28


def test_a_picture_that_is_remembered_in_srgb_is_not_taken_for_one_with_its_profile(service: Service, output):
    before = service.get(f"{WHOLE}.png")
    output(keeps_profile=True)
    after = service.get(f"{WHOLE}.png", if_none_match=before["ETag"])
    assert likeness(picture(before), to_srgb(draw_card(), SWAPPED)) > 40
    assert likeness(picture(after), draw_card()) > 40
    assert after["ETag"] != before["ETag"]


def test_a_stored_tile_is_handed_out_with_its_profile_and_not_decoded(service: Service, output, monkeypatch):
    profile = large_profile(100_000)
    options = {"compression": "jpeg", "photometric": "ycbcr", "subsampling": (2, 2), "iccprofile": profile}
    (service.folder / "wide.tif").write_bytes(tiled(draw_card(), **options))
    output(keeps_profile=True)
    monkeypatch.delattr("images.pipeline.render")
    assert picture(service.get(TILE)).info["icc_profile"] == profile


def test_words_and_a_profile_go_into_one_answer(service: Service, output):
    exif = Image.Exif()
    exif[0x8298] = "City Library"
    service.draw("wide.jpg", icc_profile=SWAPPED, exif=exif)
    output(keeps_profile=True)
    shown = picture(service.get("/iiif/3/wide.jpg/full/max/0/default.jpg"))
    assert (shown.info["icc_profile"], shown.getexif()[0x8298]) == (SWAPPED, "City Library")


def test_light_is_averaged_where_staff_want_that(service: Service, output):
    stripes = Image.new("L", (2, 1))
    stripes.putpixel((1, 0), 255)
    lines = Image.new("L", (128, 128))
    for x in range(0, 128, 2):
        for y in range(128):
            lines.paste(stripes, (x, y))
    service.draw("lines.png", lines)
    path = "/iiif/3/lines.png/full/16,/0/default.png"
    dark = picture(service.get(path)).getpixel((8, 8))
    output(linear_light=True)
    assert (abs(dark - 128) <= 2, abs(picture(service.get(path)).getpixel((8, 8)) - 188) <= 2) == (True, True)
