"""What was seen of images a short while ago."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from cachetools import LRUCache

from iiifserver.iiif.errors import IIIFError

from .remote import Look

MOST_LOOKS = 5_000
MOST_WHOLE_FILES = 20
"""Of images that came as a whole so many stay, each in a temporary file."""


@dataclass(frozen=True, slots=True)
class Seen:
    look: Look
    at: float


@dataclass(slots=True)
class Flight:
    """Those who want to know the same at once."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    passengers: int = 0
    outcome: Look | IIIFError | None = None
    outcome_at: float = -math.inf
    """When the look began that led to the outcome."""


class RememberedLooks:
    """Looks by address. Equal requests at once share one."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._pieces: LRUCache[str, Seen] = LRUCache(MOST_LOOKS)
        self._wholes: LRUCache[str, Seen] = LRUCache(MOST_WHOLE_FILES)
        self._flights: dict[str, Flight] = {}

    def get(self, address: str, look: Callable[[Look | None], Look | None]) -> Look | None:
        """What is there, by a look that is young enough or by a new one, which is told of the earlier one."""
        began = self._clock()
        with self._flight(address) as flight:
            if flight.outcome_at < began:
                seen = self._seen(address)
                if seen and self._clock() - seen.at < self._seconds:
                    return seen.look
                self._look(address, flight, partial(look, seen.look if seen else None))
            if isinstance(flight.outcome, IIIFError):
                raise flight.outcome
            return flight.outcome

    def _look(self, address: str, flight: Flight, look: Callable[[], Look | None]) -> None:
        at = self._clock()
        try:
            flight.outcome = look()
        except IIIFError as error:
            flight.outcome = error
        else:
            self._keep(address, Seen(flight.outcome, at) if flight.outcome else None)
        flight.outcome_at = at

    def forget(self, address: str) -> None:
        self._keep(address, None)

    def _seen(self, address: str) -> Seen | None:
        with self._lock:
            return self._pieces.get(address) or self._wholes.get(address)

    def _keep(self, address: str, seen: Seen | None) -> None:
        with self._lock:
            self._pieces.pop(address, None)
            self._wholes.pop(address, None)
            if seen is not None:
                kept = self._wholes if seen.look.whole else self._pieces
                kept[address] = seen

    @contextmanager
    def _flight(self, address: str) -> Iterator[Flight]:
        with self._lock:
            flight = self._flights.setdefault(address, Flight())
            flight.passengers += 1
        try:
            with flight.lock:
                yield flight
        finally:
            with self._lock:
                flight.passengers -= 1
                if not flight.passengers:
                    del self._flights[address]
