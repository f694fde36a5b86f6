"""One cache as requests use it: it answers or is passed by, and never fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from iiifserver.iiif.errors import IIIFError

from .base import CacheBackend, CacheCounts
from .metrics import reads_total, writes_failed_total
from .outage import Outage

C = TypeVar("C", bound=CacheBackend)
R = TypeVar("R")


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

    @property
    def failed_lately(self) -> bool:
        """Whether this process was failed by it in the last few minutes."""
        return self.reading.was_lately or self.writing.was_lately

    def read(self, source: str, get: Callable[[C], R | None], *, is_first_look: bool = True) -> R | None:
        """What the cache has of an image that this source had, or `None`. That somebody who looks once more has found
        nothing is not counted again.
        """
        if self.reading.is_on:
            return None
        try:
            found = get(self.cache)
        except IIIFError:
            raise
        except Exception as error:  # noqa: BLE001 - the code of a plug-in may raise anything
            self.counts.note_failure()
            reads_total.labels(self.name, source, "failure").inc()
            self.reading.begin(error)
            return None
        if found is None and not is_first_look:
            return None
        self.counts.note_answer(is_hit=found is not None)
        reads_total.labels(self.name, source, "miss" if found is None else "hit").inc()
        return found

    def write(self, put: Callable[[C], None]) -> None:
        """Puts something into the cache, if it takes it. Raises errors of the tree that it met on the way."""
        if self.writing.is_on:
            return
        try:
            put(self.cache)
        except IIIFError:
            raise
        except Exception as error:  # noqa: BLE001 - the code of a plug-in may raise anything
            self.counts.note_failure()
            writes_failed_total.labels(self.name).inc()
            self.writing.begin(error)
