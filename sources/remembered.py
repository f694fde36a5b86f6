"""What sources said of images a short while ago."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from cachetools import LRUCache

from iiifserver.iiif.errors import IIIFError, SourceTooSlow
from iiifserver.outbound.deadlines import seconds_left

from .checking import Checks
from .freshness import Freshness

T = TypeVar("T")

Waiting = Callable[[], AbstractContextManager[None]]

MOST_NAMES = 5_000


@dataclass(frozen=True, slots=True)
class Seen(Generic[T]):
    value: T
    at: float
    news: int
    """The newest purge that was known to whoever asked."""


@dataclass(slots=True)
class Flight(Generic[T]):
    """Those who want to know the same at once."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    passengers: int = 0
    outcome: T | IIIFError | None = None
    outcome_at: float = -math.inf
    """When the look began that led to the outcome."""


class Remembered(Generic[T]):
    """What was seen, by name, of the names that were asked for last. Equal questions at once are asked once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, checks: Checks | None = None) -> None:
        self._clock = clock
        self._checks = checks or Checks()
        self._lock = threading.Lock()
        self._shelf: LRUCache[str, Seen[T]] = LRUCache(MOST_NAMES)
        self._flights: dict[str, Flight[T]] = {}

    def get(
        self,
        name: str,
        look: Callable[[T | None], T | None],
        seconds: float,
        freshness: Freshness | None = None,
        waiting: Waiting = nullcontext,
    ) -> T | None:
        """What is there: as it was seen not longer ago than so many seconds, or by a new look, which is told of the
        earlier one. The freshness may stretch the time, and says which news count. Whoever does not know yet is in a
        `waiting` block.
        """
        wanted = freshness or Freshness()
        began = self._clock()
        seen = self._seen(name)
        if seen is not None and self._holds(seen, seconds, wanted):
            return seen.value
        if seen is not None and seconds and self._holds(seen, seconds + wanted.stale_seconds, wanted):
            self._checks.begin(name, partial(self._check, name, look, wanted))
            return seen.value
        with waiting():
            return self._asked(name, look, seconds, wanted, began)

    def outdated(self, name: str, seconds: float, freshness: Freshness) -> T | None:
        """What was seen, where all that speaks against it is that it was long ago; `None` where it still counts."""
        seen = self._seen(name)
        if seen is None or seen.news < freshness.outdated_before:
            return None
        return None if self._holds(seen, seconds + freshness.stale_seconds, freshness) else seen.value

    def renew(self, name: str, value: T, at: float, freshness: Freshness) -> None:
        """Has what was seen count from that moment on, by the clock of `now`."""
        self._keep(name, Seen(value, at, freshness.news))

    def now(self) -> float:
        return self._clock()

    def forget(self, name: str) -> None:
        self._keep(name, None)

    def _holds(self, seen: Seen[T], seconds: float, wanted: Freshness) -> bool:
        is_young = not wanted.asks_first or self._clock() - seen.at < seconds
        return is_young and seen.news >= wanted.outdated_before

    def _asked(
        self, name: str, look: Callable[[T | None], T | None], seconds: float, wanted: Freshness, began: float
    ) -> T | None:
        """By a new look, or by one that somebody else has begun since."""
        with self._flight(name) as flight:
            if flight.outcome_at < began:
                seen = self._seen(name)
                if seen is not None and self._holds(seen, seconds, wanted):
                    return seen.value
                self._look(name, flight, partial(look, seen.value if seen else None), wanted.news)
            if isinstance(flight.outcome, IIIFError):
                raise flight.outcome
            return flight.outcome

    def _look(self, name: str, flight: Flight[T], look: Callable[[], T | None], news: int) -> None:
        at = self._clock()
        try:
            flight.outcome = look()
        except IIIFError as error:
            flight.outcome = error
        else:
            self._keep(name, None if flight.outcome is None else Seen(flight.outcome, at, news))
        flight.outcome_at = at

    def _check(self, name: str, look: Callable[[T | None], T | None], wanted: Freshness) -> None:
        """The same while nobody waits for it; raises what the look raises."""
        self._asked(name, look, 0, wanted, self._clock())

    def _seen(self, name: str) -> Seen[T] | None:
        with self._lock:
            return self._shelf.get(name)

    def _keep(self, name: str, seen: Seen[T] | None) -> None:
        with self._lock:
            self._shelf.pop(name, None)
            if seen is not None:
                self._shelf[name] = seen

    @contextmanager
    def _flight(self, name: str) -> Iterator[Flight[T]]:
        with self._lock:
            flight = self._flights.setdefault(name, Flight())
            flight.passengers += 1
        try:
            with in_time(flight.lock):
                yield flight
        finally:
            with self._lock:
                flight.passengers -= 1
                if not flight.passengers:
                    del self._flights[name]


@contextmanager
def in_time(lock: threading.Lock) -> Iterator[None]:
    """Holds the lock; raises `SourceTooSlow` when it does not become free while there is time."""
    left = seconds_left()
    if not lock.acquire(timeout=-1 if left is None else left):
        raise SourceTooSlow("The source takes too long to answer.")
    try:
        yield
    finally:
        lock.release()
