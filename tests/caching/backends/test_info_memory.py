from __future__ import annotations

import pytest

from caching.backends.info_memory import InfoMemoryCache
from caching.keys import Subject, info_key

CARD, MAP, PAGE = (info_key(Subject(name), 1) for name in ("card", "map", "page"))


@pytest.fixture
def cache():
    return InfoMemoryCache.build({"max_entries": 2})


def test_a_value_comes_back_as_it_is(cache):
    value = object()
    cache.put(CARD, "1", value)
    assert cache.get(CARD, "1") is value


def test_another_version_is_a_miss(cache):
    cache.put(CARD, ("1", 7), "old")
    assert cache.get(CARD, ("2", 7)) is None


def test_a_new_version_takes_the_place_of_the_old(cache):
    cache.put(CARD, "1", "old")
    cache.put(CARD, "2", "new")
    assert (cache.get(CARD, "1"), cache.get(CARD, "2")) == (None, "new")
    assert cache.usage().entries == 1


def test_the_least_recently_used_goes_first(cache):
    cache.put(CARD, "1", "card")
    cache.put(MAP, "1", "map")
    cache.get(CARD, "1")
    cache.put(PAGE, "1", "page")
    assert [cache.get(image, "1") for image in (CARD, MAP, PAGE)] == ["card", None, "page"]


def test_one_image_is_purged_without_the_others(cache):
    cache.put(CARD, "1", "card")
    cache.put(MAP, "1", "map")
    assert cache.purge_image(CARD.image) == 1
    assert cache.purge_image(CARD.image) == 0
    assert (cache.get(CARD, "1"), cache.get(MAP, "1")) == (None, "map")


def test_everything_is_purged(cache):
    cache.put(CARD, "1", "card")
    assert cache.purge() == 1
    assert cache.usage().entries == 0


def test_pages_of_one_image_stand_side_by_side_and_are_purged_together(cache):
    pages = [info_key(Subject("card"), page) for page in (1, 2)]
    for page in pages:
        cache.put(page, "1", page)
    assert [cache.get(page, "1") for page in pages] == pages
    assert cache.purge_image(CARD.image) == 2
    assert [cache.get(page, "1") for page in pages] == [None, None]
