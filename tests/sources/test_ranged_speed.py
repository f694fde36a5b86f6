"""How few requests and bytes it takes to show a tile of a pyramid that lies far away, counted on the wire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from iiifserver.iiif.values import Box
from processors.tiff_places import PART_LENGTH
from tests.object_stores import S3_KEYS
from tests.sources.counting import forwarding_to
from tests.sources.pyramid_reader import BUCKET, Reader, StartSource, http_source, s3_source
from tests.sources.pyramids import TILE, levels_of, tile_content, write_cog, write_scattered
from tests.sources.web_server import WebServer

WIDE, HIGH = 8_192, 6_144
ENTRY_BYTES = 12
"""What the place of one tile takes in the lists of a file."""


@dataclass(frozen=True)
class Service:
    """A server that counts what it gives, and the sources that read from it."""

    web: WebServer
    start_source: StartSource
    put: Callable[[Path], None]
    """Puts the file where the source looks for it."""

    def reader(self, **options: object) -> Reader:
        return Reader(self.web, self.start_source, **options)


@pytest.fixture(scope="module")
def tile_bytes() -> int:
    return len(tile_content())


def over_http(web: WebServer) -> Service:
    return Service(web, http_source, lambda file: web.put("/pyramid.tif", file))


def over_s3(web: WebServer, address: str) -> Service:
    """moto, behind a server that counts."""
    client = boto3.client("s3", endpoint_url=address, **S3_KEYS)
    client.create_bucket(Bucket=BUCKET)
    web.fault = forwarding_to(address)
    return Service(web, s3_source, lambda file: client.upload_file(str(file), BUCKET, "pyramid.tif"))


def over_our_own_s3(web: WebServer) -> Service:
    """moto copies a whole object for each piece of it: files of gigabytes need a server that does not."""
    put = lambda file: web.put(f"/{BUCKET}/pyramid.tif", file, modified=1_000_000_000)  # noqa: E731
    return Service(web, s3_source, put)


@pytest.fixture(params=["http", "s3"])
def service(request, web: WebServer) -> Service:
    return over_http(web) if request.param == "http" else over_s3(web, request.getfixturevalue("s3_address"))


@pytest.fixture
def levels(service: Service, tmp_path: Path) -> int:
    """Of a pyramid with scattered directories, which is there."""
    count = write_scattered(tmp_path / "pyramid.tif", WIDE, HIGH)
    service.put(tmp_path / "pyramid.tif")
    return count


@pytest.mark.parametrize("wide", [WIDE, 30_720])
def test_the_first_tile_of_a_cloud_optimised_file_takes_three_requests(
    service: Service, tmp_path: Path, tile_bytes: int, wide: int
):
    index_bytes = write_cog(tmp_path / "pyramid.tif", wide, HIGH)
    service.put(tmp_path / "pyramid.tif")
    requests, sent = service.reader().cost_of_tile(3, 4)
    assert requests <= 3
    assert sent <= index_bytes + 256_000 + tile_bytes


def test_the_first_tile_of_a_file_with_scattered_directories_takes_three_more_than_levels(
    service: Service, levels: int
):
    requests, _ = service.reader().cost_of_tile(3, 4)
    assert requests <= levels + 3


@pytest.mark.usefixtures("levels")
@pytest.mark.parametrize("restarted", [False, True])
def test_after_that_a_tile_takes_one_request_and_its_own_bytes(service: Service, tile_bytes: int, restarted: bool):
    reader = service.reader()
    reader.cost_of_tile(3, 4)
    if restarted:
        reader.start()
    requests, sent = reader.cost_of_tile(7, 2)
    assert requests == 1
    assert sent <= 1.3 * tile_bytes


@pytest.mark.usefixtures("levels")
def test_a_tile_that_was_shown_takes_no_request(service: Service):
    reader = service.reader()
    reader.cost_of_tile(3, 4)
    assert reader.cost_of_tile(3, 4) == (0, 0)


@pytest.mark.usefixtures("levels")
def test_a_region_takes_one_request_for_each_row_of_tiles(service: Service, tile_bytes: int):
    reader = service.reader()
    reader.cost_of_tile(0, 0)
    requests, sent = reader.cost_of_region(Box(3 * TILE + 100, 4 * TILE + 100, 2 * TILE, 2 * TILE))
    assert requests == 3
    assert sent <= 1.3 * 9 * tile_bytes


@pytest.mark.usefixtures("levels")
def test_without_any_cache_an_index_is_still_read_only_once(service: Service):
    reader = service.reader(shared_cache_megabytes=0)
    reader.cost_of_tile(3, 4)
    assert reader.cost_of_tile(7, 2)[0] == 1


@pytest.mark.parametrize("over", [over_http, over_our_own_s3])
def test_of_long_lists_only_the_touched_part_is_read(
    web: WebServer, tmp_path: Path, tile_bytes: int, over: Callable[[WebServer], Service]
):
    wide = high = 200_000
    service, file = over(web), tmp_path / "pyramid.tif"
    levels = write_scattered(file, wide, high, total_bytes=10_000_000_000)
    assert file.stat().st_size >= 10_000_000_000
    assert levels == len(levels_of(wide, high))
    service.put(file)
    reader = service.reader()
    requests, sent = reader.cost_of_tile(150, 160)
    assert requests <= levels + 3
    assert sent <= ENTRY_BYTES * PART_LENGTH + 64_000 * levels + tile_bytes
    assert levels_of(wide, high)[0].count > 2 * PART_LENGTH
    assert reader.cost_of_tile(20, 30)[0] == 0  # all tiles of a level are one in this file
    assert reader.cost_of_tile(20, 30, scale=2)[0] <= 2
