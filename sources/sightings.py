"""Images of sources that remember nothing by themselves, as they were found before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from iiifserver.iiif.errors import SourceReplaced
from iiifserver.iiif.found import Found

from .freshness import Freshness
from .remembered import Remembered

Find = Callable[[], Found | None]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a source said of an image, without its bytes."""

    version: str
    last_modified: datetime | None
    is_far: bool = False


class Sightings:
    """What a source said of images, by the names of their places."""

    def __init__(self, remembered: Remembered[Sighting] | None = None) -> None:
        self._remembered = remembered or Remembered()

    def find(self, name: str, find: Find, freshness: Freshness) -> Found | None:
        """The image: as it was found before, where that still counts, and then its bytes are looked for when somebody
        reads them; else as it is found now.
        """
        found_now: list[Found] = []

        def look(earlier: Sighting | None) -> Sighting | None:
            found = find()
            if found is None:
                return None
            found_now.append(found)
            return Sighting(found.version, found.last_modified, found.is_far)

        sighting = self._remembered.get(name, look, freshness.near_seconds, freshness)
        if sighting is None:
            return None
        if found_now and found_now[0].version == sighting.version:
            return found_now[0]
        opened = OpenedLater(find, sighting.version, lambda: self._remembered.forget(name))
        return Found(
            open=opened, version=sighting.version, last_modified=sighting.last_modified, is_far=sighting.is_far
        )


class OpenedLater:
    """Opens an image that was found before, if it is still the same; looks for it once."""

    def __init__(self, find: Find, version: str, forget: Callable[[], None]) -> None:
        self._find = find
        self._version = version
        self._forget = forget
        self._found: Found | None = None

    def __call__(self) -> BinaryIO:
        """Raises `SourceUnavailable` where there is another one by now, or none."""
        if self._found is None:
            self._found = self._unchanged()
        return self._found.open()

    def _unchanged(self) -> Found:
        found = self._find()
        if found is None or found.version != self._version:
            self._forget()
            raise SourceReplaced
        return found
