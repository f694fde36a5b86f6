"""Purges as staff order them, and what they are told."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from urllib.parse import unquote

from iiifserver.backend import BackendError
from iiifserver.shelf import build

from .base import MEGABYTE, CacheBackend, CacheUnavailable, Usage
from .invalidations import Purged, invalidate
from .keys import digest
from .models import Cache
from .registry import caches
from .runtime import caches_in_use

logger = logging.getLogger("iiifserver.caching")


@dataclass(frozen=True, slots=True)
class PurgeOrder:
    """What is to be forgotten: one image, or everything."""

    identifier: str = ""
    """As it was typed, whether copied from an address or not; empty for everything."""

    @property
    def title(self) -> str:
        return f"Purge “{self.identifier}”" if self.identifier else "Purge everything"

    def carry_out(self, by: str) -> Purged:
        logger.info("%s: ordered by %s.", self.title, by)
        if not self.identifier:
            return invalidate()
        spellings = {self.identifier, unquote(self.identifier)}
        purges = [invalidate(digest(spelling)) for spelling in sorted(spellings)]
        failed = {name for purged in purges for name in purged.failed}
        return Purged(sum(purged.entries for purged in purges), tuple(sorted(failed)))


def purged_sentence(purged: Purged) -> str:
    unit = "entry" if purged.entries == 1 else "entries"
    done = f"Purged: {purged.entries:,} {unit} removed. Other workers follow within two seconds."
    if not purged.failed:
        return done
    names = ", ".join(f"“{name}”" for name in purged.failed)
    return f"{done} {names} could not be reached; what is in there will not be used again."


def shown_usage(row: Cache) -> str:
    """How full the row's cache is, in words; never fails."""
    try:
        cache = cache_of(row)
        return usage_sentence(cache.usage()) if cache else "empty"
    except (BackendError, CacheUnavailable):
        return "not known"


def cache_of(row: Cache) -> CacheBackend | None:
    """The cache as this worker uses it, or one made to look into a shared store; `None` where there is neither."""
    for link in caches_in_use().links:
        if link.row == row.pk:
            cache: CacheBackend = link.cache
            return cache
    cache = build(caches, row)
    return cache if cache.is_shared else None


def usage_sentence(usage: Usage) -> str:
    """Such as `12 of 500 MB, 3,412 files`."""
    if usage.bytes is None:
        size, limit = "", usage.limit_entries
    else:
        size, limit = f"{size_of(usage)}, ", None
    entries = f"{usage.entries:,}" + (f" of {limit:,}" if limit else "")
    return f"{size}{entries} {usage.unit} {usage.note}".rstrip()


def size_of(usage: Usage) -> str:
    used = f"{round((usage.bytes or 0) / MEGABYTE):,}"
    return f"{used} of {usage.limit_bytes // MEGABYTE:,} MB" if usage.limit_bytes else f"{used} MB"
