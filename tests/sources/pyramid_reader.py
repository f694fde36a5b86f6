"""Somebody who shows pictures of a pyramid that lies far away, and counts what that takes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from iiifserver.iiif.formats import Format
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Box, Extent, Quality, RenderPlan, Rotation
from processors.backends.tiles import TilesProcessor
from sources.backends.http import HttpSource
from sources.backends.s3 import S3Source
from sources.base import Place
from sources.freshness import Freshness
from sources.ranged.source import RemoteSource
from tests.sources.pyramids import TILE
from tests.sources.web_server import WebServer


def plan_of(box: Box, scale: int = 1) -> RenderPlan:
    return RenderPlan(
        box=box,
        size=Extent(box.width // scale, box.height // scale),
        rotation=Rotation(Fraction(0)),
        quality=Quality.DEFAULT,
        format=Format.JPG,
    )


def tile_box(column: int, row: int, columns: int = 1, rows: int = 1) -> Box:
    return Box(column * TILE, row * TILE, columns * TILE, rows * TILE)


BUCKET = "pyramids"

StartSource = Callable[..., RemoteSource]
"""Makes a source, as a process does when it starts, at the address of a server and with options."""


def http_source(address: str, **options: object) -> HttpSource:
    return HttpSource.build({"base_url": f"{address}/", **options})


def s3_source(address: str, **options: object) -> S3Source:
    own = {"bucket": BUCKET, "endpoint": address, "addressing": "path"}
    keys = {"access_key_id": "test", "secret_access_key": "test"}
    return S3Source.build({**own, **keys, **options})


class Reader:
    """A worker that shows pictures of one file and counts what that takes."""

    def __init__(self, web: WebServer, start_source: StartSource = http_source, **options: object) -> None:
        self.web = web
        self._start_source = start_source
        self._options = {"look_again_seconds": 600, **options}
        self.start()

    def start(self) -> None:
        """Forgets what a process knows."""
        self.source = self._start_source(self.web.address, **self._options)
        self.tiles = TilesProcessor.build({})

    def found(self) -> Found:
        found = self.source.find(Place(name="pyramid.tif", freshness=Freshness(is_confirmed_later=True)))
        assert found is not None
        return found

    def cost_of_tile(self, column: int, row: int, scale: int = 1) -> tuple[int, int]:
        """Requests and bytes for one stored tile as it is."""
        box = tile_box(column * scale, row * scale, scale, scale)
        return self._cost(lambda found, facts: self.tiles.stored(found, facts, plan_of(box, scale)))

    def cost_of_region(self, box: Box) -> tuple[int, int]:
        return self._cost(lambda found, facts: self.tiles.read(found, facts, plan_of(box)))

    def _cost(self, show) -> tuple[int, int]:
        requests, sent = len(self.web.requests), self.web.sent
        found = self.found()
        facts = self.tiles.facts(found)
        assert facts is not None
        assert show(found, facts) is not None
        found.confirm()
        return len(self.web.requests) - requests, self.web.sent - sent
