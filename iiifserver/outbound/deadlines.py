"""How long an answer may take as a whole, however little of it comes at a time."""

from __future__ import annotations

import http.client
import io
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
_hurry: ContextVar[float | None] = ContextVar("hurry", default=None)

SLOWEST_BYTES_PER_SECOND = 50_000
"""In a hurry, an answer that comes at this speed may be as long as it likes."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Answers that are asked for inside must be complete so many seconds from now, or reading them times out."""
    mark = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(mark)


@contextmanager
def in_a_hurry(seconds: float) -> Iterator[None]:
    """Answers that are asked for inside must begin so many seconds from now, or by the end of an earlier such time,
    and then come at a fair speed.
    """
    end, earlier = time.monotonic() + seconds, _hurry.get()
    mark = _hurry.set(end if earlier is None else min(end, earlier))
    try:
        yield
    finally:
        _hurry.reset(mark)


def seconds_left() -> float | None:
    """Until an answer to this thread's work must begin at the latest; `None` where there is no limit. Not below 0."""
    ends = [end for end in (_deadline.get(), _hurry.get()) if end is not None]
    return max(0.0, min(ends) - time.monotonic()) if ends else None


class TimedBytes(io.RawIOBase):
    """The bytes of one answer as they come, until the deadline that held when it was asked for."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._patience = connection.gettimeout()
        self._deadline = _deadline.get()
        self._hurry = _hurry.get()
        self._received = 0
        self._raw = connection.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._seconds_left()
        if left is not None:
            if left <= 0:
                raise TimeoutError("The answer takes longer than it may.")
            self._socket.settimeout(left if self._patience is None else min(left, self._patience))
        count = self._raw.readinto(buffer)
        self._received += count or 0
        return count

    def _seconds_left(self) -> float | None:
        """Until the next bytes must be there; `None` where there is no limit."""
        earned = self._received / SLOWEST_BYTES_PER_SECOND
        ends = [] if self._deadline is None else [self._deadline]
        ends += [] if self._hurry is None else [self._hurry + earned]
        return min(ends) - time.monotonic() if ends else None

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class TimedResponse(http.client.HTTPResponse):
    """An answer whose status line, headers and body all come before the deadline."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(TimedBytes(sock), io.DEFAULT_BUFFER_SIZE)
