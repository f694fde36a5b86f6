"""Heavy work goes one after the other: large images that must be decoded whole, so that memory holds one of them and
not as many as there are threads, and libraries that are not made for several threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from iiifserver.iiif.errors import Overloaded
from iiifserver.watching.watch import watch

LARGE_PIXELS = 8_000_000

_large_lane = threading.BoundedSemaphore(1)


@contextmanager
def lane_for(pixels: int) -> Iterator[None]:
    """Waits for the lane of this process where so many pixels are to be decoded at once; small images pass."""
    if pixels < LARGE_PIXELS:
        yield
        return
    with watch.waiting():
        _large_lane.acquire()
    try:
        watch.take_longer()
        yield
    finally:
        _large_lane.release()


@contextmanager
def turn(lane: threading.Semaphore | threading.Lock, seconds: float) -> Iterator[None]:
    """Waits for a turn in a lane of its own; raises `Overloaded` when none comes in time."""
    with watch.waiting():
        has_come = lane.acquire(timeout=seconds)
    if not has_come:
        raise Overloaded("The server is busy with other files of this kind. Ask again in a moment.")
    try:
        yield
    finally:
        lane.release()
