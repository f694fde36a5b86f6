"""One flight for each key: equal requests at once wait for one piece of work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from iiifserver.iiif.errors import IIIFError, Overloaded

T = TypeVar("T")
U = TypeVar("U")

PATIENCE_SECONDS = 1.0
"""How long anybody may follow. Most pictures are made in less."""


class Flight(Generic[T]):
    """A piece of work under way, and how it ended."""

    def __init__(self) -> None:
        self.has_landed = threading.Event()
        self.results: list[T] = []
        """The result, or nothing."""
        self.error: IIIFError | None = None

    def lead(self, make: Callable[[], T]) -> T:
        """The result; kept for followers, as is an error that is for visitors."""
        try:
            result = make()
        except IIIFError as error:
            self.error = error
            raise
        self.results.append(result)
        return result


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
        already behind, while the leader goes on and the next request finds its work done. It also comes after a
        short while when all seats for followers are taken, so that one slow picture does not hold every thread.
        """
        deadline = time.monotonic() + timeout_seconds
        while True:
            flight, is_leader = self._board(key)
            if is_leader:
                return self._lead(key, flight, make)
            self.wait(flight.has_landed.wait, deadline)
            if flight.results:
                return flight.results[0]
            if flight.error is not None:
                raise flight.error

    def _board(self, key: Hashable) -> tuple[Flight[T], bool]:
        with self._lock:
            under_way = self._flights.get(key)
            if under_way is not None:
                return under_way, False
            flight = self._flights[key] = Flight()
            return flight, True

    def _lead(self, key: Hashable, flight: Flight[T], make: Callable[[], T]) -> T:
        try:
            return flight.lead(make)
        finally:
            # First it is gone, then it has landed: who follows and finds nothing must not board it again.
            with self._lock:
                del self._flights[key]
            flight.has_landed.set()

    def wait(self, wait: Callable[[float], bool], deadline: float) -> None:
        """Returns when something has come that `wait` awaits, which takes the seconds to wait at most and tells whether
        it came. Raises `Overloaded` when that takes too long, or after a short while when all seats are taken.
        """
        if wait(min(self._patience_seconds, deadline - time.monotonic())):
            return
        if not self._seats.acquire(blocking=False):
            raise too_slow()
        try:
            if not wait(deadline - time.monotonic()):
                raise too_slow()
        finally:
            self._seats.release()


def too_slow() -> Overloaded:
    return Overloaded("This picture is still being made. Ask again in a few seconds.")
