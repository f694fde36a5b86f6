"""What the counters of all workers show, and what the caches hold, at one moment."""

from __future__ import annotations

from collections.abc import Iterator

from caching.base import CacheBackend, CacheUnavailable, faults_are_outages
from caching.working_copies import NAME as WORKING_COPIES

from ..metrics import collected, totals_by
from ..runtime import Runtime
from .counts import Key
from .spans import Held

SERIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "requests": ("iiifserver_requests_total", ("kind", "status")),
    "waits": ("iiifserver_request_seconds_bucket", ("kind", "le")),
    "made": ("iiifserver_renders_total", ()),
    "stored": ("iiifserver_stored_tiles_total", ()),
    "reads": ("iiifserver_cache_reads_total", ("cache", "source", "result")),
    "evicted": ("iiifserver_cache_evictions_total", ("cache",)),
    "evicted_bytes": ("iiifserver_cache_evicted_bytes_total", ("cache",)),
}
"""The counters of which there is a history, by the name that they have in it; and the labels that are kept."""


def counters() -> dict[Key, float]:
    """What each counter shows, over all workers of this machine."""
    metrics = collected()
    return {
        (name, *labels): value
        for name, (metric, kept) in SERIES.items()
        for labels, value in totals_by(metrics, metric, *kept).items()
    }


def holdings(runtime: Runtime) -> dict[str, Held]:
    """What is in the caches that several processes share, as far as they can be asked."""
    return {name: held for name, cache in stores(runtime) if (held := held_in(name, cache))}


def stores(runtime: Runtime) -> Iterator[tuple[str, CacheBackend]]:
    for link in runtime.caches.links:
        if link.cache.is_shared:
            yield link.name, link.cache
    if runtime.copies.store is not None:
        yield WORKING_COPIES, runtime.copies.store


def held_in(name: str, cache: CacheBackend) -> Held | None:
    """`None` where the cache cannot be asked."""
    try:
        with faults_are_outages(name):
            usage = cache.usage()
    except CacheUnavailable:
        return None
    return Held(
        entries=usage.entries,
        bytes=usage.bytes,
        limit_bytes=usage.limit_bytes,
        is_local=cache.is_on_this_machine,
    )
