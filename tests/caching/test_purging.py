from __future__ import annotations

import time

import pytest

from caching import invalidations
from caching.infos import Topic
from caching.invalidations import apply_new
from caching.keys import Subject, cache_key, digest
from caching.models import Cache, Invalidation
from caching.purging import PurgeOrder, Tally, What, counted, shared, swept
from caching.runtime import active_caches
from caching.seal import sealed
from caching.stamp import Stamp
from iiifserver.testing.caches import key
from tests.caching.conftest import free_port

pytestmark = pytest.mark.django_db

NAMES = {"scans/1.tif": "Shelf", "scans/2.tif": "Attic", "map.tif": "Shelf"}
LONG_AGO = "1000"


def picture(name: str, source: str):
    return cache_key(Subject(name, source), "1", "plan")


@pytest.fixture
def used():
    Cache.objects.create(name="Memory", kind="memory", position=1)
    Cache.objects.create(name="Disk", kind="filesystem", position=2)
    Cache.objects.create(name="Infos", kind="info_memory")
    used = active_caches(Cache.objects.all())
    for name, source in NAMES.items():
        used.derivatives.put(picture(name, source), b"picture", used.generation)
        used.infos.put(Topic(Subject(name, source), "1"), "facts", used.generation)
    return used


def kept(used) -> set[str]:
    return {name for name, source in NAMES.items() if used.derivatives.get(picture(name, source))}


def known(used) -> set[str]:
    return {name for name, source in NAMES.items() if used.infos.get(Topic(Subject(name, source), "1"))}


def on_disk() -> int:
    (usage,) = [cache.usage().entries for name, cache in shared() if name == "Disk"]
    return usage


def carry_out(order: PurgeOrder) -> Tally:
    tally = Tally()
    for step in swept(order, shared()):
        tally.add(step)
    return tally


ORDERS = [
    (PurgeOrder(), set(), set()),
    (PurgeOrder(What.IDENTIFIER, "map.tif"), {"scans/1.tif", "scans/2.tif"}, {"scans/1.tif", "scans/2.tif"}),
    (PurgeOrder(What.IDENTIFIER, "scans%2F1.tif"), {"map.tif", "scans/2.tif"}, {"map.tif", "scans/2.tif"}),
    (PurgeOrder(What.PREFIX, "scans/"), {"map.tif"}, {"map.tif"}),
    (PurgeOrder(What.PREFIX, "scans%2F"), {"map.tif"}, {"map.tif"}),
    (PurgeOrder(What.SOURCE, "Shelf"), {"scans/2.tif"}, {"scans/2.tif"}),
    (PurgeOrder(What.OLDER, f"{time.time() + 3600:.0f}"), set(), set(NAMES)),
    (PurgeOrder(What.OLDER, LONG_AGO), set(NAMES), set(NAMES)),
    (PurgeOrder(What.INFOS), set(NAMES), set()),
    (PurgeOrder(What.EXPIRED), set(NAMES), set(NAMES)),
]


@pytest.mark.parametrize(("order", "pictures", "infos"), ORDERS, ids=[order.what for order, _, _ in ORDERS])
def test_an_order_holds_at_once_and_its_sweep_frees_the_room(used, order, pictures, infos):
    would_go = counted(order).entries
    order.take_effect(by="somebody")
    assert (kept(used), known(used)) == (pictures, infos)
    assert on_disk() == len(NAMES)
    tally = carry_out(order)
    assert tally.entries == would_go == len(NAMES) - len(pictures)
    assert on_disk() == len(pictures)
    assert bool(tally.bytes) is bool(tally.entries)
    assert (kept(used), known(used)) == (pictures, infos)


def test_an_entry_without_a_stamp_is_a_miss(used):
    file = next((shared()[0][1].folder).glob("??/*/*"))
    file.write_bytes(sealed(b"short"))
    assert len(kept_without_memory()) == 2


def kept_without_memory() -> set[str]:
    return kept(active_caches(Cache.objects.filter(kind="filesystem")))


def test_a_cache_that_is_down_does_not_keep_the_others_from_it(used):
    options = {"address": f"redis://127.0.0.1:{free_port()}/0"}
    Cache.objects.create(name="Far away", kind="redis", options=options, position=1)
    tally = carry_out(PurgeOrder())
    assert (tally.entries, tally.failed) == (3, ("Far away",))
    assert "“Far away” could not be reached" in tally.sentence("removed")


def test_counting_stops_in_time(used):
    assert counted(PurgeOrder(), seconds=-1).sentence("would be removed").startswith("More than 0 entries")


@pytest.mark.parametrize(
    ("tally", "sentence"),
    [
        (Tally(1, 1_200_000), "1 entry (1.2 MB) removed."),
        (Tally(3412), "3,412 entries removed."),
        (Tally(), "0 entries removed."),
    ],
)
def test_what_went_in_words(tally, sentence):
    assert tally.sentence("removed") == sentence


def test_an_order_for_an_identifier_is_one_for_what_it_decodes_to():
    PurgeOrder(What.IDENTIFIER, "100%25").take_effect(by="somebody")
    assert {line.image for line in Invalidation.objects.all()} == {digest("100%25"), digest("100%")}


def test_what_another_process_puts_after_a_purge_by_prefix_is_old(used):
    PurgeOrder(What.PREFIX, "scans/").take_effect(by="somebody")
    old = picture("scans/1.tif", "Shelf")
    disk = next(cache for name, cache in shared() if name == "Disk")
    disk.put(old, Stamp(0, int(time.time()), old.subject).before(b"old"))
    assert used.derivatives.get(old) is None


def test_a_purge_by_prefix_stays_in_the_journal(used, monkeypatch):
    monkeypatch.setattr(invalidations, "KEPT", invalidations.KEPT * 0)
    for value in ("scans/", "map", "scans/"):
        PurgeOrder(What.PREFIX, value).take_effect(by="somebody")
    PurgeOrder(What.IDENTIFIER, "x").take_effect(by="somebody")
    assert [line.value for line in Invalidation.objects.exclude(value="")] == ["map", "scans/"]
    PurgeOrder().take_effect(by="somebody")
    assert Invalidation.objects.count() == 1


def test_a_process_that_looks_later_forgets_a_prefix_in_its_memory(used):
    invalidations.write_line(PurgeOrder(What.PREFIX, "scans/").purges[0])
    assert apply_new(used) == 2
    assert used.derivatives.links[0].cache.usage().entries == 1


def test_expired_pictures_are_misses_and_go(settings):
    import os

    Cache.objects.create(name="Disk", kind="filesystem", options={"ttl_seconds": 100})
    used = active_caches(Cache.objects.all())
    for image in ("old", "new"):
        used.derivatives.put(key(image), b"picture", 0)
    disk = shared()[0][1]
    (file,) = (disk.folder / digest("old")[:2] / digest("old")[2:]).iterdir()
    os.utime(file, (time.time() - 300, time.time() - 300))
    assert used.derivatives.get(key("old")) is None
    assert used.derivatives.get(key("new")) == b"picture"
    assert carry_out(PurgeOrder(What.EXPIRED)).entries == 1
    assert disk.usage().entries == 1
