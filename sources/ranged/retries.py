"""Asking once more where that may help."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from iiifserver.outbound.deadlines import seconds_left

from .remote import Interrupted

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often and how long."""

    attempts: int = 3
    first_pause_seconds: float = 0.1
    longest_pause_seconds: float = 2.0
    sleep: Callable[[float], None] = time.sleep

    def try_out(self, work: Callable[[], T]) -> T:
        """What the work gives; repeated while it is `Interrupted`, with pauses that grow and are never alike, so that
        those who were refused together do not come back together.
        """
        for attempt in range(1, self.attempts):
            try:
                return work()
            except Interrupted as error:
                pause = error.wait_seconds
                if pause is None:
                    pause = self.first_pause_seconds * 2**attempt * random.random()  # noqa: S311 - not a secret
                left = seconds_left()
                if pause > self.longest_pause_seconds or (left is not None and pause >= left):
                    raise
                self.sleep(pause)
        return work()
