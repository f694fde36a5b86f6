from __future__ import annotations

import pytest

from iiifserver.watching import watch as watching
from iiifserver.watching.slots import Table
from iiifserver.watching.watch import Watch
from iiifserver.watching.work import File, Kind, Limits
from processors import lanes
from processors.lanes import LARGE_PIXELS, lane_for

FILE = File("a.tif", "1")
LIMITS = Limits(seconds=10, large_seconds=100)


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        seconds = 1000.0

    monkeypatch.setattr(watching, "now", lambda: Clock.seconds)
    return Clock


@pytest.fixture
def watched(clock):
    """A watch, and what another process sees of it."""
    table, watch = Table(1), Watch()
    watch.use(table.block(table.take()))
    return watch, lambda: table.at_work(0)


def test_work_is_seen_while_it_lasts(watched):
    watch, seen = watched
    with watch.decoding(FILE, Kind.PIXELS, LIMITS):
        assert [(noted.identifier, noted.deadline) for noted in seen()] == [("a.tif", 1010)]
    assert seen() == []


def test_work_that_fails_is_over_too(watched):
    watch, seen = watched
    with pytest.raises(ZeroDivisionError), watch.decoding(FILE, Kind.PIXELS, LIMITS):
        raise ZeroDivisionError
    assert seen() == []
    with watch.decoding(FILE, Kind.PIXELS, LIMITS, alone=True):
        assert len(seen()) == 1


def test_work_within_work_belongs_to_it(watched):
    watch, seen = watched
    with watch.decoding(FILE, Kind.PIXELS, LIMITS):
        with watch.decoding(File("b.tif", "1"), Kind.WORDS, LIMITS, alone=True):
            assert [noted.identifier for noted in seen()] == ["a.tif"]
        assert len(seen()) == 1


def test_waiting_puts_the_time_limit_off(watched, clock):
    watch, seen = watched
    with watch.decoding(FILE, Kind.PIXELS, LIMITS):
        with watch.waiting():
            assert seen() == []
            with watch.waiting():
                clock.seconds += 500
            assert seen() == []
        assert [noted.deadline for noted in seen()] == [1510]


def test_a_large_image_may_take_longer(watched, monkeypatch):
    watch, seen = watched
    monkeypatch.setattr(lanes, "watch", watch)
    with watch.decoding(FILE, Kind.PIXELS, LIMITS), lane_for(LARGE_PIXELS):
        assert [noted.deadline for noted in seen()] == [1100]
    with watch.decoding(FILE, Kind.PIXELS, LIMITS), lane_for(LARGE_PIXELS - 1):
        assert [noted.deadline for noted in seen()] == [1010]


def test_where_nobody_watches_nothing_happens(clock):
    watch = Watch()
    assert not watch.is_on
    with watch.decoding(FILE, Kind.PIXELS, LIMITS, alone=True), watch.waiting():
        watch.take_longer()
