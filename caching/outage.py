"""What to do about a store that fails: let it rest, and say so now and then."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from .base import CacheUnavailable

logger = logging.getLogger("iiifserver.caching")

REST_SECONDS = 1.0
"""How long a store that failed is left alone, so that not every request waits for its timeout."""
SECONDS_BETWEEN_LINES = 60.0
LATELY_SECONDS = 300.0
"""For how long staff are told of it."""


class Outage:
    """Whether one use of a store, reading or writing, fails at present."""

    def __init__(self, use: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._use = use
        self._clock = clock
        self._over_at = self._next_line_at = float("-inf")

    @property
    def is_on(self) -> bool:
        return self._clock() < self._over_at

    @property
    def was_lately(self) -> bool:
        return self._clock() < self._over_at + LATELY_SECONDS

    def begin(self, error: Exception) -> None:
        """Has the store left alone for a moment; a line in the log, at most one a minute, with all its traces where the
        store raised what it should not.
        """
        now = self._clock()
        self._over_at = now + REST_SECONDS
        if now >= self._next_line_at:
            self._next_line_at = now + SECONDS_BETWEEN_LINES
            traces = None if isinstance(error, CacheUnavailable) else error
            logger.warning("%s fails and is passed by: %s", self._use, error, exc_info=traces)
