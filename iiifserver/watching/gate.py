"""The way into decoding: many at once, or one that is under suspicion alone."""

from __future__ import annotations

import threading

from iiifserver.iiif.errors import Overloaded

QUIET_SECONDS = 5.0
"""How long a file under suspicion waits for those before it."""
BEHIND_SECONDS = 15.0
"""How long others wait for it."""

BUSY = "The server is trying a file that may be damaged. Ask again in a moment."


class Gate:
    """The gate of one process."""

    def __init__(self, quiet_seconds: float = QUIET_SECONDS, behind_seconds: float = BEHIND_SECONDS) -> None:
        self._quiet_seconds = quiet_seconds
        self._behind_seconds = behind_seconds
        self._moved = threading.Condition(threading.Lock())
        self._inside = 0
        self._is_kept_for_one = False

    def enter(self) -> None:
        """Joins those inside; raises `Overloaded` when one alone stays inside for too long."""
        with self._moved:
            if self._is_kept_for_one and not self._moved.wait_for(self._is_open, self._behind_seconds):
                raise Overloaded(BUSY)
            self._inside += 1

    def leave(self) -> None:
        with self._moved:
            self._inside -= 1
            if self._is_kept_for_one:
                self._moved.notify_all()

    def enter_alone(self) -> None:
        """Waits until everybody has left, and keeps them out; raises `Overloaded` when they stay for too long."""
        with self._moved:
            if not self._moved.wait_for(self._is_open, self._behind_seconds):
                raise Overloaded(BUSY)
            self._is_kept_for_one = True
            if not self._moved.wait_for(self._is_empty, self._quiet_seconds):
                self._open()
                raise Overloaded(BUSY)

    def leave_alone(self) -> None:
        with self._moved:
            self._open()

    def _open(self) -> None:
        self._is_kept_for_one = False
        self._moved.notify_all()

    def _is_open(self) -> bool:
        return not self._is_kept_for_one

    def _is_empty(self) -> bool:
        return self._inside == 0
