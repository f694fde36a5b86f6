from __future__ import annotations

import pytest

from caching import purges
from caching.keys import Subject
from caching.purges import EVERYTHING, Purge, Purges, Scope

CARD, MAP = Subject("scans/card.tif", "Shelf"), Subject("map.tif", "Attic")


def of(subject: Subject) -> Purge:
    return Purge.of_image(subject.identifier)


def allows(known: Purges, subject: Subject, generation: int, made_at: float = 1000) -> bool:
    return known.allow(subject, subject.image, generation, made_at)


def test_what_began_before_the_purge_of_its_image_is_old():
    known = Purges()
    known.note(5, of(CARD))
    assert [allows(known, CARD, generation) for generation in (0, 4, 5, 6)] == [False, False, True, True]
    assert allows(known, MAP, 0)


def test_a_purge_of_everything_is_one_of_each_image():
    known = Purges()
    known.note(5, of(CARD))
    known.note(6, EVERYTHING)
    assert not allows(known, CARD, 5)
    assert not allows(known, MAP, 5)
    assert allows(known, MAP, 6)


@pytest.mark.parametrize(
    "purge", [Purge(Scope.PREFIX, "scans/"), Purge(Scope.PREFIX, "s"), Purge(Scope.SOURCE, "Shelf")]
)
def test_a_prefix_or_a_source_is_of_all_images_that_it_fits(purge):
    known = Purges()
    known.note(5, purge)
    assert [allows(known, CARD, generation) for generation in (4, 5)] == [False, True]
    assert allows(known, MAP, 0)
    assert known.allow_info(MAP, MAP.image, 0)
    assert not known.allow_info(CARD, CARD.image, 4)


def test_an_empty_prefix_is_everything():
    known = Purges()
    known.note(5, Purge(Scope.PREFIX, ""))
    assert not allows(known, MAP, 4)


def test_infos_are_forgotten_alone():
    known = Purges()
    known.note(5, Purge(Scope.INFOS))
    assert allows(known, CARD, 0)
    assert not known.allow_info(CARD, CARD.image, 4)
    assert known.allow_info(CARD, CARD.image, 5)


def test_what_was_made_before_a_time_is_old():
    known = Purges()
    known.note(5, Purge(Scope.OLDER, "1000"))
    assert not allows(known, CARD, 9, made_at=999)
    assert allows(known, CARD, 0, made_at=1000)


def test_an_older_purge_that_comes_late_takes_nothing_back():
    known = Purges()
    for scope in (of(CARD), Purge(Scope.PREFIX, "map"), Purge(Scope.SOURCE, "Attic")):
        known.note(6, scope)
        known.note(5, scope)
    assert not allows(known, CARD, 5)
    assert not allows(known, MAP, 5)
    assert known.newest == 6


def test_it_knows_which_it_has_noted():
    known = Purges()
    known.note(1000, of(CARD))
    assert known.know(1000)
    assert not known.know(999)
    assert known.know(1000 - purges.LATE)


def test_it_remembers_a_bounded_number_of_images(monkeypatch):
    monkeypatch.setattr(purges, "MOST_IMAGES", 3)
    known = Purges()
    for number, image in enumerate("abcad", start=1):
        known.note(number, Purge.of_image(image))
    assert [allows(known, Subject(image), 0) for image in "abcd"] == [False, True, False, False]


def test_too_many_prefixes_count_as_everything(monkeypatch):
    monkeypatch.setattr(purges, "MOST_PREFIXES", 2)
    known = Purges()
    for number, prefix in enumerate(("a", "bb", "c"), start=1):
        known.note(number, Purge(Scope.PREFIX, prefix))
    assert not allows(known, MAP, 2)
    assert allows(known, MAP, 3)


@pytest.mark.parametrize(
    ("purge", "covers_card"),
    [
        (EVERYTHING, True),
        (of(CARD), True),
        (of(MAP), False),
        (Purge(Scope.PREFIX, "scans/"), True),
        (Purge(Scope.PREFIX, "map"), False),
        (Purge(Scope.SOURCE, "Shelf"), True),
        (Purge(Scope.SOURCE, "She"), False),
        (Purge(Scope.OLDER, "1001"), True),
        (Purge(Scope.OLDER, "1000"), False),
        (Purge(Scope.INFOS), False),
    ],
)
def test_it_is_told_what_a_purge_covers(purge, covers_card):
    assert purge.covers(CARD, 1000) is covers_card
