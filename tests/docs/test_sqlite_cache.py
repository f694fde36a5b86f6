"""The example of a cache, held to what every cache of pictures keeps."""

from __future__ import annotations

import pytest

from docs.examples.sqlite_cache import SqliteCache, SqliteForm
from iiifserver.backend import BackendError
from iiifserver.plugins import CacheUnavailable
from iiifserver.testing import CacheContract, key


class TestSqliteCache(CacheContract):
    uses = 160
    threads = 4

    @pytest.fixture
    def cache(self, settings, tmp_path):
        settings.IIIFSERVER = {**settings.IIIFSERVER, "HOME": tmp_path}
        return SqliteCache.build({"limit_megabytes": 1})

    def test_what_was_used_least_recently_makes_room(self, cache):
        for name in ("a", "b"):
            cache.put(key(name), b"x" * 400_000)
        cache.get(key("a"))
        cache.put(key("c"), b"x" * 400_000)
        assert [cache.get(key(name)) is not None for name in "abc"] == [True, False, True]

    def test_another_process_sees_the_same(self, cache):
        cache.put(key(), b"picture")
        assert SqliteCache(cache.options).get(key()) == b"picture"

    def test_a_file_that_cannot_be_used_is_told(self, cache):
        cache.file.parent.mkdir(parents=True)
        cache.file.write_bytes(b"This is no database at all." * 100)
        assert "cannot be used" in next(iter(cache.problems()))
        with pytest.raises(CacheUnavailable):
            cache.get(key())

    def test_a_folder_outside_the_home_is_refused(self, cache):
        with pytest.raises(BackendError, match="inside “cache”"):
            SqliteCache.build({"folder": "../images"})

    def test_what_the_form_gives_makes_a_cache(self, cache):
        form = SqliteForm({"folder": "sqlite", "limit_megabytes": "7"})
        assert form.is_valid()
        assert SqliteCache.build(form.cleaned_data).limit == 7_000_000
