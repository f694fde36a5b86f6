from __future__ import annotations

import pytest

from caching.keys import Subject
from caching.stamp import HEAD, Age, Stamp, age_of, content_of, stamp_length, stamp_of

CARD = Stamp(7, 1_700_000_000, Subject("scans/Müllers Karte.tif", "Shelf"))


def test_a_stamp_comes_off_again():
    stamped = CARD.before(b"picture")
    assert age_of(stamped) == Age(7, 1_700_000_000)
    assert content_of(stamped) == b"picture"
    assert stamp_of(stamped) == CARD


@pytest.mark.parametrize("raw", [b"", b"\0" * (HEAD.size - 1)])
def test_what_is_too_short_has_no_stamp(raw):
    assert age_of(raw) is None
    assert stamp_of(raw) is None
    assert stamp_length(raw) == 0


def test_the_beginning_tells_how_much_of_the_rest_is_needed():
    stamped = CARD.before(b"picture")
    beginning = stamped[: HEAD.size + 3]
    assert stamp_of(beginning) is None
    assert stamp_of(stamped[: stamp_length(beginning)]) == CARD


def test_any_name_has_a_stamp():
    name = "\udce9" + "x" * 100_000
    assert content_of(Stamp(0, 0, Subject(name)).before(b"picture")) == b"picture"
