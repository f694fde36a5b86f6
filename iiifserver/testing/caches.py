"""What every cache of finished pictures keeps."""

# ruff: noqa: S101 - assert is how a test says what it expects

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from caching.base import DerivativeCache, Entry, Judge
from caching.keys import CacheKey, Subject, digest
from caching.stamp import Stamp
from caching.sweeping import damaged, everything, stamp_on


def key(image: str = "card", picture: str = "full") -> CacheKey:
    """The key of a picture of an image."""
    return CacheKey(digest(image), digest(picture), Subject(image, "shelf"))


class CacheContract:
    """What every cache of finished pictures keeps. A subclass gives the fixture `cache`, an empty one of its own for
    each test, and says what that can do.
    """

    remembers = True
    """Whether it gives back anything at all."""
    largest = 1_000_000
    """The size of an entry that the cache takes, and is nearly full of it."""
    uses = 800
    """How often threads use it."""
    threads = 16
    """How many at once."""

    @pytest.fixture
    def cache(self) -> DerivativeCache:
        raise NotImplementedError

    def content_of(self, content: bytes) -> bytes | None:
        return content if self.remembers else None

    def leave(self) -> None:
        """What a thread does that has used the cache."""

    def test_a_miss_is_none(self, cache: DerivativeCache) -> None:
        assert cache.get(key()) is None

    def test_what_is_put_can_be_got(self, cache: DerivativeCache) -> None:
        cache.put(key(), b"picture")
        assert cache.get(key()) == self.content_of(b"picture")

    def test_bytes_that_look_like_a_number_stay_bytes(self, cache: DerivativeCache) -> None:
        cache.put(key(), b"123")
        assert cache.get(key()) == self.content_of(b"123")

    def test_nothing_at_all_is_a_content(self, cache: DerivativeCache) -> None:
        cache.put(key(), b"")
        assert cache.get(key()) == self.content_of(b"")

    def test_a_second_put_replaces_the_first(self, cache: DerivativeCache) -> None:
        cache.put(key(), b"first")
        cache.put(key(), b"second")
        assert cache.get(key()) == self.content_of(b"second")

    def test_a_large_entry_comes_back_whole(self, cache: DerivativeCache) -> None:
        content = os.urandom(self.largest * 9 // 10)
        cache.put(key(), content)
        assert cache.get(key()) == self.content_of(content)

    def test_an_entry_that_is_too_large_is_passed_by(self, cache: DerivativeCache) -> None:
        cache.put(key(), b"x" * (self.largest + 1))
        assert cache.get(key()) is None

    def test_purging_one_image_leaves_the_others(self, cache: DerivativeCache) -> None:
        for picture in ("one", "two"):
            cache.put(key("card", picture), b"card")
        cache.put(key("map", "one"), b"map")
        assert cache.purge_image(digest("card")) == (2 if self.remembers else 0)
        assert cache.get(key("card", "one")) is cache.get(key("card", "two")) is None
        assert cache.get(key("map", "one")) == self.content_of(b"map")

    def test_purging_an_unknown_image_removes_nothing(self, cache: DerivativeCache) -> None:
        cache.put(key(), b"card")
        assert cache.purge_image(digest("map")) == 0
        assert cache.get(key()) == self.content_of(b"card")

    def test_purging_everything_leaves_nothing(self, cache: DerivativeCache) -> None:
        for image in ("card", "map", "page"):
            cache.put(key(image), b"picture")
        assert cache.purge() == (3 if self.remembers else 0)
        assert all(cache.get(key(image)) is None for image in ("card", "map", "page"))

    def test_usage_counts_what_is_there(self, cache: DerivativeCache) -> None:
        cache.put(key("card"), b"x" * 1000)
        cache.put(key("card"), b"x" * 1000)
        cache.put(key("map"), b"x" * 1000)
        assert cache.usage().entries == (2 if self.remembers else 0)
        cache.purge()
        assert cache.usage().entries == 0

    def test_many_threads_see_whole_entries_only(self, cache: DerivativeCache) -> None:
        keys = [key(f"image {number}") for number in range(4)]
        contents = [bytes([number]) * 20_000 for number in range(8)]

        def work(number: int) -> bool:
            if number % 3 == 0:
                cache.put(keys[number % 4], contents[number % 8])
            if number % 50 == 0:
                cache.purge_image(keys[number % 4].image)
            try:
                return cache.get(keys[number % 4]) in (None, *contents)
            finally:
                self.leave()

        with ThreadPoolExecutor(self.threads) as pool:
            assert all(pool.map(work, range(self.uses)))

    def sweep(self, cache: DerivativeCache, judge: Judge, **how: Any) -> tuple[int, int]:
        """How many entries went, or would go, and their bytes; the sweep comes to its end."""
        swept = list(cache.sweep(judge, **how))
        assert not swept or swept[-1].done == swept[-1].total
        return sum(piece.entries for piece in swept), sum(piece.bytes for piece in swept)

    def test_a_sweep_removes_what_its_judge_says(self, cache: DerivativeCache) -> None:
        cache.put(key("card"), b"card")
        cache.put(key("map"), b"a larger map")
        entries, size = self.sweep(cache, lambda entry: entry.beginning(4) == b"card")
        assert entries == (1 if self.remembers else 0)
        assert size >= (4 if self.remembers else 0)
        assert cache.get(key("card")) is None
        assert cache.get(key("map")) == self.content_of(b"a larger map")

    def test_a_sweep_may_only_count(self, cache: DerivativeCache) -> None:
        cache.put(key("card"), b"card")
        assert self.sweep(cache, everything, removes=False)[0] == (1 if self.remembers else 0)
        assert cache.get(key("card")) == self.content_of(b"card")

    def test_a_sweep_may_be_about_one_image(self, cache: DerivativeCache) -> None:
        cache.put(key("card"), b"card")
        cache.put(key("map"), b"map")
        assert self.sweep(cache, everything, image=digest("card"))[0] == (1 if self.remembers else 0)
        assert cache.get(key("map")) == self.content_of(b"map")

    def test_a_sweep_finds_the_stamp_of_any_name(self, cache: DerivativeCache) -> None:
        stamps = [Stamp(1, 2, Subject(name, "Shelf")) for name in ("card", "x" * 5000)]
        for stamp in stamps:
            cache.put(key(stamp.subject.identifier), stamp.before(b"picture"))
        seen: list[Stamp | None] = []

        def look(entry: Entry) -> bool:
            seen.append(stamp_on(entry))
            return False

        self.sweep(cache, look, removes=False)
        assert sorted(map(str, seen)) == (sorted(map(str, stamps)) if self.remembers else [])

    def test_a_sweep_finds_whole_entries_whole(self, cache: DerivativeCache) -> None:
        cache.put(key("card"), b"card")
        assert self.sweep(cache, damaged) == (0, 0)

    def test_a_sweep_of_nothing_ends(self, cache: DerivativeCache) -> None:
        assert self.sweep(cache, everything) == (0, 0)
