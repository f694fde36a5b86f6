"""Rows become frozen values that requests use."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from iiifserver.shelf import Shelf

from .base import CacheBackend, CacheCounts, CacheUnavailable, DerivativeCache, InfoCache
from .flight import Flights
from .keys import CacheKey
from .outage import Outage
from .purges import Purges
from .registry import caches

if TYPE_CHECKING:
    from .models import Cache

C = TypeVar("C", bound=CacheBackend)
R = TypeVar("R")

STAMP_BYTES = 8
MOST_FOLLOWERS = 2
"""Half of the threads of a worker."""
WAIT_SECONDS = 30.0
"""How long a request waits for another that makes the same picture."""


@dataclass(frozen=True, slots=True)
class Link(Generic[C]):
    """One cache as requests use it: it answers or is passed by, and never fails."""

    row: int
    """The row's primary key."""
    name: str
    cache: C
    reading: Outage
    writing: Outage

    @property
    def counts(self) -> CacheCounts:
        return self.cache.counts

    def read(self, get: Callable[[C], R | None]) -> R | None:
        """What the cache has, or `None`."""
        if self.reading.is_on:
            return None
        try:
            found = get(self.cache)
        except CacheUnavailable as error:
            self.counts.note_failure()
            self.reading.begin(error)
            return None
        self.counts.note_answer(is_hit=found is not None)
        return found

    def write(self, put: Callable[[C], None]) -> None:
        """Puts something into the cache, if it takes it."""
        if self.writing.is_on:
            return
        try:
            put(self.cache)
        except CacheUnavailable as error:
            self.counts.note_failure()
            self.writing.begin(error)


@dataclass(frozen=True, slots=True)
class Derivatives:
    """Finished pictures in all their caches, the quickest first."""

    links: tuple[Link[DerivativeCache], ...] = ()
    purges: Purges = field(default_factory=Purges)

    def get(self, key: CacheKey) -> bytes | None:
        """The picture from the first cache that has it; those in front get it too."""
        for index, link in enumerate(self.links):
            stamped = link.read(lambda cache: self._current(key, cache.get(key)))
            if stamped is not None:
                self._put_stamped(key, stamped, self.links[:index])
                return stamped[STAMP_BYTES:]
        return None

    def put(self, key: CacheKey, content: bytes, generation: int) -> None:
        """Remembers a picture that was begun when this was the newest purge, unless it has been purged since."""
        if self.purges.allow(key.image, generation):
            self._put_stamped(key, generation.to_bytes(STAMP_BYTES, "big") + content, self.links)

    def _current(self, key: CacheKey, stamped: bytes | None) -> bytes | None:
        # A process that had not heard of a purge may have put something old after it into a shared cache.
        if stamped is None or not self.purges.allow(key.image, int.from_bytes(stamped[:STAMP_BYTES], "big")):
            return None
        return stamped

    def _put_stamped(self, key: CacheKey, stamped: bytes, links: Iterable[Link[DerivativeCache]]) -> None:
        for link in links:
            link.write(lambda cache: cache.put(key, stamped))


@dataclass(frozen=True, slots=True)
class Infos:
    """What is known of images, in all caches of that tier, the quickest first."""

    links: tuple[Link[InfoCache], ...] = ()
    purges: Purges = field(default_factory=Purges)

    def get(self, image: str, version: Hashable) -> Any | None:
        """The value from the first cache that has it."""
        for link in self.links:
            stamped = link.read(lambda cache: self._current(image, cache.get(image, version)))
            if stamped is not None:
                return stamped[1]
        return None

    def put(self, image: str, version: Hashable, value: Any, generation: int) -> None:
        """Remembers a value that was found out when this was the newest purge, unless it has been purged since."""
        if self.purges.allow(image, generation):
            for link in self.links:
                link.write(lambda cache: cache.put(image, version, (generation, value)))

    def _current(self, image: str, stamped: tuple[int, Any] | None) -> tuple[int, Any] | None:
        return stamped if stamped is not None and self.purges.allow(image, stamped[0]) else None


@dataclass(frozen=True, slots=True)
class Caches:
    """Everything that is remembered."""

    derivatives: Derivatives = field(default_factory=Derivatives)
    infos: Infos = field(default_factory=Infos)
    purges: Purges = field(default_factory=Purges)
    flights: Flights[bytes] = field(default_factory=lambda: Flights(MOST_FOLLOWERS))

    @property
    def links(self) -> tuple[Link[Any], ...]:
        return (*self.infos.links, *self.derivatives.links)

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
            if remembered is not None:
                return remembered
            made = make()
            self.derivatives.put(key, made, generation)
            return made

        # Who asks after a purge must not get what somebody began to make before it.
        return self.flights.once((key, generation), remembered_or_made, WAIT_SECONDS)

    def known(self, image: str, version: Hashable, generation: int, find_out: Callable[[], R]) -> R:
        """The value that is remembered of an image, or what is found out now."""
        remembered: R | None = self.infos.get(image, version)
        if remembered is not None:
            return remembered
        value = find_out()
        self.infos.put(image, version, value, generation)
        return value


shelf = Shelf(caches)
purges = Purges()
flights: Flights[bytes] = Flights(MOST_FOLLOWERS)
_in_use = Caches()


def active_caches(rows: Iterable[Cache]) -> Caches:
    """The enabled rows as frozen values, in order; a row that cannot be built is left out."""
    global _in_use
    enabled = [row for row in rows if row.enabled]
    backends = shelf.fill(enabled)
    links = [link_of(row, backend) for row in enabled if (backend := backends[row.pk]) is not None]
    _in_use = Caches(
        derivatives=Derivatives(tuple(link for link in links if isinstance(link.cache, DerivativeCache)), purges),
        infos=Infos(tuple(link for link in links if isinstance(link.cache, InfoCache)), purges),
        purges=purges,
        flights=flights,
    )
    return _in_use


def caches_in_use() -> Caches:
    """The caches that this process made last; none before it made any."""
    return _in_use


def link_of(row: Cache, cache: CacheBackend) -> Link[Any]:
    outages = (Outage(f"{use} the cache “{row.name}”") for use in ("Reading", "Writing to"))
    return Link(row.pk, row.name, cache, *outages)
