from __future__ import annotations

import pytest

from caching.backends.memory import MemoryCache
from iiifserver.testing.caches import CacheContract, key


class TestMemoryCache(CacheContract):
    @pytest.fixture
    def cache(self):
        return MemoryCache.build({"limit_megabytes": 1})

    def test_the_least_recently_used_goes_first_when_bytes_run_out(self, cache):
        for image in ("a", "b"):
            cache.put(key(image), b"x" * 400_000)
        cache.get(key("a"))
        cache.put(key("c"), b"x" * 400_000)
        assert [cache.get(key(image)) is not None for image in "abc"] == [True, False, True]
        assert cache.usage().bytes == 800_000

    def test_no_more_entries_than_the_limit(self):
        cache = MemoryCache.build({"limit_entries": 3})
        for number in range(10):
            cache.put(key(str(number)), b"x")
        assert cache.usage().entries == 3
        assert cache.get(key("9")) == b"x"
