"""Calls of code that may hang: made in threads that can be left behind."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from queue import SimpleQueue
from typing import Any, TypeVar

from django.db import close_old_connections

T = TypeVar("T")

MOST_CALLS = 16
"""How many calls of one process go on at once; the next ones wait, within their time limit."""


class CallTooSlow(Exception):
    """A call did not end in time. It goes on, and nobody waits for it."""


class Lane:
    """Threads for calls; they begin when they are needed and do not keep the process from ending."""

    def __init__(self, most: int = MOST_CALLS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._queue: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._threads = 0

    def run(self, function: Callable[[], T], timeout_seconds: float) -> T:
        """What the function returns; raises what it raises, or `CallTooSlow`."""
        context = copy_context()
        future: Future[T] = Future()
        self._make_ready()
        self._queue.put((future, lambda: context.run(function)))
        try:
            return future.result(timeout_seconds)
        except TimeoutError as error:
            # The function may have raised one of its own.
            if future.done() and not future.cancelled():
                raise
            future.cancel()
            raise CallTooSlow from error

    def _make_ready(self) -> None:
        """One more thread, unless one is idle or there are enough."""
        with self._lock:
            if self._process != os.getpid():
                # A fork has none of its parent's threads.
                self._begin()
            if self._idle.acquire(blocking=False) or self._threads >= self._most:
                return
            self._threads += 1
            threading.Thread(target=self._work, args=(self._queue, self._idle), name="delegate", daemon=True).start()

    @staticmethod
    def _work(queue: SimpleQueue[tuple[Future[Any], Callable[[], Any]]], idle: threading.Semaphore) -> None:
        while True:
            future, function = queue.get()
            if future.set_running_or_notify_cancel():
                perform(future, function)
            idle.release()


def perform(future: Future[Any], function: Callable[[], Any]) -> None:
    """Calls the function for who waits; its database connections are looked after as those of a request are."""
    try:
        close_old_connections()
        result = function()
    except BaseException as error:  # noqa: BLE001 - whoever waits gets it, whatever it is
        future.set_exception(error)
    else:
        future.set_result(result)
    finally:
        close_old_connections()
