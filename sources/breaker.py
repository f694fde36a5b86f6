"""A server that fails again and again is asked less often, so that nobody waits for it in vain."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from iiifserver.iiif.errors import IIIFError, SourceNonsense, SourceReplaced, SourceTooSlow, SourceUnavailable

from .crowd import Crowded

FAILURES_UNTIL_REST = 5
FIRST_REST_SECONDS = 5.0
LONGEST_REST_SECONDS = 120.0
MOST_ORIGINS = 1000

FAILURES = (SourceUnavailable, SourceTooSlow, SourceNonsense)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a server has been doing in this process."""

    failures: int = 0
    """How many in a row."""
    rests_until: float = 0.0
    """By the breaker's clock; it is not asked before."""
    reason: str = ""
    """What it failed with last, as visitors were told."""

    @property
    def is_failing(self) -> bool:
        return self.failures >= FAILURES_UNTIL_REST


WELL = Condition()


class Breaker:
    """Watches the servers of one source. After several failures in a row a server rests; then one request tries it
    while all others are still turned away, and each failed try makes the next rest twice as long.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._conditions: dict[str, Condition] = {}

    @contextmanager
    def watching(self, origin: str) -> Iterator[None]:
        """Raises `SourceUnavailable` at once while the server rests; notes how the block ends."""
        self._admit(origin)
        try:
            yield
        except Crowded:
            raise
        except IIIFError as error:
            if isinstance(error, FAILURES) and not isinstance(error, SourceReplaced):
                self._note_failure(origin, str(error))
            else:
                self._note_success(origin)
            raise
        self._note_success(origin)

    def failing(self) -> dict[str, Condition]:
        """The servers that rest, or will after one more failure, by their origin."""
        with self._lock:
            return {origin: state for origin, state in self._conditions.items() if state.is_failing}

    def _admit(self, origin: str) -> None:
        with self._lock:
            condition = self._conditions.get(origin, WELL)
            now = self._clock()
            if now < condition.rests_until:
                raise resting(condition.rests_until - now)
            if condition.is_failing:
                # This one tries; who comes while it does is turned away.
                self._keep(origin, condition, rest=rest_after(condition.failures))

    def _note_failure(self, origin: str, reason: str) -> None:
        with self._lock:
            failures = self._conditions.get(origin, WELL).failures + 1
            failed = Condition(failures=failures, reason=reason)
            self._keep(origin, failed, rest=rest_after(failures) if failed.is_failing else 0)

    def _note_success(self, origin: str) -> None:
        with self._lock:
            self._conditions.pop(origin, None)

    def _keep(self, origin: str, condition: Condition, rest: float) -> None:
        while len(self._conditions) >= MOST_ORIGINS:
            self._conditions.pop(next(iter(self._conditions)))
        until = self._clock() + rest if rest else 0.0
        self._conditions[origin] = Condition(failures=condition.failures, rests_until=until, reason=condition.reason)


def rest_after(failures: int) -> float:
    return min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2.0 ** min(20, max(0, failures - FAILURES_UNTIL_REST)))


def resting(seconds: float) -> SourceUnavailable:
    error = SourceUnavailable("The source has failed several times and is left alone for a while.")
    error.retry_after_seconds = max(1, round(seconds))
    return error
