"""What has been purged, by number: whatever was begun before the purge of its image is old wherever it turns up."""

from __future__ import annotations

import threading

LATE = 100
"""How much lower than the newest a number may be that comes to light later: databases number before they commit."""
MOST_IMAGES = 10_000
"""Of how many images the last purge is remembered. What was under way then has long ended when one is forgotten."""


class Purges:
    """The purges that this process knows of. Their numbers rise."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._everything = 0
        self._images: dict[str, int] = {}
        self._late: set[int] = set()
        self.newest = 0
        """The number of the newest purge: what begins now is newer than it."""

    def note(self, number: int, image: str) -> None:
        """Has everything of the image (of all images where it is empty) that began before this number be old."""
        with self._lock:
            if image:
                self._images[image] = max(number, self._images.pop(image, 0))
            else:
                self._everything = max(self._everything, number)
            if len(self._images) > MOST_IMAGES:
                del self._images[next(iter(self._images))]
            self.newest = max(self.newest, number)
            self._late = {known for known in (*self._late, number) if known > self.unsettled_after}

    @property
    def unsettled_after(self) -> int:
        """The number up to which no more purges come to light."""
        return self.newest - LATE

    def know(self, number: int) -> bool:
        """Whether this purge has been noted."""
        return number in self._late or number <= self.unsettled_after

    def allow(self, image: str, generation: int) -> bool:
        """Whether what began when this was the newest purge still holds."""
        return generation >= max(self._everything, self._images.get(image, 0))
