"""The cache in a database: SQLite here, and PostgreSQL in `test_database_postgresql`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from caching.backends.database import DatabaseCache, DatabaseForm
from caching.base import CacheUnavailable
from caching.stored_pictures import StoredPicture
from iiifserver.backend import BackendError
from iiifserver.testing.caches import CacheContract, key


class TestDatabaseCache(CacheContract):
    @pytest.fixture
    def cache(self, db):
        return DatabaseCache.build({"largest_bytes": 1_000_000})

    # In memory SQLite has one connection for one thread: PostgreSQL is asked by many.
    test_many_threads_see_whole_entries_only = None


@pytest.fixture
def cache(db):
    return DatabaseCache.build({"limit_entries": 10, "limit_megabytes": 1})


def age(picture, **delta):
    StoredPicture.objects.filter(picture=key("card", picture).picture).update(
        used_at=timezone.now() - timedelta(**delta)
    )


def test_what_was_used_least_recently_makes_room(cache):
    for number in range(10):
        cache.put(key("card", f"picture {number}"), b"x")
        age(f"picture {number}", hours=20 - number)
    assert cache.get(key("card", "picture 0")) == b"x"
    cache.put(key("card", "new"), b"x")
    assert cache.usage().entries == 10
    assert cache.get(key("card", "picture 0")) == b"x"
    assert cache.get(key("card", "picture 1")) is None


def test_the_size_is_a_limit_too(cache):
    for number in range(5):
        cache.put(key("card", f"picture {number}"), bytes(300_000))
    assert cache.usage().bytes <= 1_000_000


def test_a_use_is_noted_once_an_hour(cache, django_assert_num_queries):
    cache.put(key(), b"x")
    with django_assert_num_queries(1):
        cache.get(key())
    age("full", hours=2)
    with django_assert_num_queries(2):
        cache.get(key())


def test_a_torn_entry_is_a_miss_and_goes(cache):
    cache.put(key(), b"picture")
    StoredPicture.objects.update(content=b"torn")
    assert cache.get(key()) is None
    assert not StoredPicture.objects.exists()


def test_a_database_that_the_site_does_not_have_is_refused():
    with pytest.raises(BackendError, match="no database of that name"):
        DatabaseCache.build({"alias": "elsewhere"})
    assert "alias" in DatabaseForm({"alias": "elsewhere"}).errors


def test_a_table_that_is_missing_is_a_problem_with_its_cure(cache):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {StoredPicture._meta.db_table} RENAME TO elsewhere")
    with pytest.raises(CacheUnavailable, match="does not answer"):
        cache.get(key())
    assert "migrate --database=default" in next(iter(cache.problems()))
