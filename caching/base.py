"""What a cache is. Free of Django at run time."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from iiifserver.backend import Backend

from .keys import CacheKey

MEGABYTE = 1_000_000
"""In bytes, as disks are sold."""


class Tier(StrEnum):
    """What is remembered."""

    DERIVATIVE = "derivative"
    INFO = "info"


TIER_LABELS = {
    Tier.DERIVATIVE: "Derivative cache: finished pictures",
    Tier.INFO: "Info cache: what is known of images",
}


class CacheUnavailable(Exception):
    """The store cannot be asked, or cannot take more. The message is a sentence for staff."""


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


class CacheCounts:
    """How often a cache had what was asked for since this process began to use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.hits = self.misses = self.failures = 0

    def note_answer(self, is_hit: bool) -> None:
        with self._lock:
            if is_hit:
                self.hits += 1
            else:
                self.misses += 1

    def note_failure(self) -> None:
        with self._lock:
            self.failures += 1


class CacheBackend(Backend, ABC):
    """A store of one tier. Used by many threads at once; raises `CacheUnavailable` and nothing else."""

    tier: ClassVar[Tier]
    is_shared: ClassVar[bool]
    """Whether several processes see the same entries."""

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


class DerivativeCache(CacheBackend):
    """Remembers finished pictures."""

    tier = Tier.DERIVATIVE

    @abstractmethod
    def get(self, key: CacheKey) -> bytes | None:
        """What was put under the key, byte for byte, or `None`."""

    @abstractmethod
    def put(self, key: CacheKey, content: bytes) -> None:
        """Remembers the content, unless it is too large for this cache, and lets go of what was used least recently
        where a limit is passed.
        """


class InfoCache(CacheBackend):
    """Remembers values about images: one for each, with the state of things for which it holds."""

    tier = Tier.INFO

    @abstractmethod
    def get(self, image: str, version: Hashable) -> Any | None:
        """The value that was put for this image and an equal version, or `None`."""

    @abstractmethod
    def put(self, image: str, version: Hashable, value: Any) -> None:
        """Remembers the value; the one of another version is forgotten."""
