"""What makes room for others is counted, by the name of its cache."""

from __future__ import annotations

import pytest

from caching.backends.info_memory import InfoMemoryCache
from caching.backends.memory import MemoryCache
from caching.invalidations import shared_caches
from caching.metrics import evicted_bytes_total, evictions_total
from caching.models import Cache
from caching.runtime import active_caches
from caching.working_copies import NAME, CopyStore
from iiifserver.testing.caches import key

LIMITS = {
    "memory": {"limit_entries": 3},
    "filesystem": {"limit_files": 3},
    "database": {"limit_entries": 3},
}


def evicted(name: str) -> tuple[float, float]:
    """Entries and bytes."""
    return evictions_total.labels(name)._value.get(), evicted_bytes_total.labels(name)._value.get()


def fill(cache, count: int) -> int:
    """Puts so many entries of a hundred bytes; how many of them are not there any more."""
    for number in range(count):
        cache.put(key(str(number)), b"x" * 100)
    return count - cache.usage().entries


@pytest.mark.django_db
@pytest.mark.parametrize("kind", LIMITS)
def test_what_makes_room_is_counted(kind):
    name = f"Small {kind}"
    Cache.objects.create(name=name, kind=kind, options=LIMITS[kind])
    [link] = active_caches(Cache.objects.all()).derivatives.links
    gone = fill(link.cache, 8)
    entries, size = evicted(name)
    assert entries == gone >= 5
    assert size >= 100 * gone


@pytest.mark.django_db
def test_maintenance_counts_under_the_same_name():
    Cache.objects.create(name="Small disk", kind="filesystem", options={"limit_files": 3})
    cache = dict(shared_caches(Cache.objects.all()))["Small disk"]
    before = evicted("Small disk")[0]
    gone = fill(cache, 8)
    assert evicted("Small disk")[0] - before == gone


def test_so_is_what_is_known_of_images():
    cache = InfoMemoryCache.build({"max_entries": 3})
    cache.counts.name = "Small infos"
    for number in range(5):
        cache.put(key(str(number)), "1", number)
        cache.put(key(str(number)), "2", number)
    assert evicted("Small infos") == (2, 0)


def test_a_purge_is_not_an_eviction():
    cache = CopyStore()
    assert cache.counts.name == NAME
    before = evicted(NAME)
    cache.purge()
    assert evicted(NAME) == before


def test_a_cache_that_belongs_to_no_row_counts_under_no_name():
    fill(MemoryCache.build({"limit_entries": 1}), 3)
    assert ("",) not in evictions_total._metrics
