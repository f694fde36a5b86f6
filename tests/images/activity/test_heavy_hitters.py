from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from images.activity.heavy_hitters import HeavyHitters

NAMES = st.lists(st.integers(0, 30).map(str), max_size=200)


def counted(places: int, names: list[str]) -> HeavyHitters:
    hitters = HeavyHitters(places)
    for name in names:
        hitters.add(name)
    return hitters


@settings(max_examples=60, deadline=None)
@given(NAMES, st.integers(1, 12))
def test_memory_is_bounded_and_so_is_the_error(names, places):
    hitters, true = counted(places, names), Counter(names)
    assert len(hitters.names) == len(hitters.counts) == len(hitters.errors) <= places
    assert len(hitters._place_of) == len(hitters.names)
    assert sum(hitters.counts) == len(names)
    for name, count, error in zip(hitters.names, hitters.counts, hitters.errors, strict=True):
        assert count - error <= true[name] <= count
        assert error <= len(names) / places
    frequent = {name for name, times in true.items() if times > len(names) / places}
    assert frequent <= set(hitters.names)


def test_who_keeps_its_place_is_told_from_who_gets_it():
    hitters = HeavyHitters(2)
    assert [hitters.add(name) for name in "aabac"] == [(0, True), (0, False), (1, True), (0, False), (1, True)]
    assert (hitters.names, hitters.counts, hitters.errors) == (["a", "c"], [3, 2], [0, 1])


def test_a_new_beginning_forgets_everything():
    hitters = counted(2, ["a", "b"])
    hitters.clear()
    assert hitters.add("c") == (0, True)
    assert hitters.names == ["c"]
