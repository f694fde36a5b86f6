"""What has been purged, by number: whatever was begun before the purge of its image is old wherever it turns up."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from .keys import Subject, digest

LATE = 100
"""How much lower than the newest a number may be that comes to light later: databases number before they commit."""
MOST_IMAGES = 10_000
"""Of how many images the last purge is remembered. What was under way then has long ended when one is forgotten."""
MOST_PREFIXES = 10_000
"""How many prefixes are remembered; beyond them everything counts as purged, which is never wrong."""


class Scope(StrEnum):
    """What a purge is about."""

    IMAGE = "image"
    """One image, by its digest; all images where that is empty."""
    PREFIX = "prefix"
    """All images whose identifiers begin with a text."""
    SOURCE = "source"
    """All images that a source had."""
    INFOS = "infos"
    """What is known of images; their pictures stay."""
    OLDER = "older"
    """Pictures that were made before a time, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Purge:
    """What is to be forgotten."""

    scope: Scope = Scope.IMAGE
    value: str = ""

    @classmethod
    def of_image(cls, identifier: str) -> Purge:
        return cls(Scope.IMAGE, digest(identifier))

    def covers(self, subject: Subject, made_at: float) -> bool:
        """Whether a picture of this subject is among what it is about, were it made before the purge."""
        match self.scope:
            case Scope.IMAGE:
                return not self.value or subject.image == self.value
            case Scope.PREFIX:
                return subject.identifier.startswith(self.value)
            case Scope.SOURCE:
                return subject.source == self.value
            case Scope.OLDER:
                return made_at < float(self.value)
            case Scope.INFOS:
                return False


EVERYTHING = Purge()


class Purges:
    """The purges that this process knows of. Their numbers rise."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._everything = 0
        self._infos = 0
        self._oldest = 0.0
        self._images: dict[str, int] = {}
        self._sources: dict[str, int] = {}
        self._prefixes: defaultdict[int, dict[str, int]] = defaultdict(dict)
        """By the length of the prefix."""
        self._late: set[int] = set()
        self.newest = 0
        """The number of the newest purge: what begins now is newer than it."""

    def note(self, number: int, purge: Purge) -> None:
        """Has everything that the purge covers and that began before this number be old."""
        with self._lock:
            self._learn(number, purge)
            self.newest = max(self.newest, number)
            self._late = {known for known in (*self._late, number) if known > self.unsettled_after}

    def _learn(self, number: int, purge: Purge) -> None:
        match purge.scope:
            case Scope.INFOS:
                self._infos = max(self._infos, number)
            case Scope.OLDER:
                self._oldest = max(self._oldest, float(purge.value))
            case Scope.SOURCE:
                self._sources[purge.value] = max(number, self._sources.get(purge.value, 0))
            case Scope.PREFIX if purge.value:
                self._learn_prefix(number, purge.value)
            case Scope.IMAGE if purge.value:
                self._images[purge.value] = max(number, self._images.pop(purge.value, 0))
                if len(self._images) > MOST_IMAGES:
                    del self._images[next(iter(self._images))]
            case _:
                self._everything = max(self._everything, number)

    def _learn_prefix(self, number: int, prefix: str) -> None:
        same_length = self._prefixes[len(prefix)]
        same_length[prefix] = max(number, same_length.get(prefix, 0))
        if sum(map(len, self._prefixes.values())) > MOST_PREFIXES:
            self._prefixes.clear()
            self._everything = max(self._everything, number)

    @property
    def unsettled_after(self) -> int:
        """The number up to which no more purges come to light."""
        return self.newest - LATE

    def know(self, number: int) -> bool:
        """Whether this purge has been noted."""
        return number in self._late or number <= self.unsettled_after

    def allow(self, subject: Subject, image: str, generation: int, made_at: float) -> bool:
        """Whether a picture that was begun when this was the newest purge still holds. The image is the subject's."""
        return made_at >= self._oldest and generation >= self._newest_of(subject, image)

    def allow_info(self, subject: Subject, image: str, generation: int) -> bool:
        """The same for what is known of an image."""
        return generation >= self.newest_about(subject, image)

    def newest_about(self, subject: Subject, image: str) -> int:
        """The number of the newest purge of what is known of an image."""
        return max(self._infos, self._newest_of(subject, image))

    def _newest_of(self, subject: Subject, image: str) -> int:
        newest = max(self._everything, self._images.get(image, 0), self._sources.get(subject.source, 0))
        for length, prefixes in list(self._prefixes.items()):
            newest = max(newest, prefixes.get(subject.identifier[:length], 0))
        return newest
