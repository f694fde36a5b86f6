from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from django.utils import timezone

from caching import runtime
from caching.infos import Topic
from caching.invalidations import KEPT, apply_new, invalidate
from caching.keys import Subject, digest
from caching.models import Cache, Invalidation
from caching.purges import Purges
from caching.runtime import Caches, Derivatives, Infos, active_caches
from iiifserver.shelf import Shelf
from iiifserver.testing.caches import key
from tests.caching.conftest import free_port

pytestmark = pytest.mark.django_db

CARD = digest("card")


def other_process(rows) -> Caches:
    """The caches as another process has them: what is shared is shared, what is in memory is its own."""
    mine = runtime.shelf, runtime.purges, runtime._in_use
    runtime.shelf, runtime.purges = Shelf(runtime.caches), Purges()
    try:
        return active_caches(rows)
    finally:
        runtime.shelf, runtime.purges, runtime._in_use = mine


def fill(used: Caches, *images: str) -> None:
    for image in images:
        used.derivatives.put(key(image), b"picture", used.generation)
        used.infos.put(Topic(Subject(image, "shelf"), "1"), "facts", used.generation)


def remembered(used: Caches, image: str) -> tuple[bool, bool]:
    """Whether a picture is remembered, and whether the facts are."""
    return used.derivatives.get(key(image)) is not None, used.infos.get(Topic(Subject(image, "shelf"), "1")) is not None


@pytest.fixture
def rows():
    Cache.objects.create(name="Memory", kind="memory", position=1)
    Cache.objects.create(name="Disk", kind="filesystem", position=2)
    Cache.objects.create(name="Infos", kind="info_memory")
    return list(Cache.objects.all())


@pytest.fixture
def here(rows):
    return active_caches(rows)


@pytest.fixture
def there(rows):
    return other_process(rows)


def test_one_image_goes_here_at_once_and_there_when_it_looks(here, there):
    for used in (here, there):
        fill(used, "card", "map")
    purged = invalidate(CARD)
    assert (purged.entries, purged.failed) == (3, ())
    assert remembered(here, "card") == (False, False)
    assert remembered(there, "card") == (True, True)
    assert apply_new(there) == 2
    assert remembered(there, "card") == (False, False)
    assert remembered(here, "map") == remembered(there, "map") == (True, True)


def test_everything_goes(here, there):
    for used in (here, there):
        fill(used, "card", "map")
    assert invalidate().entries == 6
    assert apply_new(there) == 4
    assert {remembered(used, image) for used in (here, there) for image in ("card", "map")} == {(False, False)}


def test_looking_costs_one_query_and_nothing_is_done_twice(here, there, django_assert_num_queries):
    invalidate(CARD)
    apply_new(there)
    fill(there, "card")
    with django_assert_num_queries(1):
        assert apply_new(there) == 0
    assert remembered(there, "card") == (True, True)


def test_what_another_process_renders_meanwhile_does_not_come_back(here, there):
    def make() -> bytes:
        invalidate(CARD)
        return b"old"

    assert there.picture(key("card"), there.generation, make) == b"old"
    assert remembered(here, "card")[0] is False
    apply_new(there)
    assert remembered(there, "card")[0] is False


def test_a_process_that_starts_later_knows_what_is_old(here, there, rows):
    def make() -> bytes:
        invalidate()
        return b"old"

    there.picture(key("card"), there.generation, make)
    later = other_process(rows)
    apply_new(later)
    assert remembered(later, "card")[0] is False


def test_a_purge_whose_number_comes_to_light_late_is_not_lost(here, there):
    fill(there, "card")
    Invalidation.objects.create(pk=8, image=digest("map"))
    apply_new(there)
    Invalidation.objects.create(pk=7, image=CARD)
    assert apply_new(there) == 2
    assert remembered(there, "card") == (False, False)


def test_the_journal_keeps_what_is_still_needed():
    for image in ("a", "b", "a"):
        invalidate(image)
    assert [line.image for line in Invalidation.objects.all()] == ["b", "a"]
    invalidate()
    assert [line.image for line in Invalidation.objects.all()] == [""]
    invalidate("c")
    Invalidation.objects.update(created_at=timezone.now() - KEPT - timedelta(days=1))
    invalidate("d")
    assert [line.image for line in Invalidation.objects.all()] == ["", "d"]


def test_a_cache_that_is_switched_off_is_purged_too(rows):
    disk = next(row for row in rows if row.name == "Disk")
    fill(active_caches([disk]), "card")
    disk.enabled = False
    disk.save()
    active_caches([])
    assert invalidate().entries == 1


def test_a_shared_cache_that_is_down_is_told_and_what_it_holds_is_old(redis):
    row = Cache.objects.create(name="Redis", kind="redis", options={"address": redis.address, "timeout_seconds": 5})
    used = active_caches([row])
    fill(used, "card")
    assert remembered(used, "card")[0]
    row.options = {"address": f"redis://127.0.0.1:{free_port()}/0"}
    row.save()
    assert invalidate(CARD).failed == ("Redis",)
    assert remembered(used, "card")[0] is False


def test_a_row_that_cannot_be_built_does_not_keep_the_others_from_being_purged(here):
    Cache.objects.create(name="Gone", kind="no-such-kind", position=1)
    fill(here, "card")
    assert invalidate().entries == 3


def test_nothing_in_use_is_nothing_to_forget():
    assert invalidate().entries == 0
    assert dataclasses.astuple(invalidate(CARD)) == (0, ())
    assert Caches(derivatives=Derivatives(), infos=Infos()).links == ()
