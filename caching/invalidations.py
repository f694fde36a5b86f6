"""Purges that reach every process: a line in the journal, which each applies to what it alone remembers."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from iiifserver.backend import BackendError
from iiifserver.shelf import build

from . import working_copies
from .base import CacheBackend, CacheUnavailable, Tier, faults_are_outages
from .links import Link
from .models import Cache, Invalidation
from .neighbours import apart
from .purges import EVERYTHING, Purge, Scope
from .registry import caches
from .runtime import Caches, caches_in_use
from .sweeping import covered_by

logger = logging.getLogger("iiifserver.caching")

KEPT = timedelta(days=30)
"""How long the purge of one image stays in the journal; others stay until one that covers them."""


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge did at once."""

    entries: int
    """How many entries went, of shared caches and of this process."""
    failed: tuple[str, ...]
    """The caches that could not be asked. What they hold is never served again."""


def invalidate(image: str = "") -> Purged:
    """Has everything that is remembered of an image (by `CacheKey.image`; of all images, when empty) forgotten: in
    shared caches and in this process now, in every other process when it looks into the journal.
    """
    write_line(Purge(Scope.IMAGE, image))
    entries, failed = purge_shared(image)
    return Purged(entries + apply_new(caches_in_use()), failed)


def outdate(purges: Iterable[Purge]) -> int:
    """Has nobody use again what these purges cover; what it fills is left for a sweep to remove.

    The number of the last line that was written. From now on in this process, in others as soon as they look.
    """
    with transaction.atomic():
        numbers = [write_line(purge) for purge in purges]
    apply_new(caches_in_use())
    return max(numbers, default=0)


def apply_new(used: Caches) -> int:
    """Forgets, in this process, what has been purged since it looked last; how many entries went. One query.

    Call it before the first request and then every second or so.
    """
    entries = 0
    for number, purge in new_lines(used):
        used.purges.note(number, purge)
        entries += sum(forgotten(link, purge) for link in used.links if not link.cache.is_shared)
    return entries


def forgotten(link: Link[Any], purge: Purge) -> int:
    """How many entries went. Where the cache fails, nobody is given what it keeps: the purge has been noted."""
    try:
        with faults_are_outages(link.name):
            return forget(link.cache, purge)
    except CacheUnavailable as error:
        logger.warning("The cache “%s” could not be purged: %s", link.name, error)
        return 0


def new_lines(used: Caches) -> list[tuple[int, Purge]]:
    lines = Invalidation.objects.filter(pk__gt=used.purges.unsettled_after)
    return [(line.pk, line.purge) for line in lines if not used.purges.know(line.pk)]


def write_line(purge: Purge) -> int:
    """Adds a line to the journal; those that it makes needless go. Its number."""
    image, value = (purge.value, "") if purge.scope is Scope.IMAGE else ("", purge.value)
    with transaction.atomic():
        line = Invalidation.objects.create(scope=purge.scope, image=image, value=value)
        older = Invalidation.objects.filter(pk__lt=line.pk)
        if purge == EVERYTHING:
            older.delete()
        elif purge.scope is not Scope.OLDER:
            older.filter(scope=purge.scope, image=image, value=value).delete()
        passing = older.filter(scope=Scope.IMAGE).exclude(image="")
        passing.filter(created_at__lt=timezone.now() - KEPT).delete()
    return int(line.pk)


def purge_shared(image: str) -> tuple[int, tuple[str, ...]]:
    """Purges the shared caches of all rows, switched off or not: one that is switched on again has nothing old."""
    entries, failed = 0, []
    for name, cache in shared_caches(Cache.objects.all()):
        try:
            with faults_are_outages(name):
                entries += purge_one(cache, image)
        except CacheUnavailable as error:
            logger.warning("The cache “%s” could not be purged: %s", name, error)
            failed.append(name)
    return entries, tuple(failed)


def shared_caches(rows: Iterable[Cache]) -> Iterator[tuple[str, CacheBackend]]:
    """Backends of their own, so that those of requests are left to requests; rows that make none are left out, and
    those whose folder another has. The working copies come last.
    """
    for row in apart(rows):
        try:
            cache = build(caches, row)
        except BackendError:
            continue
        if cache.is_shared:
            cache.counts.name = row.name
            yield row.name, cache
    yield working_copies.NAME, working_copies.copy_store()


def purge_one(cache: CacheBackend, image: str) -> int:
    return cache.purge_image(image) if image else cache.purge()


def forget(cache: CacheBackend, purge: Purge) -> int:
    """Removes from a cache of this process what a purge covers, where it can tell; how many entries went."""
    if purge.scope is Scope.IMAGE:
        return purge_one(cache, purge.value)
    if purge.scope is Scope.INFOS:
        return cache.purge() if cache.tier is Tier.INFO else 0
    return sum(swept.entries for swept in cache.sweep(covered_by(purge)))
