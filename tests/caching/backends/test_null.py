from __future__ import annotations

import pytest

from caching.backends.null import NullCache
from tests.caching.backends.contract import CacheContract


class TestNullCache(CacheContract):
    remembers = False

    @pytest.fixture
    def cache(self):
        return NullCache.build({})
