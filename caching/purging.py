"""Purges as staff order them, what would go, and what went."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import unquote

from iiifserver.backend import BackendError
from iiifserver.shelf import build

from .base import (
    MEGABYTE,
    ByteCache,
    CacheBackend,
    CacheUnavailable,
    Judge,
    SourceCache,
    Tier,
    Usage,
    faults_are_outages,
)
from .invalidations import outdate, shared_caches
from .keys import digest
from .models import Cache
from .purges import EVERYTHING, Purge, Scope
from .registry import caches
from .runtime import caches_in_use
from .sweeping import covered_by, everything, expired
from .working_copies import CopyStore

logger = logging.getLogger("iiifserver.caching")

COUNTING_SECONDS = 2.0
"""How long a page may take to count what would go."""


class What(StrEnum):
    """What staff can have forgotten. The order is that of the form."""

    EVERYTHING = "everything"
    EXPIRED = "expired"
    INFOS = "infos"
    IDENTIFIER = "identifier"
    PREFIX = "prefix"
    SOURCE = "source"
    OLDER = "older"


WITH_VALUE = frozenset({What.IDENTIFIER, What.PREFIX, What.SOURCE, What.OLDER})
ALL_TIERS = frozenset(Tier)
TIERS = {What.INFOS: frozenset({Tier.INFO}), What.OLDER: frozenset({Tier.DERIVATIVE})}
"""What some are about; the others are about everything."""


@dataclass(frozen=True, slots=True)
class PurgeOrder:
    """What is to be forgotten."""

    what: What = What.EVERYTHING
    value: str = ""
    """Of `WITH_VALUE`: an identifier or a prefix as it was typed, whether copied from an address or not, the name of a
    source, or a time in seconds since 1970.
    """

    @property
    def title(self) -> str:
        match self.what:
            case What.EVERYTHING:
                return "Purge everything"
            case What.EXPIRED:
                return "Purge what is expired"
            case What.INFOS:
                return "Purge what is known of images"
            case What.IDENTIFIER:
                return f"Purge “{self.value}”"
            case What.PREFIX:
                return f"Purge all that begins with “{self.value}”"
            case What.SOURCE:
                return f"Purge the images of the source “{self.value}”"
            case What.OLDER:
                made = datetime.fromtimestamp(float(self.value), UTC)
                return f"Purge what was made before {made:%Y-%m-%d %H:%M} UTC"

    @property
    def purges(self) -> tuple[Purge, ...]:
        """The lines for the journal. What is expired needs none: no cache gives it out."""
        match self.what:
            case What.EVERYTHING:
                return (EVERYTHING,)
            case What.EXPIRED:
                return ()
            case What.INFOS:
                return (Purge(Scope.INFOS),)
            case What.IDENTIFIER:
                return tuple(Purge.of_image(spelling) for spelling in self.spellings)
            case What.PREFIX:
                return tuple(Purge(Scope.PREFIX, spelling) for spelling in self.spellings)
            case What.SOURCE:
                return (Purge(Scope.SOURCE, self.value),)
            case What.OLDER:
                return (Purge(Scope.OLDER, self.value),)

    @property
    def spellings(self) -> list[str]:
        """As it was typed, and what that is when it was copied from an address."""
        return sorted({self.value, unquote(self.value)})

    def take_effect(self, by: str) -> None:
        """Has nobody be given again what the order covers; it still fills its caches until somebody removes it."""
        logger.info("%s: ordered by %s.", self.title, by)
        outdate(self.purges)

    def sweeps(self) -> list[tuple[str, Judge]]:
        """The image to look at, or all where it is empty, and who judges."""
        match self.what:
            case What.EVERYTHING | What.INFOS:
                return [("", everything)]
            case What.EXPIRED:
                return [("", expired)]
            case What.IDENTIFIER:
                return [(digest(spelling), everything) for spelling in self.spellings]
            case _:
                return [("", any_of([covered_by(purge) for purge in self.purges]))]


def any_of(judges: list[Judge]) -> Judge:
    return lambda entry: any(judge(entry) for judge in judges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A piece of the work on one cache."""

    done: int
    total: int
    """Hundredths of all caches."""
    entries: int = 0
    bytes: int = 0
    failed: str = ""
    """The name of a cache that could not be asked."""


def shared(*, only_here: bool | None = None) -> list[tuple[str, CacheBackend]]:
    """Name and backend of the caches whose entries others see too: all, those on this machine, or the others."""
    found = shared_caches(Cache.objects.all())
    return [(name, cache) for name, cache in found if only_here in (None, cache.is_on_this_machine)]


def swept(order: PurgeOrder, targets: Iterable[tuple[str, CacheBackend]], *, removes: bool = True) -> Iterator[Step]:
    """Removes, or only counts, what an order covers."""
    meant = [(name, cache) for name, cache in targets if cache.tier in TIERS.get(order.what, ALL_TIERS)]
    for image, judge in order.sweeps():
        yield from swept_by(judge, meant, image=image, removes=removes)
    if order.what in (What.EVERYTHING, What.INFOS) and removes:
        yield from emptied(meant)


def swept_by(
    judge: Judge, targets: Iterable[tuple[str, CacheBackend]], *, image: str = "", removes: bool = True
) -> Iterator[Step]:
    """One cache after the other; one that cannot be asked does not keep the others from it."""
    listed = [(name, cache) for name, cache in targets if keeps_a_list(cache)]
    total = 100 * len(listed)
    for index, (name, cache) in enumerate(listed):
        try:
            with faults_are_outages(name):
                for piece in cache.sweep(judge, image=image, removes=removes):
                    done = 100 * index + 100 * piece.done // max(piece.total, 1)
                    yield Step(done=done, total=total, entries=piece.entries, bytes=piece.bytes)
        except CacheUnavailable as error:
            logger.warning("The cache “%s” could not be swept: %s", name, error)
            yield Step(done=100 * (index + 1), total=total, failed=name)


def keeps_a_list(cache: CacheBackend) -> bool:
    """Whether the cache can go through its entries."""
    return isinstance(cache, (ByteCache, CopyStore, SourceCache))


def emptied(targets: Iterable[tuple[str, CacheBackend]]) -> Iterator[Step]:
    """Purges those that keep no list of their entries."""
    for name, cache in targets:
        if not keeps_a_list(cache):
            try:
                with faults_are_outages(name):
                    entries = cache.purge()
                yield Step(done=1, total=1, entries=entries)
            except CacheUnavailable as error:
                logger.warning("The cache “%s” could not be purged: %s", name, error)
                yield Step(done=1, total=1, failed=name)


@dataclass(slots=True)
class Tally:
    """What went, or would go."""

    entries: int = 0
    bytes: int = 0
    failed: tuple[str, ...] = ()
    is_complete: bool = True

    def add(self, step: Step) -> None:
        self.entries += step.entries
        self.bytes += step.bytes
        if step.failed:
            self.failed = (*self.failed, step.failed)

    def sentence(self, verb: str) -> str:
        """Such as “3 entries (1.2 MB) removed.”"""
        unit = "entry" if self.entries == 1 else "entries"
        size = f" ({self.bytes / MEGABYTE:,.1f} MB)" if self.bytes else ""
        counted = f"{self.entries:,}" if self.is_complete else f"More than {self.entries:,}"
        done = f"{counted} {unit}{size} {verb}."
        if not self.failed:
            return done
        names = ", ".join(f"“{name}”" for name in dict.fromkeys(self.failed))
        return f"{done} {names} could not be reached; what is in there will not be used again."


def counted(order: PurgeOrder, seconds: float = COUNTING_SECONDS) -> Tally:
    """What would go of the caches that others see too; as much of it as can be counted in that time."""
    tally, deadline = Tally(), time.monotonic() + seconds
    for step in swept(order, shared(), removes=False):
        tally.add(step)
        if time.monotonic() > deadline:
            tally.is_complete = False
            break
    return tally


def shown_usage(row: Cache) -> str:
    """How full the row's cache is, in words; never fails."""
    usage = usage_of(row)
    return "not known" if usage is None else usage_sentence(usage)


def usage_of(row: Cache) -> Usage | None:
    """How full the row's cache is; `None` where it cannot be asked."""
    try:
        cache = cache_of(row)
        with faults_are_outages(row.name):
            return cache.usage() if cache else Usage(entries=0, unit="", note="empty")
    except (BackendError, CacheUnavailable):
        return None


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
    if not usage.unit:
        return usage.note
    if usage.bytes is None:
        size, limit = "", usage.limit_entries
    else:
        size, limit = f"{size_of(usage)}, ", None
    entries = f"{usage.entries:,}" + (f" of {limit:,}" if limit else "")
    return f"{size}{entries} {usage.unit} {usage.note}".rstrip()


def size_of(usage: Usage) -> str:
    used = f"{round((usage.bytes or 0) / MEGABYTE):,}"
    return f"{used} of {usage.limit_bytes // MEGABYTE:,} MB" if usage.limit_bytes else f"{used} MB"
