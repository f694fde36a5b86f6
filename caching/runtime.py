"""Rows become frozen values that requests use."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from iiifserver.shelf import Shelf

from .base import CacheBackend, DerivativeCache, InfoCache, LastingInfoCache, SourceCache
from .flight import Flights
from .infos import Infos, Topic
from .keys import CacheKey
from .links import C, Link, R
from .meeting import NOWHERE, Meeting, meeting_of, meeting_of_machine
from .neighbours import apart
from .outage import Outage
from .purges import Purges
from .registry import caches
from .source_files import SourceFiles
from .stamp import Stamp, age_of, content_of

if TYPE_CHECKING:
    from .models import Cache

__all__ = ["C", "Caches", "Derivatives", "Infos", "Link", "active_caches", "caches_in_use"]

MOST_FOLLOWERS = 2
"""Half of the threads of a worker."""
WAIT_SECONDS = 30.0
"""How long a request waits for another that makes the same picture."""


@dataclass(frozen=True, slots=True)
class Derivatives:
    """Finished pictures in all their caches, the quickest first."""

    links: tuple[Link[DerivativeCache], ...] = ()
    purges: Purges = field(default_factory=Purges)

    def get(self, key: CacheKey, *, is_first_look: bool = True) -> bytes | None:
        """The picture from the first cache that has it; those in front get it too."""
        source = key.subject.source
        for index, link in enumerate(self.links):
            stamped = link.read(source, lambda cache: self._current(key, cache.get(key)), is_first_look=is_first_look)
            if stamped is not None:
                self._put_stamped(key, stamped, self.links[:index])
                return content_of(stamped)
        return None

    def put(self, key: CacheKey, content: bytes, generation: int) -> None:
        """Remembers a picture that was begun when this was the newest purge, unless it has been purged since."""
        now = int(time.time())
        if self.purges.allow(key.subject, key.image, generation, now):
            self._put_stamped(key, Stamp(generation, now, key.subject).before(content), self.links)

    def _current(self, key: CacheKey, stamped: bytes | None) -> bytes | None:
        # A process that had not heard of a purge may have put something old after it into a shared cache.
        age = age_of(stamped) if stamped is not None else None
        if age is None or not self.purges.allow(key.subject, key.image, age.generation, age.made_at):
            return None
        return stamped

    def _put_stamped(self, key: CacheKey, stamped: bytes, links: Iterable[Link[DerivativeCache]]) -> None:
        for link in links:
            link.write(lambda cache: cache.put(key, stamped))


@dataclass(frozen=True, slots=True)
class Caches:
    """Everything that is remembered."""

    derivatives: Derivatives = field(default_factory=Derivatives)
    infos: Infos = field(default_factory=Infos)
    source_files: SourceFiles = field(default_factory=SourceFiles)
    purges: Purges = field(default_factory=Purges)
    flights: Flights[bytes] = field(default_factory=lambda: Flights(MOST_FOLLOWERS))
    meeting: Meeting = NOWHERE

    @property
    def links(self) -> tuple[Link[Any], ...]:
        return (*self.infos.links, *self.derivatives.links, *self.source_files.links)

    @property
    def generation(self) -> int:
        """To be taken at the beginning of a request, before anything is looked up, and handed to what puts."""
        return self.purges.newest

    def picture(self, key: CacheKey, generation: int, make: Callable[[], bytes]) -> bytes:
        """The picture that is remembered, or one that is made now, once for all who ask at the same time.

        Raises what `make` raises, and `Overloaded` when somebody else takes too long to make it.
        """

        def remembered_or_made() -> bytes:
            remembered = self.derivatives.get(key)
            return self._made_once(key, generation, make) if remembered is None else remembered

        # Who asks after a purge must not get what somebody began to make before it.
        return self.flights.once((key, generation), remembered_or_made, WAIT_SECONDS)

    def _made_once(self, key: CacheKey, generation: int, make: Callable[[], bytes]) -> bytes:
        """The picture, made here or meanwhile by another process."""
        with self.meeting.turn(str(key), self.flights, WAIT_SECONDS) as others_may_have_had_it:
            made = self.derivatives.get(key, is_first_look=False) if others_may_have_had_it else None
            if made is None:
                made = make()
                self.derivatives.put(key, made, generation)
            return made

    def known(self, topic: Topic, generation: int, find_out: Callable[[], R]) -> R:
        """The value that is remembered of an image, or what is found out now."""
        remembered: R | None = self.infos.get(topic)
        if remembered is not None:
            return remembered
        value = find_out()
        self.infos.put(topic, value, generation)
        return value


shelf = Shelf(caches)
purges = Purges()
flights: Flights[bytes] = Flights(MOST_FOLLOWERS)
downloads: Flights[None] = flights.beside()
_in_use = Caches()


def active_caches(rows: Iterable[Cache]) -> Caches:
    """The enabled rows as frozen values, in order; a row that cannot be built, or whose folder another has, is left
    out.
    """
    global _in_use
    enabled = apart(row for row in rows if row.enabled)
    backends = shelf.fill(enabled)
    links = [link_of(row, backend) for row in enabled if (backend := backends[row.pk]) is not None]
    derivatives = tuple(link for link in links if isinstance(link.cache, DerivativeCache))
    _in_use = Caches(
        derivatives=Derivatives(derivatives, purges),
        infos=Infos(tuple(link for link in links if isinstance(link.cache, (InfoCache, LastingInfoCache))), purges),
        source_files=SourceFiles(
            links=tuple(link for link in links if isinstance(link.cache, SourceCache)),
            purges=purges,
            flights=downloads,
            meeting=meeting_of_machine(),
        ),
        purges=purges,
        flights=flights,
        meeting=meeting_of([link.cache for link in derivatives]),
    )
    return _in_use


def caches_in_use() -> Caches:
    """The caches that this process made last; none before it made any."""
    return _in_use


def link_of(row: Cache, cache: CacheBackend) -> Link[Any]:
    cache.counts.name = row.name
    outages = (Outage(f"{use} the cache “{row.name}”") for use in ("Reading", "Writing to"))
    return Link(row.pk, row.name, cache, *outages)
