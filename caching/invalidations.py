"""Purges that reach every process: a line in the journal, which each applies to what it alone remembers."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from iiifserver.backend import BackendError
from iiifserver.shelf import build

from .base import CacheBackend, CacheUnavailable
from .models import Cache, Invalidation
from .registry import caches
from .runtime import Caches, caches_in_use

logger = logging.getLogger("iiifserver.caching")

KEPT = timedelta(days=30)
"""How long the purge of one image stays in the journal; that of everything stays until the next."""


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
    write_line(image)
    entries, failed = purge_shared(image)
    return Purged(entries + apply_new(caches_in_use()), failed)


def apply_new(used: Caches) -> int:
    """Forgets, in this process, what has been purged since it looked last; how many entries went. One query.

    Call it before the first request and then every second or so.
    """
    entries = 0
    for number, image in new_lines(used):
        used.purges.note(number, image)
        entries += sum(purge_one(link.cache, image) for link in used.links if not link.cache.is_shared)
    return entries


def new_lines(used: Caches) -> list[tuple[int, str]]:
    lines = Invalidation.objects.filter(pk__gt=used.purges.unsettled_after).values_list("pk", "image")
    return [(number, image) for number, image in lines if not used.purges.know(number)]


def write_line(image: str) -> None:
    """Adds a line to the journal; those that it makes needless go."""
    with transaction.atomic():
        line = Invalidation.objects.create(image=image)
        older = Invalidation.objects.filter(pk__lt=line.pk)
        (older.filter(image=image) if image else older).delete()
        older.exclude(image="").filter(created_at__lt=timezone.now() - KEPT).delete()


def purge_shared(image: str) -> tuple[int, tuple[str, ...]]:
    """Purges the shared caches of all rows, switched off or not: one that is switched on again has nothing old."""
    entries, failed = 0, []
    for name, cache in shared_caches(Cache.objects.all()):
        try:
            entries += purge_one(cache, image)
        except CacheUnavailable as error:
            logger.warning("The cache “%s” could not be purged: %s", name, error)
            failed.append(name)
    return entries, tuple(failed)


def shared_caches(rows: Iterable[Cache]) -> Iterator[tuple[str, CacheBackend]]:
    """Backends of their own, so that those of requests are left to requests; rows that make none are left out."""
    for row in rows:
        try:
            cache = build(caches, row)
        except BackendError:
            continue
        if cache.is_shared:
            yield row.name, cache


def purge_one(cache: CacheBackend, image: str) -> int:
    return cache.purge_image(image) if image else cache.purge()
