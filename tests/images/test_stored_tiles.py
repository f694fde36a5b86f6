"""Tiles that leave the server as they are stored, as a viewer meets them and as the status counts them."""

from __future__ import annotations

import pytest

from images.metrics import handed_out_total
from tests.images.conftest import draw_card
from tests.processors.backends.test_tiles_stored_webp import EDGE, file_of, webp
from tests.processors.backends.tiffs import tiled

WEBP, JPEG = "webp", "jpeg"
TILES = {WEBP: ("webp", "64,0,64,64"), JPEG: ("jpg", "0,0,64,64")}


@pytest.fixture
def tiff(service):
    """Puts a TIFF of such tiles into the folder."""

    def put(kind):
        options = {"compression": "jpeg", "photometric": "ycbcr", "subsampling": (2, 2)}
        content = file_of(webp()) if kind == WEBP else tiled(draw_card(), **options)
        (service.folder / "tiles.tif").write_bytes(content)

    return put


def handed_out() -> float:
    return handed_out_total._value.get()


@pytest.mark.parametrize("kind", TILES)
def test_a_stored_tile_is_given_to_who_asks_for_its_format(service, tiff, kind, monkeypatch):
    tiff(kind)
    monkeypatch.delattr("images.pipeline.render")
    before, (extension, region) = handed_out(), TILES[kind]
    answer = service.get(f"/iiif/3/tiles.tif/{region}/{EDGE},{EDGE}/0/default.{extension}")
    assert (answer.status_code, answer["Content-Type"]) == (200, f"image/{'jpeg' if kind == JPEG else 'webp'}")
    assert handed_out() == before + 1


@pytest.mark.parametrize(("kind", "extension"), [(WEBP, "jpg"), (JPEG, "webp"), (WEBP, "png")])
def test_another_format_is_made(service, tiff, kind, extension):
    tiff(kind)
    before, region = handed_out(), TILES[kind][1]
    assert service.get(f"/iiif/3/tiles.tif/{region}/{EDGE},{EDGE}/0/default.{extension}").status_code == 200
    assert handed_out() == before


def test_the_answer_is_the_very_file_that_is_stored(service, tiff):
    tiff(WEBP)
    answer = service.get(f"/iiif/3/tiles.tif/64,0,64,64/{EDGE},{EDGE}/0/default.webp")
    assert b"".join(answer) == webp()
