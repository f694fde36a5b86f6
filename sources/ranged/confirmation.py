"""That an image is still the one that was seen long ago."""

from __future__ import annotations

from collections.abc import Callable


class Confirmation:
    """Given by whoever reads a piece of the image, else by another look at it."""

    def __init__(self, by_reading: Callable[[], None], by_looking: Callable[[], None]) -> None:
        """`by_reading` is told of the first piece; `by_looking` raises `SourceReplaced` where it is another image."""
        self._by_reading = by_reading
        self._by_looking = by_looking
        self._is_given = False

    def give(self) -> None:
        if not self._is_given:
            self._is_given = True
            self._by_reading()

    def __call__(self) -> None:
        if not self._is_given:
            self._by_looking()
            self._is_given = True
