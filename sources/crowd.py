"""Who waits for a server: one that hangs must not have all threads of a worker wait for it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from iiifserver.iiif.errors import SourceTooSlow, SourceUnavailable
from iiifserver.outbound.deadlines import in_a_hurry

from .ranged.lanes import reader

MOST_WAITING = 2
"""Half of the threads of a worker."""

SLOW_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Place:
    """Of one reader in the crowd."""

    arrival: float
    is_one_too_many: bool
    """Whether enough waited already when it came."""


class Crowded(SourceUnavailable):
    """Enough threads wait for the server already. Says nothing about how it is doing."""

    retry_after_seconds = 2

    def __init__(self) -> None:
        super().__init__("The source is slow at present, and others wait for it already.")


class Crowd:
    """Those who wait for the servers of one source.

    While half of the threads wait for a server, others get little time for it; and none once those have waited for
    long.
    """

    def __init__(self, most_waiting: int = MOST_WAITING, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most_waiting
        self._clock = clock
        self._lock = threading.Lock()
        self._places: dict[tuple[str, int], Place] = {}
        """Of readers, by the server that they wait for."""
        self._blocks: Counter[tuple[str, int]] = Counter()
        """In how many blocks each of them waits."""

    @contextmanager
    def waiting(self, origin: str) -> Iterator[None]:
        """A block in which this reader waits for the server; with another such block of the same, one wait. Raises
        `Crowded` where it may not wait, or not any longer.
        """
        where = (origin, reader())
        place = self._enter(where)
        try:
            with hurried() if place.is_one_too_many else nullcontext():
                yield
        finally:
            self._leave(where)

    def _enter(self, where: tuple[str, int]) -> Place:
        with self._lock:
            place = self._places.get(where) or self._join(where)
            self._blocks[where] += 1
            return place

    def _join(self, where: tuple[str, int]) -> Place:
        """Raises `Crowded` when enough have waited for long."""
        origin, _ = where
        now = self._clock()
        arrivals = [place.arrival for (other, _), place in self._places.items() if other == origin]
        if sum(arrival <= now - SLOW_SECONDS for arrival in arrivals) >= self._most:
            raise Crowded
        place = self._places[where] = Place(now, is_one_too_many=len(arrivals) >= self._most)
        return place

    def _leave(self, where: tuple[str, int]) -> None:
        with self._lock:
            self._blocks[where] -= 1
            if not self._blocks[where]:
                del self._blocks[where], self._places[where]


@contextmanager
def hurried() -> Iterator[None]:
    """A block in which a server has little time; raises `Crowded` when it takes more."""
    try:
        with in_a_hurry(SLOW_SECONDS):
            yield
    except SourceTooSlow as error:
        raise Crowded from error
