"""The cache in a database, on a real PostgreSQL beside the site's own database."""

from __future__ import annotations

import dj_database_url
import pytest
from django.core.management import call_command
from django.db import connections

from caching.backends.database import DatabaseCache
from caching.base import CacheUnavailable
from iiifserver.testing.caches import CacheContract, key
from tests.postgresql import postgresql_server

ALIAS = "pictures"


@pytest.fixture(scope="module")
def postgresql(django_db_setup, django_db_blocker):
    """A server with our tables, which the site knows by its alias."""
    with postgresql_server() as server, django_db_blocker.unblock():
        known = connections.configure_settings({"default": {}, ALIAS: dj_database_url.parse(server.get_uri())})
        connections.databases[ALIAS] = known[ALIAS]
        call_command("migrate", "iiif_caching", database=ALIAS, verbosity=0, interactive=False)
        yield server
        connections[ALIAS].close()
        del connections.databases[ALIAS]


@pytest.fixture
def build(postgresql):
    caches = []

    def build(**options):
        caches.append(DatabaseCache.build({"alias": ALIAS, **options}))
        return caches[-1]

    yield build
    for cache in caches:
        cache.purge()


class TestDatabaseCacheOnPostgresql(CacheContract):
    @pytest.fixture
    def cache(self, build):
        return build(largest_bytes=1_000_000)

    def leave(self):
        connections[ALIAS].close()


def test_a_connection_that_was_cut_is_one_miss_and_then_a_new_one(build, postgresql):
    cache = build()
    cache.put(key(), b"picture")
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    postgresql.psql(f"SELECT pg_terminate_backend({pid});")
    with pytest.raises(CacheUnavailable):
        cache.get(key())
    assert cache.get(key()) == b"picture"
