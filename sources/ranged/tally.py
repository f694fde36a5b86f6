"""How much a source has asked of other machines."""

from __future__ import annotations

import threading

from ..base import Traffic


class Tally:
    """Counts for all threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests = 0
        self._received_bytes = 0

    def note_request(self) -> None:
        with self._lock:
            self._requests += 1

    def note_received(self, count: int) -> None:
        with self._lock:
            self._received_bytes += count

    @property
    def traffic(self) -> Traffic:
        with self._lock:
            return Traffic(self._requests, self._received_bytes)
