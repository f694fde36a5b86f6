"""What was seen of remote images, a short while ago or before a restart."""

from __future__ import annotations

import time
from collections.abc import Callable

from cachetools import LRUCache

from ..checking import Checks
from ..remembered import Remembered, Seen
from .kept_looks import KeptLooks
from .remote import Look

MOST_WHOLE_FILES = 20
"""Of images that came as a whole so many stay, each in a temporary file."""


class RememberedLooks(Remembered[Look]):
    """Looks by address."""

    def __init__(
        self,
        kept: KeptLooks | None = None,
        clock: Callable[[], float] = time.monotonic,
        checks: Checks | None = None,
    ) -> None:
        """Without `kept`, all is forgotten when the process ends."""
        super().__init__(clock, checks)
        self._kept = kept
        self._wholes: LRUCache[str, Seen[Look]] = LRUCache(MOST_WHOLE_FILES)

    def _seen(self, name: str) -> Seen[Look] | None:
        with self._lock:
            seen = self._shelf.get(name) or self._wholes.get(name)
        if seen is not None or self._kept is None:
            return seen
        seen = self._kept.get(name)
        if seen is not None:
            with self._lock:
                self._shelf.setdefault(name, seen)
        return seen

    def _keep(self, name: str, seen: Seen[Look] | None) -> None:
        with self._lock:
            earlier = self._shelf.pop(name, None)
            self._wholes.pop(name, None)
            if seen is not None:
                kept = self._wholes if seen.value.whole else self._shelf
                kept[name] = seen
        if self._kept is not None and not tell_the_same(earlier, seen):
            self._kept.forget(name) if seen is None else self._kept.put(name, seen)


def tell_the_same(earlier: Seen[Look] | None, later: Seen[Look] | None) -> bool:
    """Whether a process that starts would learn the same of both."""
    if earlier is None or later is None:
        return False
    return (earlier.value.state, earlier.news) == (later.value.state, later.news)
