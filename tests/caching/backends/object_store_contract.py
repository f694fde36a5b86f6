"""What every cache in an object store promises beside what every cache does."""

from __future__ import annotations

import pytest

from caching.base import CacheUnavailable
from caching.object_stores import ObjectStoreCache
from caching.sweeping import everything, expired
from iiifserver.backend import BackendError
from iiifserver.testing.caches import CacheContract, key


class ObjectStoreContract(CacheContract):
    """A subclass has fixtures: `build`, which makes a cache with these options on an empty store; and `outside`, which
    puts an object under any name and tells the names of all. It names options under which its store does not answer.
    """

    uses = 60
    unavailable: tuple[dict[str, object], ...]

    @pytest.fixture
    def cache(self, build) -> ObjectStoreCache:
        return build(largest_bytes=1_000_000)

    def test_nothing_outside_the_prefix_is_ever_touched(self, build, outside):
        theirs = ["iiif-pictures", "iiif-pictures-too/a/b", "originals/scan.tif"]
        for name in theirs:
            outside.put(name, b"theirs")
        cache = build()
        cache.put(key(), b"ours")
        assert sum(piece.entries for piece in cache.sweep(everything)) == 1
        cache.put(key(), b"ours")
        assert cache.purge() == 1
        assert sorted(outside.names()) == theirs

    @pytest.mark.parametrize("prefix", ["", "/", "/a", "a/", "..", "a/../b", "a//b"])
    def test_a_prefix_is_required(self, build, prefix):
        with pytest.raises(BackendError):
            build(key_prefix=prefix)

    @pytest.mark.parametrize("raw", [b"", b"torn", b"x" * 100])
    def test_what_others_put_under_our_key_is_a_miss(self, build, outside, raw):
        outside.put(f"iiif-pictures/{key()}", raw)
        cache = build()
        assert cache.get(key()) is None
        assert sum(piece.looked_at for piece in cache.sweep(lambda entry: bool(entry.beginning(10)))) == 1

    def test_an_entry_is_gone_after_its_time(self, build, monkeypatch):
        build().put(key(), b"picture")
        late = build(ttl_seconds=10)
        monkeypatch.setattr("caching.object_stores.time.time", lambda: 4_000_000_000)
        assert late.get(key()) is None
        assert build(ttl_seconds=0).get(key()) == b"picture"
        assert sum(piece.entries for piece in late.sweep(expired)) == 1

    def test_more_than_one_page_is_purged(self, build, outside, monkeypatch):
        monkeypatch.setattr("caching.object_stores.BATCH", 2)
        cache = build()
        for number in range(5):
            cache.put(key(f"image {number}"), b"picture")
        assert cache.purge() == 5
        assert outside.names() == []

    def test_a_store_that_does_not_answer_is_unavailable(self, build):
        for options in self.unavailable:
            cache = build(**{"timeout_seconds": 5, **options})
            with pytest.raises(CacheUnavailable):
                cache.put(key(), b"x")
            with pytest.raises(CacheUnavailable):
                cache.purge()
            with pytest.raises(CacheUnavailable):
                cache.usage()
            assert list(cache.problems())
