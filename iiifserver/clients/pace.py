"""How slow a client may be, and how much may wait for slow ones."""

from __future__ import annotations

import threading
import time

SLOWEST_BYTES_PER_SECOND = 16 * 1024


class Pace:
    """What one client has moved since a certain time, and whether that is enough."""

    def __init__(self, grace_seconds: float) -> None:
        self._deadline = time.monotonic() + grace_seconds

    def moved(self, number_of_bytes: int) -> None:
        """Whoever goes on gets more time."""
        self._deadline += number_of_bytes / SLOWEST_BYTES_PER_SECOND

    @property
    def deadline(self) -> float:
        """The time of `time.monotonic` at which more must have come."""
        return self._deadline

    @property
    def seconds_left(self) -> float:
        return self._deadline - time.monotonic()


class Room:
    """Memory of a worker for answers that clients have not taken yet."""

    def __init__(self, number_of_bytes: int) -> None:
        self._lock = threading.Lock()
        self._free = number_of_bytes

    def take(self, number_of_bytes: int) -> bool:
        """Whether there was room."""
        with self._lock:
            if self._free < number_of_bytes:
                return False
            self._free -= number_of_bytes
            return True

    def give_back(self, number_of_bytes: int) -> None:
        with self._lock:
            self._free += number_of_bytes
