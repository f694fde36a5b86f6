from __future__ import annotations

import json

import pytest

from caching.backends.info_filesystem import InfoFilesystemCache
from caching.backends.info_memory import InfoMemoryCache
from caching.infos import Infos, Known, Topic
from caching.keys import Subject
from caching.links import Link
from caching.outage import Outage
from caching.purges import Purge, Scope

CARD = Subject("card", "shelf")


class Json:
    """Values as JSON; those that say so have been forgotten in part."""

    def written(self, value):
        return None if value == "secret" else json.dumps(value).encode()

    def read(self, raw):
        try:
            return json.loads(raw)
        except ValueError:
            return None

    def is_whole(self, value):
        return value != "partial"


def topic(version: object = "1", page: int = 1) -> Topic:
    return Topic(CARD, version, page, Json())


@pytest.fixture
def memory():
    return InfoMemoryCache.build({})


@pytest.fixture
def disk():
    return InfoFilesystemCache.build({})


@pytest.fixture
def infos(memory, disk):
    return Infos(tuple(Link(1, one.label, one, Outage("Reading"), Outage("Writing")) for one in (memory, disk)))


def test_what_the_slower_one_had_is_put_in_front(infos, memory):
    infos.put(topic(), {"width": 300}, 0)
    memory.purge()
    assert infos.get(topic()) == {"width": 300}
    assert memory.usage().entries == 1


def test_versions_are_told_apart_in_both(infos, memory):
    infos.put(topic("1"), "one", 0)
    assert infos.get(topic("2")) is None
    memory.purge()
    assert infos.get(topic("2")) is None
    assert infos.get(topic("1")) == "one"


def test_pages_stand_side_by_side(infos, memory):
    for page in (1, 2):
        infos.put(topic(page=page), page, 0)
    memory.purge()
    assert [infos.get(topic(page=page)) for page in (1, 2)] == [1, 2]


def test_what_has_lost_a_part_is_looked_for_behind(infos, memory):
    infos.put(topic(), "whole", 0)
    memory.put(topic().key, "1", Known(0, "partial"))
    assert infos.get(topic()) == "whole"


def test_a_part_is_better_than_nothing(infos, disk):
    infos.put(topic(), "partial", 0)
    disk.purge()
    assert infos.get(topic()) == "partial"


def test_a_value_that_is_not_written_stays_in_memory(infos, disk):
    infos.put(topic(), "secret", 0)
    assert infos.get(topic()) == "secret"
    assert disk.usage().entries == 0


@pytest.mark.parametrize("raw", [b"", b"x", bytes(16), bytes(1000)])
def test_bytes_that_make_no_sense_are_a_miss(infos, disk, raw):
    disk.put(topic().key, raw)
    assert infos.get(topic()) is None


@pytest.mark.parametrize("purge", [Purge(Scope.INFOS), Purge(Scope.PREFIX, "ca"), Purge(Scope.SOURCE, "shelf")])
def test_what_was_purged_is_a_miss_wherever_it_lies(infos, memory, purge):
    infos.put(topic(), "old", 0)
    memory.purge()
    infos.purges.note(1, purge)
    assert infos.get(topic()) is None
    infos.put(topic(), "older than the purge", 0)
    assert infos.get(topic()) is None
    infos.put(topic(), "new", 1)
    assert infos.get(topic()) == "new"
