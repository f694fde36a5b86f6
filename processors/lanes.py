"""Large images that must be decoded whole go one after the other, so that memory holds one of them and not as many as
there are threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LARGE_PIXELS = 8_000_000

_large_lane = threading.BoundedSemaphore(1)


@contextmanager
def lane_for(pixels: int) -> Iterator[None]:
    """Waits for the lane of this process where so many pixels are to be decoded at once; small images pass."""
    if pixels < LARGE_PIXELS:
        yield
        return
    with _large_lane:
        yield
