"""Whether anything is kept of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .base import ByteCache, CacheUnavailable, Entry, LastingInfoCache, SourceCache, faults_are_outages
from .keys import CacheKey, Subject, info_key
from .links import Link
from .purges import Purges
from .stamp import stamp_of
from .sweeping import stamp_on

if TYPE_CHECKING:
    from .runtime import Caches


def hold_any_of(image: str, caches: Caches) -> bool:
    """Whether a cache that can tell quickly has something of the image that has not been purged. Never fails.

    Folders of this machine are looked into. Of stores elsewhere those that know images are asked for its first page,
    and those of pictures are not: somebody may ask again and again for what there is not.
    """
    return any(answers_yes(link, image, caches.purges) for link in caches.links)


def answers_yes(link: Link[Any], image: str, purges: Purges) -> bool:
    try:
        with faults_are_outages(link.name):
            return not link.reading.is_on and holds_any(link.cache, image, purges)
    except CacheUnavailable as error:
        link.reading.begin(error)
        return False


def holds_any(cache: Any, image: str, purges: Purges) -> bool:
    if isinstance(cache, (ByteCache, SourceCache)) and cache.is_on_this_machine:
        pieces = cache.sweep(lambda entry: is_current(entry, purges), image=image, removes=False)
        return any(piece.entries for piece in pieces)
    if isinstance(cache, LastingInfoCache):
        stamped = cache.get(first_page(image))
        stamp = None if stamped is None else stamp_of(stamped)
        return stamp is not None and purges.allow_info(stamp.subject, image, stamp.generation)
    # What is in the memory of this process is quicker removed than looked at.
    return not cache.is_shared and cache.purge_image(image) > 0


def first_page(image: str) -> CacheKey:
    return CacheKey(image, info_key(Subject(""), 1).picture)


def is_current(entry: Entry, purges: Purges) -> bool:
    """Whether an entry has not been purged."""
    stamp = stamp_on(entry)
    if stamp is None:
        return False
    return purges.allow(stamp.subject, stamp.subject.image, stamp.generation, stamp.made_at)
