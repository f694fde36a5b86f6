"""Several pieces of an image, asked for at once: the time that a server takes to answer passes once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context

from .spans import Span

MOST_LANES = 4
"""So many requests of one reader are under way at once; more would only wait for each other's bytes."""


_reader: ContextVar[int | None] = ContextVar("reader", default=None)


def reader() -> int:
    """Who reads: this thread, or the one for which it fetches a piece."""
    return _reader.get() or threading.get_ident()


def fetch_all(fetch: Callable[[Span], object], spans: Sequence[Span], lanes: int) -> None:
    """Fetches every piece, so many at once at most. Raises the error of one that fails, and begins no other then.

    What holds for the thread, such as a deadline, holds for each of them.
    """
    if min(lanes, len(spans)) < 2:
        for span in spans:
            fetch(span)
        return
    has_failed = threading.Event()

    def fetch_unless_failed(span: Span) -> None:
        if has_failed.is_set():
            return
        try:
            fetch(span)
        except BaseException:
            has_failed.set()
            raise

    mark = _reader.set(reader())
    try:
        with ThreadPoolExecutor(min(lanes, len(spans)), "pieces") as workers:
            under_way = [workers.submit(copy_context().run, fetch_unless_failed, span) for span in spans]
    finally:
        _reader.reset(mark)
    for one in under_way:
        one.result()
