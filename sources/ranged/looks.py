"""What was seen of images a short while ago."""

from __future__ import annotations

import time
from collections.abc import Callable

from cachetools import LRUCache

from ..checking import Checks
from ..remembered import Remembered, Seen
from .remote import Look

MOST_WHOLE_FILES = 20
"""Of images that came as a whole so many stay, each in a temporary file."""


class RememberedLooks(Remembered[Look]):
    """Looks by address."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, checks: Checks | None = None) -> None:
        super().__init__(clock, checks)
        self._wholes: LRUCache[str, Seen[Look]] = LRUCache(MOST_WHOLE_FILES)

    def _seen(self, name: str) -> Seen[Look] | None:
        with self._lock:
            return self._shelf.get(name) or self._wholes.get(name)

    def _keep(self, name: str, seen: Seen[Look] | None) -> None:
        with self._lock:
            self._shelf.pop(name, None)
            self._wholes.pop(name, None)
            if seen is not None:
                kept = self._wholes if seen.value.whole else self._shelf
                kept[name] = seen
