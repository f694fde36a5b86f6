"""What a source is. Free of Django at run time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from time import monotonic
from typing import BinaryIO
from unicodedata import normalize

from iiifserver.backend import Backend
from iiifserver.iiif.errors import Forbidden
from iiifserver.iiif.found import Found

from .freshness import Freshness
from .sightings import Sightings

SEARCHED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a source is to look for an image."""

    name: str
    """The path, key or name that the row's lookup made of the identifier. As hostile as the identifier itself."""
    details: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the site's delegate added for this image, such as `bucket`, `endpoint` or credentials; usually empty."""
    freshness: Freshness = field(default=Freshness(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """What a folder of a source holds: an image, or another folder."""

    name: str
    """What follows the folder and a slash in the identifier."""
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """What a search found in a folder."""

    entries: list[FolderEntry]
    is_complete: bool = True
    """Whether all that stands before the end of the list was looked at; otherwise the time was over."""
    goes_on_after: str = ""
    """The name behind which an incomplete search can go on; empty where it cannot."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a source has asked of another machine."""

    requests: int = 0
    """Each try counts, also a repeated one; what it leads to, such as a redirect, does not."""
    received_bytes: int = 0

    def __sub__(self, earlier: Traffic) -> Traffic:
        return Traffic(self.requests - earlier.requests, self.received_bytes - earlier.received_bytes)


class SourceBackend(Backend, ABC):
    """Finds images by their place and opens their bytes. Used by many threads at once."""

    @abstractmethod
    def find(self, place: Place) -> Found | None:
        """The image, or `None` when this source does not have it.

        Raises `SourceUnavailable` when the source cannot be asked, `SourceTooSlow` and `SourceNonsense` when it does
        not answer properly, `Forbidden` when it refuses to give the image out.
        """

    def find_of_late(self, place: Place) -> Found | None:
        """The same, or the image as it was found before, where the freshness that is asked for lets that count."""
        if place.freshness.is_asked_each_time:
            return self.find(place)
        name = repr((place.name, sorted(place.details.items())))
        return self._sightings.find(name, partial(self.find, place), place.freshness)

    @cached_property
    def _sightings(self) -> Sightings:
        return Sightings()

    @property
    def resting_servers(self) -> int:
        """How many servers failed again and again and are asked less often at present, as this process knows."""
        return 0

    def entries(self, folder: str, after: str, limit: int) -> list[FolderEntry] | None:
        """What a folder holds, in natural order: so much of it at most, beginning behind the name `after`.

        The folder has no slash at its ends, and is empty for the place where all begin; it is as hostile as an
        identifier. `None` where there is no such folder, and where the source cannot list. Raises as `find` does.
        """
        return None

    def search(self, folder: str, text: str, after: str, limit: int, seconds: float) -> Matches | None:
        """Those of the `entries` of a folder whose names contain the text, capitals or not; it takes little longer
        than so many seconds. `None` and errors as with `entries`.
        """
        deadline, wanted = monotonic() + seconds, folded(text)
        matches: list[FolderEntry] = []
        while (page := self.entries(folder, after, SEARCHED_AT_ONCE)) is not None:
            matches += (entry for entry in page if wanted in folded(entry.name))
            if len(matches) >= limit or len(page) < SEARCHED_AT_ONCE:
                return Matches(matches[:limit])
            after = page[-1].name
            if monotonic() > deadline:
                return Matches(matches, is_complete=False, goes_on_after=after)
        return None

    def write(self, place: Place, content: BinaryIO, *, replaces: bool = False) -> None:
        """Keeps the bytes, from where the file stands to its end, as the image at this place: all of them or, when it
        raises, nothing, and never a part that somebody could read.

        Raises `AlreadyThere` when something is at the place and it `replaces` nothing, `NotFound` for a folder that
        there is not, `Forbidden` for a place or a source that takes no images, and as `find` does.
        """
        raise Forbidden("This source takes no images.")

    def remarks(self, place: Place) -> Iterable[str]:
        """Sentences for staff on how the image at this place is read, when it has just been found."""
        return ()

    def traffic(self) -> Traffic | None:
        """All that this backend has asked of other machines so far; `None` where it does not count."""
        return None

    @classmethod
    def can_list(cls) -> bool:
        """Whether this kind can tell what a folder holds."""
        return cls.entries is not SourceBackend.entries

    def unlisted(self) -> str:
        """Why this source cannot tell what a folder holds, in a sentence for staff; empty where it can."""
        return "" if self.can_list() else f"A source of the kind {self.label} cannot tell which images it has."

    @classmethod
    def can_write(cls) -> bool:
        """Whether this kind can keep images."""
        return cls.write is not SourceBackend.write


def folded(text: str) -> str:
    """The same for texts that differ in capitals alone, or in how their accents are encoded."""
    return normalize("NFC", text).casefold()
