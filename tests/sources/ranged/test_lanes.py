"""Several pieces asked for at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from iiifserver.iiif.errors import SourceUnavailable
from iiifserver.iiif.values import Box
from iiifserver.outbound.deadlines import seconds_left, time_limit
from sources.base import Place
from sources.crowd import Crowd
from sources.ranged.lanes import fetch_all, reader
from sources.ranged.retries import Patience
from sources.ranged.spans import Span
from tests.sources.backends.test_http import put, source_at
from tests.sources.pyramid_reader import Reader
from tests.sources.pyramids import TILE, write_scattered
from tests.sources.web_server import Handler, WebServer

IN_TIME = 60
"""Much longer than anything here takes."""
SPANS = [Span(start, start + 10) for start in (0, 100, 200, 300, 400, 500)]
ROWS = [(start, start + 10_000) for start in (300_000, 500_000, 700_000, 900_000)]


def test_as_many_are_under_way_as_there_are_lanes_and_no_more():
    together, most, lock, under_way = threading.Barrier(3), [0], threading.Lock(), []

    def fetch(span: Span) -> None:
        with lock:
            under_way.append(span)
            most[0] = max(most[0], len(under_way))
        together.wait(IN_TIME)
        with lock:
            under_way.remove(span)

    fetch_all(fetch, SPANS, 3)
    assert most == [3]


@pytest.mark.parametrize("lanes", [1, 4])
def test_the_error_of_one_ends_all_and_no_other_is_begun(lanes: int):
    begun = []

    def fetch(span: Span) -> None:
        begun.append(span)
        raise SourceUnavailable("The source is gone.")

    with pytest.raises(SourceUnavailable):
        fetch_all(fetch, SPANS * 50, lanes)
    assert 1 <= len(begun) <= lanes


def test_a_deadline_holds_for_all_of_them_and_they_are_one_reader():
    seen = set()
    with time_limit(1000):
        fetch_all(lambda span: seen.add((reader(), seconds_left() is None)), SPANS, 3)
    assert seen == {(threading.get_ident(), False)}


def test_who_fetches_several_pieces_counts_once_among_those_who_wait():
    crowd, together, slow = Crowd(most_waiting=1), threading.Barrier(3), []

    def fetch(span: Span) -> None:
        with crowd.waiting("one"):
            slow.append(seconds_left() is not None)
            together.wait(IN_TIME)

    fetch_all(fetch, SPANS, 3)
    assert slow == [False] * len(SPANS)
    assert not crowd._places


def waiting_for_each_other(web: WebServer, count: int) -> threading.Barrier:
    """Has the server answer ranges of rows only when so many are there at once."""
    together = threading.Barrier(count)

    def wait(handler: Handler) -> bool:
        if not handler.headers.get("Range", "").startswith("bytes=0-"):
            together.wait(IN_TIME)
        return False

    web.fault = wait
    return together


def test_rows_that_are_known_to_be_needed_are_asked_for_at_once(web: WebServer):
    put(web, "a.tif", bytes(1_000_000))
    waiting_for_each_other(web, 4)
    with source_at(web).find(Place(name="a.tif")).open() as file:
        file.prefetch(ROWS)
        assert len(web.requests) == 1 + 4
        for start, stop in ROWS:
            file.seek(start)
            assert file.read(stop - start) == bytes(stop - start)
    assert len(web.requests) == 1 + 4


def test_a_region_across_rows_of_tiles_asks_for_all_rows_at_once(web: WebServer, tmp_path: Path):
    write_scattered(tmp_path / "pyramid.tif", 8_192, 6_144)
    web.put("/pyramid.tif", tmp_path / "pyramid.tif")
    reader = Reader(web)
    reader.cost_of_tile(0, 0)
    together = threading.Barrier(3)
    web.fault = lambda handler: together.wait(IN_TIME) < 0
    requests, _ = reader.cost_of_region(Box(3 * TILE + 100, 4 * TILE + 100, 2 * TILE, 2 * TILE))
    assert requests == 3


def test_no_more_are_asked_for_than_the_row_allows_connections(web: WebServer):
    put(web, "a.tif", bytes(1_000_000))
    under_way, most, lock = [], [0], threading.Lock()

    def count(handler: Handler) -> bool:
        with lock:
            under_way.append(handler)
            most[0] = max(most[0], len(under_way))
        handler.give(next(iter(web.files.values())))
        with lock:
            under_way.remove(handler)
        return True

    web.fault = count
    with source_at(web, connections=1).find(Place(name="a.tif")).open() as file:
        file.prefetch(ROWS)
    assert most == [1]


def test_no_more_is_fetched_ahead_than_there_is_room_for(web: WebServer):
    put(web, "a.tif", bytes(5_000_000))
    rows = [(start, start + 500_000) for start in range(500_000, 4_500_000, 1_000_000)]
    source = source_at(web, request_cache_megabytes=1, shared_cache_megabytes=0)
    with source.find(Place(name="a.tif")).open() as file:
        file.prefetch(rows)
        assert len(web.requests) == 1 + 2
        for start, stop in rows:
            file.prefetch([(start, stop)])
            file.seek(start)
            assert file.read(stop - start) == bytes(stop - start)
    assert len(web.requests) == 1 + 4


def test_a_row_that_cannot_be_had_fails_the_whole_and_counts_once_each(web: WebServer):
    put(web, "a.tif", bytes(1_000_000))
    source = source_at(web)
    source.patience = Patience(attempts=1)
    file = source.find(Place(name="a.tif")).open()

    def refuse(handler: Handler) -> bool:
        handler.answer(503, {"Content-Length": "0"})
        return True

    web.fault = refuse
    with pytest.raises(SourceUnavailable):
        file.prefetch(ROWS)
    with pytest.raises(SourceUnavailable):
        file.read(100_000)
    assert source.resting_servers == 0
    assert len(web.requests) <= 1 + len(ROWS)


def test_a_server_that_has_failed_is_tried_by_one_request(web: WebServer):
    put(web, "a.tif", bytes(1_000_000))
    source = source_at(web, look_again_seconds=600)
    source.find(Place(name="a.tif"))
    clock = [0.0]
    source.breaker._clock = lambda: clock[0]
    for _ in range(5):
        with pytest.raises(SourceUnavailable), source.breaker.watching(web.address):
            raise SourceUnavailable("The source is gone.")
    clock[0] = 1000.0
    with source.find(Place(name="a.tif")).open() as file:
        file.prefetch(ROWS)
    assert source.resting_servers == 0
