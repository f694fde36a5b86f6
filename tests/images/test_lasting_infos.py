"""What is known of images outlives the process: after a restart nothing is read of a file but what a tile takes."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from caching.backends.info_filesystem import InfoFilesystemCache
from caching.backends.info_memory import InfoMemoryCache
from caching.infos import Infos
from caching.links import Link
from caching.outage import Outage
from caching.purges import EVERYTHING, Purge, Purges
from caching.runtime import Caches
from iiifserver.iiif.found import Found
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import parse_path
from iiifserver.iiif.values import ApiVersion, Identifier, InfoRequest
from iiifserver.iiif.visitor import Visitor
from images import pipeline
from images.runtime import Runtime
from processors.backends.pillow import PillowProcessor
from processors.backends.tiles import TilesProcessor
from processors.runtime import Processors
from sources.backends.http import HttpSource
from sources.base import SourceBackend
from sources.runtime import ActiveSource, Sources
from tests.images.conftest import draw_card, png_of
from tests.sources.pyramids import TILE, tile_content, write_cog, write_scattered
from tests.sources.web_server import WebServer, web_server

WIDE, HIGH = 8_192, 6_144


class CountedFile(io.BytesIO):
    """A file that tells its source what is read of it."""

    def __init__(self, content: bytes, source: CountingSource) -> None:
        super().__init__(content)
        self._source = source

    def read(self, size: int | None = -1) -> bytes:
        content = super().read(size)
        self._source.bytes_read += len(content)
        return content


class CountingSource(SourceBackend):
    """Has one file under every name, and counts the bytes that are read of it."""

    label = "Counting"

    def __init__(self, content: bytes) -> None:
        self.content, self.version, self.bytes_read = content, "1", 0

    def find(self, place):
        return Found(open=lambda: CountedFile(self.content, self), version=self.version)


class Process:
    """A worker that has just started, over folders that others have used before it."""

    def __init__(self, source: SourceBackend, purges: Purges | None = None, settings: str = "", **options: object):
        self.purges = purges or Purges()
        self.memory = InfoMemoryCache.build({})
        tiers = (self.memory, InfoFilesystemCache.build(options))
        links = tuple(
            Link(row, tier.label, tier, Outage("Reading"), Outage("Writing")) for row, tier in enumerate(tiers)
        )
        self.tiles = TilesProcessor.build({})
        self.runtime = Runtime(
            info_settings=settings,
            sources=Sources((ActiveSource("shelf", source),)),
            processors=Processors((self.tiles, PillowProcessor.build({}))),
            caches=Caches(infos=Infos(links, self.purges), purges=self.purges),
        )

    def info(self, page: int = 1):
        request = InfoRequest(ApiVersion.V3, Identifier("scan"), page=page)
        return pipeline.describe(request, self.runtime).facts

    def tile(self, column: int, row: int, factor: int = 1) -> bytes:
        edge = TILE * factor
        parameters = f"{column * edge},{row * edge},{edge},{edge}/{TILE},{TILE}/0/default.jpg"
        request = parse_image_request(ApiVersion.V3, parse_path(f"scan/{parameters}"))
        planned = pipeline.prepare(request, Visitor(), self.runtime, confirms_later=True)
        content = pipeline.serve(planned, self.runtime)
        planned.confirm()
        return content


@pytest.fixture(autouse=True)
def fence(tmp_path: Path):
    own = {"HOME": tmp_path / "home", "PRIVATE_NETWORKS": ["127.0.0.0/8"]}
    with override_settings(IIIFSERVER={**settings.IIIFSERVER, **own}):
        yield


@pytest.fixture
def pyramid(tmp_path: Path) -> bytes:
    file = tmp_path / "pyramid.tif"
    write_cog(file, WIDE, HIGH)
    return file.read_bytes()


@pytest.fixture
def source(pyramid: bytes) -> CountingSource:
    return CountingSource(pyramid)


def count(source: CountingSource, act) -> int:
    before = source.bytes_read
    act()
    return source.bytes_read - before


def test_the_first_info_after_a_restart_reads_nothing(source):
    facts = Process(source).info()
    again = Process(source)
    assert count(source, again.info) == 0
    assert again.info() == facts
    assert facts.levels


def test_the_first_tile_after_a_restart_reads_only_itself(source):
    Process(source).info()
    again = Process(source)
    assert count(source, lambda: again.tile(3, 4)) == len(tile_content())


def test_an_index_that_memory_let_go_comes_back_without_the_file(source):
    process = Process(source)
    process.info()
    process.tiles._indexes.clear()
    assert count(source, lambda: process.tile(3, 4)) == len(tile_content())


def test_another_version_of_the_file_is_read_anew(source):
    Process(source).info()
    source.version = "2"
    assert count(source, Process(source).info) > 0
    assert count(source, Process(source).info) == 0


def test_other_settings_of_its_own_have_the_file_read_anew(source):
    Process(source).info()
    assert count(source, Process(source, settings="others").info) > 0


def test_a_purge_reaches_what_lasts(source):
    Process(source).info()
    purges = Purges()
    purges.note(1, Purge.of_image("scan"))
    assert count(source, Process(source, purges).info) > 0
    assert count(source, Process(source, purges).info) == 0
    purges.note(2, EVERYTHING)
    assert count(source, Process(source, purges).info) > 0


def test_less_that_may_be_decoded_is_believed_at_once(source):
    Process(source).info()
    with override_settings(IIIFSERVER={**settings.IIIFSERVER, "MAX_DECODE_PIXELS": 1_000_000}):
        assert count(source, Process(source).info) > 0


@pytest.mark.parametrize("damage", [b"", b"iif1", b"x" * 500])
def test_an_entry_that_makes_no_sense_is_read_anew(source, damage, monkeypatch):
    monkeypatch.setattr("processors.inspected_form.InspectedForm.written", lambda self, value: damage)
    Process(source).info()
    monkeypatch.undo()
    assert Process(source).info().extent.width == WIDE


def test_a_damaged_memo_costs_a_look_into_the_file_and_nothing_else(source, monkeypatch):
    monkeypatch.setattr(TilesProcessor, "memo_of", lambda self, found, page: b"damage")
    Process(source).info()
    again = Process(source)
    assert count(source, again.info) == 0
    assert again.tile(3, 4)


def test_images_without_tiles_are_known_too(fence):
    source = CountingSource(png_of(draw_card()))
    facts = Process(source).info()
    again = Process(source)
    assert count(source, again.info) == 0
    assert again.info() == facts


class TestFarAway:
    """The same over HTTP, without any cache of pieces: only what the server has sent counts."""

    @pytest.fixture
    def web(self):
        with web_server() as server:
            yield server

    def source(self, web: WebServer, **options: object) -> HttpSource:
        own = {"base_url": f"{web.address}/", "look_again_seconds": 60, "shared_cache_megabytes": 0}
        return HttpSource.build({**own, **options})

    @pytest.fixture
    def shelf(self, web: WebServer, tmp_path: Path) -> WebServer:
        write_scattered(tmp_path / "far.tif", WIDE, HIGH)
        web.put("/scan", tmp_path / "far.tif")
        return web

    def requests(self, web: WebServer, act) -> int:
        before = len(web.requests)
        act()
        return len(web.requests) - before

    def test_after_a_restart_a_look_and_one_request_give_info_and_tile(self, shelf):
        Process(self.source(shelf)).tile(3, 4)
        again = Process(self.source(shelf))
        assert self.requests(shelf, again.info) == 1
        sent = shelf.sent
        assert self.requests(shelf, lambda: again.tile(5, 2)) == 1
        assert shelf.sent - sent <= 1.3 * len(tile_content())

    def test_after_a_restart_a_tile_takes_one_request_and_its_own_bytes(self, shelf):
        Process(self.source(shelf, shared_cache_megabytes=1)).tile(3, 4)
        again = Process(self.source(shelf, shared_cache_megabytes=1))
        sent = shelf.sent
        assert self.requests(shelf, lambda: again.tile(5, 2)) == 1
        assert shelf.sent - sent <= 1.3 * len(tile_content())

    def test_lists_of_tiles_are_known_as_far_as_they_were_touched(self, shelf):
        first = Process(self.source(shelf))
        first.info()
        untouched = Process(self.source(shelf))
        assert self.requests(shelf, lambda: untouched.tile(1, 1, factor=2)) > 2
        touched = Process(self.source(shelf))
        assert self.requests(shelf, lambda: touched.tile(2, 2, factor=2)) == 2

    def test_a_new_file_under_the_name_is_looked_at(self, shelf, tmp_path):
        assert Process(self.source(shelf)).info().extent.width == WIDE
        write_scattered(tmp_path / "other.tif", WIDE // 2, HIGH // 2)
        shelf.put("/scan", tmp_path / "other.tif")
        assert Process(self.source(shelf)).info().extent.width == WIDE // 2
