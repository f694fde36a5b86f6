from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from caching import runtime
from caching.backends.filesystem import FilesystemCache
from caching.backends.memory import MemoryCache
from caching.base import CacheUnavailable
from caching.infos import Topic
from caching.invalidations import forgotten
from caching.keys import Subject
from caching.metrics import reads_total
from caching.models import Cache
from caching.outage import Outage
from caching.purges import EVERYTHING, Purge
from caching.purging import swept_by
from caching.runtime import Caches, Derivatives, Infos, Link, active_caches, caches_in_use
from caching.sweeping import everything
from iiifserver.iiif.errors import Unreadable
from iiifserver.testing.caches import key

SECONDS = 60
CARD = Subject("card", "shelf")


class BrokenCache(MemoryCache):
    """A cache that is down."""

    def get(self, key):
        raise CacheUnavailable("It is down.")

    def put(self, key, content):
        raise CacheUnavailable("It is down.")


class FaultyCache(MemoryCache):
    """A cache whose author has forgotten something."""

    def get(self, key):
        raise AttributeError("no connection")

    def put(self, key, content):
        raise AttributeError("no connection")

    def purge(self):
        raise AttributeError("no connection")

    def sweep(self, judge, **how):
        raise AttributeError("no connection")


def link(cache) -> Link:
    return Link(1, "Cache", cache, Outage("Reading"), Outage("Writing"))


def chain(*caches) -> Caches:
    used = Caches()
    links = tuple(link(cache) for cache in caches)
    return Caches(derivatives=Derivatives(links, used.purges), purges=used.purges)


@pytest.fixture
def front():
    return MemoryCache.build({})


@pytest.fixture
def back():
    return FilesystemCache.build({})


def never():
    raise AssertionError("nothing was to be made")


def test_a_picture_is_made_once_and_then_remembered(front):
    used = chain(front)
    assert used.picture(key(), used.generation, lambda: b"picture") == b"picture"
    assert used.picture(key(), used.generation, never) == b"picture"


def test_a_put_goes_into_every_cache(front, back):
    chain(front, back).derivatives.put(key(), b"picture", 0)
    assert chain(front).derivatives.get(key()) == chain(back).derivatives.get(key()) == b"picture"


def test_a_hit_behind_fills_those_in_front(front, back):
    chain(back).derivatives.put(key(), b"picture", 0)
    assert chain(front, back).derivatives.get(key()) == b"picture"
    assert chain(front).derivatives.get(key()) == b"picture"


def test_a_cache_that_is_down_is_passed_by_logged_once_and_counted(front, caplog):
    broken = BrokenCache.build({})
    used = chain(broken, front)
    for number in range(20):
        assert used.picture(key(str(number)), 0, lambda: b"picture") == b"picture"
        assert used.picture(key(str(number)), 0, never) == b"picture"
    assert len(caplog.records) == 2
    assert broken.counts.failures == 2


def test_a_cache_that_fails_as_nobody_foresaw_is_passed_by_with_its_traces_in_the_log(front, caplog):
    faulty = FaultyCache.build({})
    used = chain(faulty, front)
    assert used.picture(key(), 0, lambda: b"picture") == used.picture(key(), 0, never) == b"picture"
    assert "AttributeError: no connection" in caplog.text
    assert (faulty.counts.failures, used.derivatives.links[0].failed_lately) == (2, True)


def test_a_cache_that_fails_when_it_is_emptied_keeps_no_other_from_it(caplog):
    faulty, sound = FaultyCache.build({}), MemoryCache.build({})
    sound.put(key(), b"picture")
    assert forgotten(link(faulty), EVERYTHING) == 0
    steps = list(swept_by(everything, [("Faulty", faulty), ("Sound", sound)]))
    assert [step.failed for step in steps] == ["Faulty", ""]
    assert sound.get(key()) is None
    assert "AttributeError: no connection" in caplog.text


def test_an_error_of_a_source_passes_through_the_cache_that_was_to_keep_it(front):
    with pytest.raises(Unreadable):
        link(front).write(lambda cache: cache.put(key(), raising(Unreadable("damaged"))))


def raising(error):
    raise error


def test_without_any_cache_every_picture_is_made():
    used = Caches()
    assert used.picture(key(), 0, lambda: b"one") == b"one"
    assert used.picture(key(), 0, lambda: b"two") == b"two"


def test_hits_and_misses_are_counted(front, back):
    used = chain(front, back)
    used.picture(key(), 0, lambda: b"picture")
    used.picture(key(), 0, never)
    assert (front.counts.hits, front.counts.misses) == (1, 1)
    assert (back.counts.hits, back.counts.misses) == (0, 1)


def test_reads_are_counted_by_cache_source_and_result(front):
    def count(result: str) -> float:
        return reads_total.labels("Cache", "shelf", result)._value.get()

    before = count("hit"), count("miss")
    used = chain(front)
    used.picture(key(), 0, lambda: b"picture")
    used.picture(key(), 0, never)
    assert (count("hit"), count("miss")) == (before[0] + 1, before[1] + 1)


def test_two_hundred_who_ask_for_a_new_picture_at_once_have_it_made_once(front):
    used, calls, here = chain(front), [], threading.Barrier(200)

    def make() -> bytes:
        calls.append(1)
        return b"picture"

    def ask(_: int) -> bytes:
        here.wait(SECONDS)
        return used.picture(key(), 0, make)

    with ThreadPoolExecutor(200) as pool:
        assert set(pool.map(ask, range(200))) == {b"picture"}
    assert len(calls) == 1


def test_an_error_is_raised_and_not_remembered(front):
    used = chain(front)

    def damaged() -> bytes:
        raise Unreadable("Damaged.")

    with pytest.raises(Unreadable):
        used.picture(key(), 0, damaged)
    assert used.picture(key(), 0, lambda: b"mended") == b"mended"


def test_what_was_begun_before_a_purge_does_not_come_back(front, back):
    used = chain(front, back)

    def make() -> bytes:
        used.purges.note(1, Purge.of_image("card"))
        return b"old"

    assert used.picture(key(), used.generation, make) == b"old"
    assert used.derivatives.get(key()) is None
    assert used.picture(key(), used.generation, lambda: b"new") == b"new"
    assert used.picture(key(), used.generation, never) == b"new"


def test_who_asks_after_a_purge_does_not_get_what_was_begun_before_it(front):
    used, has_begun, may_end = chain(front), threading.Event(), threading.Event()

    def make() -> bytes:
        has_begun.set()
        assert may_end.wait(SECONDS)
        return b"old"

    with ThreadPoolExecutor(1) as pool:
        early = pool.submit(used.picture, key(), used.generation, make)
        assert has_begun.wait(SECONDS)
        used.purges.note(1, EVERYTHING)
        assert used.picture(key(), used.generation, lambda: b"new") == b"new"
        may_end.set()
        assert early.result(SECONDS) == b"old"
    assert used.picture(key(), used.generation, never) == b"new"


def test_what_a_process_put_that_had_not_heard_of_the_purge_is_a_miss_for_those_who_have(back):
    behind, ahead = chain(back), chain(back)
    ahead.purges.note(1, Purge.of_image("card"))
    for image in ("card", "map"):
        behind.derivatives.put(key(image), b"old", behind.generation)
    assert ahead.derivatives.get(key("card")) is None
    assert ahead.derivatives.get(key("map")) == b"old"


class TestInfos:
    @pytest.fixture
    def used(self, db):
        Cache.objects.create(name="Infos", kind="info_memory")
        return active_caches(Cache.objects.all())

    def test_what_was_found_out_is_known(self, used):
        assert used.known(Topic(CARD, "1"), used.generation, lambda: {"width": 300}) == {"width": 300}
        assert used.known(Topic(CARD, "1"), used.generation, never) == {"width": 300}

    def test_a_new_version_is_looked_at_anew(self, used):
        used.known(Topic(CARD, "1"), used.generation, lambda: "old")
        assert used.known(Topic(CARD, "2"), used.generation, lambda: "new") == "new"

    def test_what_was_begun_before_a_purge_does_not_come_back(self, used):
        def find_out() -> str:
            used.purges.note(1, Purge.of_image("card"))
            return "old"

        used.known(Topic(CARD, "1"), used.generation, find_out)
        assert used.infos.get(Topic(CARD, "1")) is None

    def test_what_slipped_in_after_a_purge_is_a_miss(self, used):
        used.infos.put(Topic(CARD, "1"), "old", 0)
        used.purges.note(1, Purge.of_image("card"))
        assert used.infos.get(Topic(CARD, "1")) is None

    def test_without_any_cache_all_is_found_out_each_time(self):
        assert Infos().get(Topic(CARD, "1")) is None
        assert Caches().known(Topic(CARD, "1"), 0, lambda: "found") == "found"


@pytest.mark.django_db
class TestActiveCaches:
    def test_rows_become_chains_by_tier_and_order(self):
        Cache.objects.create(name="Disk", kind="filesystem", position=20)
        Cache.objects.create(name="Memory", kind="memory", position=10)
        Cache.objects.create(name="Infos", kind="info_memory", position=5)
        used = active_caches(Cache.objects.all())
        assert [link.name for link in used.derivatives.links] == ["Memory", "Disk"]
        assert [link.name for link in used.infos.links] == ["Infos"]
        assert caches_in_use() is used

    def test_switched_off_and_broken_rows_are_left_out(self):
        Cache.objects.create(name="Off", kind="memory", enabled=False)
        Cache.objects.create(name="Gone", kind="no-such-kind")
        Cache.objects.create(name="Outside", kind="filesystem", options={"folder": "/etc"})
        assert active_caches(Cache.objects.all()).links == ()

    def test_a_row_that_did_not_change_keeps_what_it_remembers(self):
        row = Cache.objects.create(name="Memory", kind="memory")
        active_caches([row]).derivatives.put(key(), b"picture", 0)
        assert active_caches([row]).derivatives.get(key()) == b"picture"

    def test_flights_and_purges_are_those_of_the_process(self):
        first, second = active_caches([]), active_caches([])
        assert first.flights is second.flights is runtime.flights
        assert first.purges is second.purges
