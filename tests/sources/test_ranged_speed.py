"""How few requests and bytes it takes to show a tile of a pyramid that lies far away, counted by the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from iiifserver.iiif.values import Box
from tests.sources.pyramid_reader import Reader
from tests.sources.pyramids import TILE, levels_of, tile_content, write_cog, write_scattered
from tests.sources.web_server import WebServer

WIDE, HIGH = 8_192, 6_144


@pytest.fixture(scope="module")
def tile_bytes() -> int:
    return len(tile_content())


@pytest.fixture
def scattered(web: WebServer, tmp_path: Path) -> int:
    levels = write_scattered(tmp_path / "pyramid.tif", WIDE, HIGH)
    web.put("/pyramid.tif", tmp_path / "pyramid.tif")
    return levels


@pytest.mark.parametrize("wide", [WIDE, 30_720])
def test_the_first_tile_of_a_cloud_optimised_file_takes_three_requests(
    web: WebServer, tmp_path: Path, tile_bytes: int, wide: int
):
    cog = write_cog(tmp_path / "pyramid.tif", wide, HIGH)
    web.put("/pyramid.tif", tmp_path / "pyramid.tif")
    requests, sent = Reader(web).cost_of_tile(3, 4)
    assert requests <= 3
    assert sent <= cog + 256_000 + tile_bytes


def test_the_first_tile_of_a_file_with_scattered_directories_takes_three_more_than_levels(
    web: WebServer, scattered: int
):
    requests, _ = Reader(web).cost_of_tile(3, 4)
    assert requests <= scattered + 3


@pytest.mark.usefixtures("scattered")
@pytest.mark.parametrize("restarted", [False, True])
def test_after_that_a_tile_takes_one_request_and_its_own_bytes(web: WebServer, tile_bytes: int, restarted: bool):
    reader = Reader(web)
    reader.cost_of_tile(3, 4)
    if restarted:
        reader.start()
        reader.found()
    requests, sent = reader.cost_of_tile(7, 2)
    assert requests == 1
    assert sent <= 1.3 * tile_bytes


@pytest.mark.usefixtures("scattered")
def test_a_tile_that_was_shown_takes_no_request(web: WebServer):
    reader = Reader(web)
    reader.cost_of_tile(3, 4)
    assert reader.cost_of_tile(3, 4) == (0, 0)


@pytest.mark.usefixtures("scattered")
def test_a_region_takes_one_request_for_each_row_of_tiles(web: WebServer, tile_bytes: int):
    reader = Reader(web)
    reader.cost_of_tile(0, 0)
    requests, sent = reader.cost_of_region(Box(3 * TILE + 100, 4 * TILE + 100, 2 * TILE, 2 * TILE))
    assert requests == 3
    assert sent <= 1.3 * 9 * tile_bytes


@pytest.mark.usefixtures("scattered")
def test_without_any_cache_an_index_is_still_read_only_once(web: WebServer):
    reader = Reader(web, shared_cache_megabytes=0)
    reader.cost_of_tile(3, 4)
    assert reader.cost_of_tile(7, 2)[0] == 1


@pytest.mark.slow
def test_ten_gigabytes_are_as_quick(web: WebServer, tmp_path: Path, tile_bytes: int):
    wide = high = 102_400
    file = tmp_path / "pyramid.tif"
    levels = write_scattered(file, wide, high, total_bytes=10_000_000_000)
    assert file.stat().st_size >= 10_000_000_000
    assert levels == len(levels_of(wide, high))
    web.put("/pyramid.tif", file)
    reader = Reader(web)
    requests, sent = reader.cost_of_tile(150, 160)
    assert requests <= levels + 3
    assert sent <= 12 * levels_of(wide, high)[0].count + 64_000 * levels + tile_bytes
    assert reader.cost_of_tile(20, 30)[0] == 0  # all tiles of this file are one
    assert reader.cost_of_tile(20, 30, scale=2)[0] <= 2
