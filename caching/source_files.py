"""Whole files from elsewhere, in all caches of that tier: each is fetched once, however many want it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import BinaryIO

from iiifserver.iiif.found import Found
from iiifserver.iiif.pouring import length_of, pour

from .base import KeptFile, SourceCache
from .flight import Flights
from .keys import CacheKey, Subject, source_key
from .links import Link
from .meeting import NOWHERE, Meeting
from .purges import Purges
from .stamp import Stamp

WAIT_SECONDS = 30.0
"""How long a request waits for another that fetches the same file."""


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """The files of this machine's source caches."""

    links: tuple[Link[SourceCache], ...] = ()
    """The first that takes a file keeps it."""
    purges: Purges = field(default_factory=Purges)
    flights: Flights[None] = field(default_factory=lambda: Flights(0))
    meeting: Meeting = NOWHERE

    def keeping(self, found: Found, identifier: str, generation: int) -> Found:
        """The same image, of which whoever reads it may have a whole file; as it is where there is no source cache.
        The generation is the number of the newest purge when the request began.
        """
        if not self.links:
            return found
        subject = Subject(identifier, found.source)
        # The key takes a digest, which most requests do not need: they read files of this machine.
        return replace(
            found, keep=lambda handle, most: self.opened(source_key(subject, found.version), generation, handle, most)
        )

    def opened(self, key: CacheKey, generation: int, handle: BinaryIO, most_bytes: int) -> BinaryIO | None:
        """The file that is kept, or that is now fetched from the handle. See `Found.keep`.

        Raises what reading from the handle does, and `Overloaded` when somebody else takes too long to fetch it.
        """
        kept = self._kept(key)
        if kept is not None:
            return kept
        size = length_of(handle)
        if size is None or size > most_bytes:
            return None
        own: BinaryIO | None = None

        def fetch() -> None:
            nonlocal own
            own = self._fetched_once(key, Stamp(generation, int(time.time()), key.subject), handle, size)

        # Who asks after a purge must not get what somebody began to fetch before it.
        self.flights.once((key, generation), fetch, WAIT_SECONDS)
        return own or self._kept(key, is_first_look=False)

    def _fetched_once(self, key: CacheKey, stamp: Stamp, handle: BinaryIO, size: int) -> BinaryIO | None:
        """The file, fetched here or meanwhile by another process; `None` where no cache takes it."""
        with self.meeting.turn(f"source {key}", self.flights, WAIT_SECONDS) as others_may_have_fetched_it:
            kept = self._kept(key, is_first_look=False) if others_may_have_fetched_it else None
            return kept or self._put(key, stamp, handle, size)

    def _put(self, key: CacheKey, stamp: Stamp, handle: BinaryIO, size: int) -> BinaryIO | None:
        taken: list[BinaryIO] = []

        def put(cache: SourceCache) -> None:
            opened = cache.put(key, stamp, size, lambda write: pour(handle, write, size))
            taken.extend([opened] if opened else [])

        for link in self.links:
            link.write(put)
            if taken:
                return taken[0]
        return None

    def _kept(self, key: CacheKey, *, is_first_look: bool = True) -> BinaryIO | None:
        for link in self.links:
            kept = link.read(key.subject.source, partial(self._current, key), is_first_look=is_first_look)
            if kept is not None:
                return kept.handle
        return None

    def _current(self, key: CacheKey, cache: SourceCache) -> KeptFile | None:
        kept = cache.open(key)
        # What was made before a time is about pictures; a file is what its source has.
        if kept is None or self.purges.allow(key.subject, key.image, kept.age.generation, time.time()):
            return kept
        kept.handle.close()
        return None
