"""Pyramids on a web server and in S3: how many requests and bytes a picture takes, counted on the wire."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.engine import set_django_up
from bench.report import Report, Row
from bench.samples import cache_folder

if TYPE_CHECKING:
    from tests.sources.pyramid_reader import StartSource
    from tests.sources.web_server import WebServer

WIDE = HIGH = 40_960
"""With tiles of noise this makes a pyramid of more than a gigabyte."""
SMALL_WIDE = SMALL_HIGH = 10_240
"""moto copies a whole object for each piece of it: larger ones are counted by a server of our own."""
SPARSE_WIDE = SPARSE_HIGH = 102_400
SPARSE_BYTES = 10_000_000_000

ETAG, MODIFIED = '"one"', 1_000_000_000

Write = Callable[[Path], int]
"""Writes a pyramid."""


@dataclass(frozen=True)
class Service:
    """A server that counts what it gives, and the sources that read from it."""

    web: WebServer
    start_source: StartSource


def measure(rounds: int, seconds: float) -> Report:
    """The figures of each service and layout. They are counted, not timed: one round tells all."""
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
        set_django_up(Path(folder) / "home")
        open_this_machine()
        return Report(tuple(rows(Path(folder))))


def open_this_machine() -> None:
    """Lets sources ask the server of this measurement."""
    from django.conf import settings

    settings.IIIFSERVER = {**settings.IIIFSERVER, "PRIVATE_NETWORKS": ["127.0.0.0/8"]}


def rows(folder: Path) -> Iterator[Row]:
    from tests.sources.pyramids import write_cog, write_scattered

    large: dict[str, Write] = {
        "cloud optimised, 1 GB": lambda file: write_cog(file, WIDE, HIGH, is_noise=True),
        "scattered, 1 GB": lambda file: write_scattered(file, WIDE, HIGH, is_noise=True),
        "scattered, 10 GB": lambda file: write_scattered(file, SPARSE_WIDE, SPARSE_HIGH, SPARSE_BYTES),
    }
    small: dict[str, Write] = {
        "cloud optimised, 6 MB": lambda file: write_cog(file, SMALL_WIDE, SMALL_HIGH),
        "scattered, 6 MB": lambda file: write_scattered(file, SMALL_WIDE, SMALL_HIGH),
    }
    for layouts, services in ((large, {"HTTP": over_http, "S3": over_s3}), (small, {"S3 (moto)": over_moto})):
        for layout, write in layouts.items():
            file = folder / "pyramid.tif"
            write(file)
            for name, serving in services.items():
                with serving(file) as service:
                    yield from costs(f"{name}, {layout}", service)
            file.unlink()


@contextmanager
def over_http(file: Path) -> Iterator[Service]:
    from tests.sources.pyramid_reader import http_source
    from tests.sources.web_server import web_server

    with web_server() as web:
        web.put("/pyramid.tif", file, etag=ETAG)
        yield Service(web, http_source)


@contextmanager
def over_s3(file: Path) -> Iterator[Service]:
    """A server of our own that gives pieces of a bucket."""
    from tests.sources.pyramid_reader import BUCKET, s3_source
    from tests.sources.web_server import web_server

    with web_server() as web:
        web.put(f"/{BUCKET}/pyramid.tif", file, etag=ETAG, modified=MODIFIED)
        yield Service(web, s3_source)


@contextmanager
def over_moto(file: Path) -> Iterator[Service]:
    """moto's server, behind one that counts."""
    import boto3

    from tests.object_stores import S3_KEYS, s3_server
    from tests.sources.counting import forwarding_to
    from tests.sources.pyramid_reader import BUCKET, s3_source
    from tests.sources.web_server import web_server

    with s3_server() as address, web_server() as web:
        client = boto3.client("s3", endpoint_url=address, **S3_KEYS)
        client.create_bucket(Bucket=BUCKET)
        client.upload_file(str(file), BUCKET, "pyramid.tif")
        web.fault = forwarding_to(address)
        yield Service(web, s3_source)


def costs(name: str, service: Service) -> Iterator[Row]:
    """What the first tile takes, the next one, one after a restart, and a region that lies across tiles."""
    from iiifserver.iiif.values import Box
    from tests.sources.pyramid_reader import Reader
    from tests.sources.pyramids import TILE

    reader = Reader(service.web, service.start_source)
    across = Box(14 * TILE + 100, 14 * TILE + 100, 2 * TILE, 2 * TILE)

    def restarted() -> tuple[int, int]:
        reader.start()
        return reader.cost_of_tile(9, 11)

    pictures = {
        "first tile": lambda: reader.cost_of_tile(3, 4),
        "next tile": lambda: reader.cost_of_tile(17, 12),
        "after a restart": restarted,
        "across 9 tiles": lambda: reader.cost_of_region(across),
    }
    for picture, cost in pictures.items():
        requests, sent = cost()
        yield Row(f"{name}: {picture}", {"requests": float(requests), "kilobytes": sent / 1000})
