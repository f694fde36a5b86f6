"""The stores that keep what is known of images keep the promises of every store, and nothing of the pictures beside."""

from __future__ import annotations

import pytest

from caching.backends.database import DatabaseCache
from caching.backends.filesystem import FilesystemCache
from caching.backends.info_database import InfoDatabaseCache
from caching.backends.info_filesystem import InfoFilesystemCache
from caching.backends.info_redis import InfoRedisCache
from caching.backends.redis import RedisCache
from caching.base import Tier
from iiifserver.testing.caches import CacheContract, key


class TestInfoFilesystemCache(CacheContract):
    @pytest.fixture
    def cache(self):
        return InfoFilesystemCache.build({"limit_megabytes": 1})


class TestInfoRedisCache(CacheContract):
    @pytest.fixture
    def cache(self, redis):
        return InfoRedisCache.build({"address": redis.address, "largest_bytes": 1_000_000, "timeout_seconds": 20})


class TestInfoDatabaseCache(CacheContract):
    @pytest.fixture
    def cache(self, db):
        return InfoDatabaseCache.build({"largest_bytes": 1_000_000})

    # In memory SQLite has one connection for one thread.
    test_many_threads_see_whole_entries_only = None


@pytest.fixture
def pairs(db, redis):
    """Each store of infos, and its neighbour of pictures in the same place."""
    return [
        (InfoFilesystemCache.build({}), FilesystemCache.build({})),
        (InfoRedisCache.build({"address": redis.address}), RedisCache.build({"address": redis.address})),
        (InfoDatabaseCache.build({}), DatabaseCache.build({})),
    ]


def test_infos_and_pictures_do_not_touch_each_other(pairs):
    for infos, pictures in pairs:
        infos.put(key(), b"info")
        pictures.put(key(), b"picture")
        assert (infos.tier, pictures.tier) == (Tier.INFO, Tier.DERIVATIVE)
        assert infos.purge() == 1
        assert pictures.get(key()) == b"picture"
