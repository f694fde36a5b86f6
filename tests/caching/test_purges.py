from __future__ import annotations

from caching import purges
from caching.purges import Purges


def test_what_began_before_the_purge_of_its_image_is_old():
    known = Purges()
    known.note(5, "card")
    assert [known.allow("card", generation) for generation in (0, 4, 5, 6)] == [False, False, True, True]
    assert known.allow("map", 0)


def test_a_purge_of_everything_is_one_of_each_image():
    known = Purges()
    known.note(5, "card")
    known.note(6, "")
    assert not known.allow("card", 5)
    assert not known.allow("map", 5)
    assert known.allow("map", 6)


def test_an_older_purge_that_comes_late_takes_nothing_back():
    known = Purges()
    known.note(6, "card")
    known.note(5, "card")
    assert not known.allow("card", 5)
    assert known.newest == 6


def test_it_knows_which_it_has_noted():
    known = Purges()
    known.note(1000, "card")
    assert known.know(1000)
    assert not known.know(999)
    assert known.know(1000 - purges.LATE)


def test_it_remembers_a_bounded_number_of_images(monkeypatch):
    monkeypatch.setattr(purges, "MOST_IMAGES", 3)
    known = Purges()
    for number, image in enumerate("abcad", start=1):
        known.note(number, image)
    assert [known.allow(image, 0) for image in "abcd"] == [False, True, False, False]
