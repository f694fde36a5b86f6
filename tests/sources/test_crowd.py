"""A server that hangs has no more than half of a worker's threads wait for it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from iiifserver.iiif.errors import IIIFError, SourceTooSlow
from sources import crowd as crowd_module
from sources.backends.http import HttpSource
from sources.base import Place
from sources.breaker import Breaker
from sources.crowd import MOST_WAITING, SLOW_SECONDS, Crowd, Crowded
from tests.sources.web_server import Handler, WebServer, web_server

THREADS = 4
"""Of a worker."""
IN_TIME = 60
"""Much longer than anything here takes."""


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Waiter:
    """A thread that waits for a server until it is told to go."""

    def __init__(self, crowd: Crowd, origin: str = "one") -> None:
        self._go = threading.Event()
        self._waits = threading.Event()
        self._thread = threading.Thread(target=self._wait, args=(crowd, origin))
        self._thread.start()
        assert self._waits.wait(IN_TIME)

    def _wait(self, crowd: Crowd, origin: str) -> None:
        with crowd.waiting(origin):
            self._waits.set()
            self._go.wait(IN_TIME)

    def go(self) -> None:
        self._go.set()
        self._thread.join()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def crowd(clock: Clock) -> Crowd:
    return Crowd(clock=clock)


@pytest.fixture
def waiters(crowd: Crowd):
    """Half of the threads."""
    waiting = [Waiter(crowd) for _ in range(MOST_WAITING)]
    yield waiting
    for waiter in waiting:
        waiter.go()


def slow(crowd: Crowd, origin: str = "one") -> None:
    with crowd.waiting(origin):
        raise SourceTooSlow("slow")


@pytest.mark.usefixtures("waiters")
def test_one_more_waits_a_short_time_only(crowd: Crowd):
    with pytest.raises(Crowded):
        slow(crowd)
    with pytest.raises(Crowded), crowd.waiting("one"):
        # Within such a block another one is a part of it.
        slow(crowd)


@pytest.mark.usefixtures("waiters")
def test_nobody_joins_those_who_have_waited_for_long(crowd: Crowd, clock: Clock):
    clock.now += SLOW_SECONDS
    with pytest.raises(Crowded) as error, crowd.waiting("one"):
        pass
    assert error.value.retry_after_seconds == 2


@pytest.mark.usefixtures("waiters")
def test_who_waits_for_another_server_waits_as_long_as_ever(crowd: Crowd, clock: Clock):
    clock.now += SLOW_SECONDS
    with pytest.raises(SourceTooSlow):
        slow(crowd, "other")


def test_when_they_have_gone_all_is_as_before(crowd: Crowd, clock: Clock, waiters: list[Waiter]):
    clock.now += SLOW_SECONDS
    for waiter in waiters:
        waiter.go()
    with pytest.raises(SourceTooSlow):
        slow(crowd)


@pytest.mark.usefixtures("waiters")
def test_being_turned_away_says_nothing_about_the_server(crowd: Crowd):
    breaker = Breaker()
    for _ in range(20):
        with pytest.raises(Crowded), breaker.watching("one"):
            slow(crowd)
    assert breaker.failing() == {}


# Real servers


@pytest.fixture
def hanging(web: WebServer):
    """A server that takes every request and says nothing, until it goes down."""

    def hang(handler: Handler) -> bool:
        handler.close_connection = True
        return web.stop.wait(IN_TIME)

    web.fault = hang
    return web


@pytest.fixture
def well(loopback_is_open):
    with web_server() as server:
        for number in range(30):
            server.put(f"/{number}.png", b"here")
        yield server


def outcome(source: HttpSource, name: str) -> str:
    try:
        return "found" if source.find(Place(name=name)) else "missing"
    except IIIFError as error:
        return type(error).__name__


@pytest.mark.parametrize("alike", [True, False], ids=["one image", "many images"])
def test_a_source_that_hangs_does_not_slow_others_down(hanging: WebServer, well: WebServer, monkeypatch, alike: bool):
    monkeypatch.setattr(crowd_module, "SLOW_SECONDS", 0.2)
    patient = {"read_seconds": 600, "whole_seconds": 600}
    slow, quick = (HttpSource.build({"base_url": f"{server.address}/", **patient}) for server in (hanging, well))
    quick.crowd = Crowd(most_waiting=THREADS)
    with ThreadPoolExecutor(THREADS) as worker:
        stuck = [worker.submit(outcome, slow, "a" if alike else str(number)) for number in range(12)]
        served = [worker.submit(outcome, quick, f"{number}.png") for number in range(30)]
        assert [each.result(IN_TIME) for each in served] == ["found"] * 30
        assert sum(not each.done() for each in stuck) == MOST_WAITING
        hanging.stop.set()
    assert {each.result() for each in stuck} <= {"Crowded", "Interrupted"}
