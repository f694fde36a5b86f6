"""What a cache is. Free of Django at run time."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, BinaryIO, ClassVar

from iiifserver.backend import Backend

from .keys import CacheKey
from .metrics import evicted_bytes_total, evictions_total
from .stamp import Age, Stamp

logger = logging.getLogger("iiifserver.caching")

UNFORESEEN = "It failed, as nobody foresaw. The reason is in the server's log."

MEGABYTE = 1_000_000
"""In bytes, as disks are sold."""


class Tier(StrEnum):
    """What is remembered."""

    DERIVATIVE = "derivative"
    INFO = "info"
    SOURCE = "source"
    COPY = "copy"
    """Of which there is one store, and no rows."""


TIER_LABELS = {
    Tier.DERIVATIVE: "Derivative cache: finished pictures",
    Tier.INFO: "Info cache: what is known of images",
    Tier.SOURCE: "Source cache: whole files from elsewhere",
}


class CacheUnavailable(Exception):
    """The store cannot be asked, or cannot take more. The message is a sentence for staff."""


@contextmanager
def faults_are_outages(name: str) -> Iterator[None]:
    """Turns whatever the code of a cache raises into `CacheUnavailable`. What nobody foresaw is in the log, with all
    its traces.
    """
    try:
        yield
    except CacheUnavailable:
        raise
    except Exception as error:
        logger.exception("The cache “%s” failed.", name)
        raise CacheUnavailable(UNFORESEEN) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How full a cache is."""

    entries: int
    bytes: int | None = None
    """`None` where only entries are counted."""
    limit_bytes: int | None = None
    limit_entries: int | None = None
    unit: str = "entries"
    """What the entries are, in the plural."""
    note: str = ""
    """What the numbers are about, where that is not this cache alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as a sweep looks at it: nothing of it is read before it is asked for."""

    size: int
    """In bytes."""
    is_expired: bool = False
    """Whether it has stood, or has not been asked for, longer than its cache keeps anything."""
    beginning: Callable[[int], bytes]
    """At most so many bytes at its beginning, as they were put; none where it is gone."""
    is_whole: Callable[[], bool]
    """Whether every byte is as it was put; reads all of it."""


Judge = Callable[[Entry], bool]
"""Whether an entry is to go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """How far a sweep is, and what went in its last piece."""

    done: int
    total: int
    """Pieces, not entries."""
    looked_at: int = 0
    """Entries."""
    entries: int = 0
    bytes: int = 0


class CacheCounts:
    """How often a cache had what was asked for since this process began to use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.hits = self.misses = self.failures = 0
        self.name = ""
        """Under which evictions are counted; nothing counts them where it is empty."""

    def note_answer(self, is_hit: bool) -> None:
        with self._lock:
            if is_hit:
                self.hits += 1
            else:
                self.misses += 1

    def note_failure(self) -> None:
        with self._lock:
            self.failures += 1

    def note_evicted(self, entries: int, size: int = 0) -> None:
        """Entries, and their bytes, that had to make room."""
        if self.name and entries:
            evictions_total.labels(self.name).inc(entries)
            evicted_bytes_total.labels(self.name).inc(size)


class MeetingPlace(ABC):
    """Where processes agree on who makes a picture."""

    @abstractmethod
    def claim(self, name: str) -> Callable[[], None] | None:
        """Has the picture of that name left to whoever claims it, until what is returned is called, or until this
        process dies; `None` while somebody else has claimed it. Raises `CacheUnavailable`.
        """


class CacheBackend(Backend, ABC):
    """A store of one tier. Used by many threads at once; raises `CacheUnavailable` and nothing else."""

    named = (*Backend.named, "tier", "is_shared")
    known = (*Backend.known, "counts")
    tier: ClassVar[Tier]
    is_shared: ClassVar[bool]
    """Whether several processes see the same entries."""
    is_on_this_machine: ClassVar[bool] = False
    """Whether the processes of other machines see other entries, though it is shared."""

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        self.counts = CacheCounts()

    @abstractmethod
    def purge(self) -> int:
        """Removes everything that is ours and nothing else; how many entries went."""

    @abstractmethod
    def purge_image(self, image: str) -> int:
        """Removes all that is remembered of one image, by `CacheKey.image`; how many entries went."""

    @abstractmethod
    def usage(self) -> Usage:
        """How full the cache is; quick, however much it holds."""

    def sweep(self, judge: Judge, *, image: str = "", removes: bool = True) -> Iterator[Swept]:
        """Looks at every entry, or at those of one image, piece by piece, and removes those that are to go, or only
        counts them.

        A removing sweep also sees to the cache's limits. Whoever goes through it may stop after any piece. A cache
        that keeps no list of its entries has none to look at; what is purged in it is not used all the same.
        """
        return iter(())


class ByteCache(CacheBackend):
    """Remembers bytes under keys."""

    @abstractmethod
    def get(self, key: CacheKey) -> bytes | None:
        """What was put under the key, byte for byte, or `None`."""

    @abstractmethod
    def put(self, key: CacheKey, content: bytes) -> None:
        """Remembers the content, unless it is too large for this cache, and lets go of what was used least recently
        where a limit is passed.
        """


class DerivativeCache(ByteCache):
    """Remembers finished pictures."""

    tier = Tier.DERIVATIVE

    def meeting_place(self) -> MeetingPlace | None:
        """Where the processes of all machines that share this cache can meet; `None` where it offers no such place."""
        return None


class LastingInfoCache(ByteCache):
    """Remembers what is known of images as bytes, so that it outlives the process."""

    tier = Tier.INFO


class InfoCache(CacheBackend):
    """Remembers values about images as they are: one for each page, with the state of things for which it holds."""

    tier = Tier.INFO

    @abstractmethod
    def get(self, key: CacheKey, version: Hashable) -> Any | None:
        """The value that was put for this page of an image and an equal version, or `None`."""

    @abstractmethod
    def put(self, key: CacheKey, version: Hashable, value: Any) -> None:
        """Remembers the value; the one of another version is forgotten."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that is there, opened."""

    handle: BinaryIO
    age: Age


Pour = Callable[[Callable[[bytes], object]], None]
"""Has what it is given write every byte of a file, piece by piece."""


class SourceCache(CacheBackend):
    """Keeps whole files, byte for byte, as files of this machine."""

    tier = Tier.SOURCE

    @abstractmethod
    def open(self, key: CacheKey) -> KeptFile | None:
        """The file that was put under the key, if all of it is there. Who has it open reads it to its end, whatever is
        removed meanwhile; the caller closes.
        """

    @abstractmethod
    def put(self, key: CacheKey, stamp: Stamp, size: int, pour: Pour) -> BinaryIO | None:
        """Keeps what is poured, which is of that size: all of it or, when anything raises, nothing. Opens it; `None`
        for a file that is too large for this cache, of which nothing is poured.

        Raises what `pour` does.
        """
