"""A few connections that many readers share."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from typing import TypeVar

from iiifserver.iiif.errors import SourceTooSlow, SourceUnavailable

from .sessions import ConnectionLost, Session

T = TypeVar("T")


class Pool:
    """At most so many connections. Those that nobody uses wait for the next reader; all end with the pool."""

    def __init__(self, connect: Callable[[], Session], most: int, timeout_seconds: float) -> None:
        self._connect = connect
        self._timeout_seconds = timeout_seconds
        self._turns = threading.BoundedSemaphore(most)
        self._idle: list[Session] = []
        self._process = os.getpid()
        weakref.finalize(self, close_all, self._idle)

    def run(self, work: Callable[[Session], T]) -> T:
        """What the work makes of a connection. Where an idle connection turns out to be lost, it is done again.

        Raises `SourceTooSlow` when no connection becomes free in time, `SourceUnavailable` when there is none.
        """
        if not self._turns.acquire(timeout=self._timeout_seconds):
            raise SourceTooSlow("The database of this source has too many readers at present.")
        try:
            return self._run(work)
        finally:
            self._turns.release()

    def _run(self, work: Callable[[Session], T]) -> T:
        idle = self._take_idle()
        if idle is not None:
            try:
                return self._used(idle, work)
            except ConnectionLost:
                # It may have been lost long ago, and the others with it.
                close_all(self._idle)
        try:
            return self._used(self._connect(), work)
        except ConnectionLost as error:
            raise SourceUnavailable("The database of this source went away.") from error

    def _take_idle(self) -> Session | None:
        if self._process != os.getpid():
            # A connection of the parent process is not ours to use, nor to close.
            self._idle.clear()
            self._process = os.getpid()
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _used(self, session: Session, work: Callable[[Session], T]) -> T:
        try:
            result = work(session)
        except BaseException:
            # Whatever state it is in, the next reader gets a good one.
            session.close()
            raise
        self._idle.append(session)
        return result

    def close(self) -> None:
        """Ends the connections that nobody uses."""
        close_all(self._idle)


def close_all(idle: list[Session]) -> None:
    while idle:
        try:
            session = idle.pop()
        except IndexError:
            return
        session.close()
