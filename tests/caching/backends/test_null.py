from __future__ import annotations

import pytest

from caching.backends.null import NullCache
from iiifserver.testing.caches import CacheContract


class TestNullCache(CacheContract):
    remembers = False

    @pytest.fixture
    def cache(self):
        return NullCache.build({})
