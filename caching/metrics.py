"""What is counted of caches."""

from __future__ import annotations

from prometheus_client import Counter

from iiifserver.counting import own_registry

reads_total = Counter(
    "iiifserver_cache_reads",
    "Questions to caches, by cache, source of the image, and result: hit, miss or failure.",
    ["cache", "source", "result"],
    registry=own_registry,
)
writes_failed_total = Counter(
    "iiifserver_cache_write_failures", "Entries that a cache could not take.", ["cache"], registry=own_registry
)
evictions_total = Counter(
    "iiifserver_cache_evictions", "Entries that had to make room in a cache.", ["cache"], registry=own_registry
)
evicted_bytes_total = Counter(
    "iiifserver_cache_evicted_bytes", "Bytes that had to make room in a cache.", ["cache"], registry=own_registry
)
