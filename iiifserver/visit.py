"""What the server that reads requests knows of the one that this thread answers, for code that waits."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

LEFT = select.POLLHUP | select.POLLERR | getattr(select, "POLLRDHUP", 0)
"""The client has closed its side, or the connection is broken. Bytes that wait to be read are no sign of either."""


class ClientLeft(Exception):
    """Nobody waits for the answer any more. Not a fault of anybody."""

    def __init__(self) -> None:
        super().__init__("The client has closed the connection.")


class Awaited(Protocol):
    """Work of somebody else."""

    def when_done(self, tell: Callable[[], None]) -> None:
        """Has that called once, at once where the work is done already; from any thread."""


class SetAside(BaseException):
    """Gives the thread back: the server asks again when the work is done, or else at the time `until` of
    `time.monotonic`. Like the end of a generator no error, so nothing on the way may answer in its place.
    """

    def __init__(self, awaited: Awaited | None, until: float) -> None:
        super().__init__()
        self.awaited = awaited
        self.until = until


@dataclass(slots=True)
class Visit:
    """One request that is being answered."""

    descriptor: int
    """Of the connection."""
    may_be_set_aside: bool = False
    awaited: Awaited | None = None
    """What it has been set aside for."""
    waiting_since: float | None = None
    """When it was set aside first, by `time.monotonic`; `None` for never."""

    gives_up: bool = False
    """Whether who answers it knows what to do about `ClientLeft`."""

    def check(self) -> None:
        """To be called while waiting. Raises `ClientLeft` when nobody waits for the answer."""
        if self.gives_up and has_left(self.descriptor):
            raise ClientLeft


_current: ContextVar[Visit | None] = ContextVar("visit", default=None)


@contextmanager
def visiting(visit: Visit) -> Iterator[None]:
    """A `with` block in which that request is answered."""
    token = _current.set(visit)
    try:
        yield
    finally:
        _current.reset(token)


def current_visit() -> Visit | None:
    """The request that this thread answers; `None` in jobs, and under servers that tell nothing."""
    return _current.get()


def seconds_set_aside() -> float:
    """How long ago the request of this thread was set aside first; 0 for never."""
    visit = _current.get()
    return 0.0 if visit is None or visit.waiting_since is None else time.monotonic() - visit.waiting_since


def has_left(descriptor: int) -> bool:
    """Whether the client has closed the connection, or at least its side of it: browsers, viewers and proxies close
    both at once, so who closes one is taken to have left, as nginx does. A client that sends its next requests ahead
    stays, under TLS too. Where the system cannot tell, everybody stays.
    """
    if not hasattr(select, "poll"):
        return False
    if descriptor < 0:
        return True
    poll = select.poll()
    poll.register(descriptor, LEFT & ~(select.POLLHUP | select.POLLERR))
    return any(event & LEFT for _, event in poll.poll(0))
