"""Pyramids on a web server: how many requests and bytes a picture takes, counted by that server."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.engine import set_django_up
from bench.report import Report, Row
from bench.samples import cache_folder

WIDE = HIGH = 40_960
SPARSE_WIDE = SPARSE_HIGH = 102_400
SPARSE_BYTES = 10_000_000_000


def measure(rounds: int, seconds: float) -> Report:
    """The figures of each layout. They are counted, not timed: one round tells all."""
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

    layouts: dict[str, Callable[[Path], int]] = {
        "cloud optimised": lambda file: write_cog(file, WIDE, HIGH),
        "scattered": lambda file: write_scattered(file, WIDE, HIGH),
        "scattered, 10 GB": lambda file: write_scattered(file, SPARSE_WIDE, SPARSE_HIGH, SPARSE_BYTES),
    }
    for name, write in layouts.items():
        write(folder / "pyramid.tif")
        yield from costs(name, folder / "pyramid.tif")
        (folder / "pyramid.tif").unlink()


def costs(layout: str, file: Path) -> Iterator[Row]:
    """What the first tile takes, the next one, and a region that lies across tiles."""
    from iiifserver.iiif.values import Box
    from tests.sources.pyramid_reader import Reader
    from tests.sources.pyramids import TILE
    from tests.sources.web_server import web_server

    with web_server() as web:
        web.put("/pyramid.tif", file, etag=f'"{layout}"')
        reader = Reader(web)
        across = Box(30 * TILE + 100, 30 * TILE + 100, 2 * TILE, 2 * TILE)
        pictures = {
            "first tile": lambda: reader.cost_of_tile(3, 4),
            "next tile": lambda: reader.cost_of_tile(17, 12),
            "across 9 tiles": lambda: reader.cost_of_region(across),
        }
        for picture, cost in pictures.items():
            requests, sent = cost()
            yield Row(f"{layout}: {picture}", {"requests": float(requests), "kilobytes": sent / 1000})
