"""One flight for each key: equal requests at once wait for one piece of work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from iiifserver.iiif.errors import IIIFError, Overloaded
from iiifserver.visit import SetAside, current_visit, seconds_set_aside

T = TypeVar("T")
U = TypeVar("U")

PATIENCE_SECONDS = 1.0
"""How long anybody may follow. Most pictures are made in less."""
PATIENCE_BEFORE_SET_ASIDE_SECONDS = 0.02
"""The same where a request can wait without a thread: a little more than it costs to begin it once again."""
SECONDS_BETWEEN_CLAIMS = 0.5
"""How often a request that was set aside asks whether another process is done, which cannot tell."""
SECONDS_BETWEEN_LOOKS = 1.0
"""How often a follower looks whether its client is still there."""


class Flight(Generic[T]):
    """A piece of work under way, and how it ended."""

    def __init__(self, key: Hashable, flights: Flights[T]) -> None:
        self.key = key
        self.flights = flights
        self.has_landed = threading.Event()
        self.results: list[T] = []
        """The result, or nothing."""
        self.error: IIIFError | None = None
        self._lock = threading.Lock()
        self._to_tell: list[Callable[[], None]] = []

    def lead(self, make: Callable[[], T]) -> T:
        """The result; kept for followers, as is an error that is for visitors."""
        try:
            result = make()
        except IIIFError as error:
            self.error = error
            raise
        self.results.append(result)
        return result

    def land(self) -> None:
        with self._lock:
            self.has_landed.set()
            to_tell, self._to_tell = self._to_tell, []
        for tell in to_tell:
            tell()

    def when_done(self, tell: Callable[[], None]) -> None:
        """Has that called once it has landed, by the thread of the leader or at once."""
        with self._lock:
            if not self.has_landed.is_set():
                self._to_tell.append(tell)
                return
        tell()


class Flights(Generic[T]):
    """The flights of one process."""

    def __init__(self, most_followers: int, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._patience_seconds = patience_seconds
        self._seats = threading.BoundedSemaphore(most_followers)
        self._lock = threading.Lock()
        self._flights: dict[Hashable, Flight[T]] = {}

    def beside(self) -> Flights[U]:
        """Flights of other things, whose followers take the same seats."""
        others: Flights[U] = Flights(0, self._patience_seconds)
        others._seats = self._seats
        return others

    def __len__(self) -> int:
        return len(self._flights)

    def once(self, key: Hashable, make: Callable[[], T], timeout_seconds: float) -> T:
        """What `make` returns or raises, made by one caller at a time for each key.

        A caller who follows shares the leader's result, and its error if that is an `IIIFError`: the same request
        would fail the same way. After any other error, which may be the leader's alone, a follower leads.

        `Overloaded` when the result does not come in time: making it again would double the load of a server that is
        already behind, while the leader goes on and the next request finds its work done.

        When all seats for followers are taken, one slow picture shall not hold every thread: `SetAside` where the
        server can ask again, which ends in what the flight brought; else `Overloaded` after a short while.
        `ClientLeft` when nobody waits for the answer any more.
        """
        deadline = deadline_of(timeout_seconds)
        flight = self._flight_awaited(key)
        while True:
            if flight is None:
                flight, is_leader = self._board(key)
                if is_leader:
                    return self._lead(key, flight, make)
                self.wait(flight.has_landed.wait, deadline, flight)
            if flight.results:
                return flight.results[0]
            if flight.error is not None:
                raise flight.error
            flight = None

    def _flight_awaited(self, key: Hashable) -> Flight[T] | None:
        """The flight for which the request of this thread was set aside, where it was one of these and has landed."""
        visit = current_visit()
        awaited = visit.awaited if visit else None
        if not isinstance(awaited, Flight) or awaited.flights is not self or awaited.key != key:
            return None
        return awaited if awaited.has_landed.is_set() else None

    def _board(self, key: Hashable) -> tuple[Flight[T], bool]:
        with self._lock:
            under_way = self._flights.get(key)
            if under_way is not None:
                return under_way, False
            flight = self._flights[key] = Flight(key, self)
            return flight, True

    def _lead(self, key: Hashable, flight: Flight[T], make: Callable[[], T]) -> T:
        try:
            return flight.lead(make)
        finally:
            # First it is gone, then it has landed: who follows and finds nothing must not board it again.
            with self._lock:
                del self._flights[key]
            flight.land()

    def wait(self, wait: Callable[[float], bool], deadline: float, flight: Flight[T] | None = None) -> None:
        """Returns when something has come that `wait` awaits, which takes the seconds to wait at most and tells whether
        it came; the landing of the flight, if one is named. Raises `Overloaded` when that takes too long, and what
        `once` raises when all seats are taken.
        """
        visit = current_visit()
        may_be_set_aside = visit is not None and visit.may_be_set_aside
        patience = min(PATIENCE_BEFORE_SET_ASIDE_SECONDS, self._patience_seconds)
        if wait(min(patience if may_be_set_aside else self._patience_seconds, deadline - time.monotonic())):
            return
        if self._seats.acquire(blocking=False):
            try:
                follow(wait, deadline)
            finally:
                self._seats.release()
        elif may_be_set_aside and time.monotonic() < deadline:
            again = time.monotonic() + SECONDS_BETWEEN_CLAIMS
            raise SetAside(flight, min(deadline, again) if flight is None else deadline)
        else:
            raise too_slow()


def follow(wait: Callable[[float], bool], deadline: float) -> None:
    """Waits to the deadline as long as somebody wants the answer."""
    visit = current_visit()
    while not wait(min(SECONDS_BETWEEN_LOOKS, deadline - time.monotonic())):
        if visit is not None:
            visit.check()
        if time.monotonic() >= deadline:
            raise too_slow()


def deadline_of(timeout_seconds: float) -> float:
    """By `time.monotonic`, when the request of this thread has waited for that long, set aside or not."""
    return time.monotonic() + timeout_seconds - seconds_set_aside()


def too_slow() -> Overloaded:
    return Overloaded("This picture is still being made. Ask again in a few seconds.")
