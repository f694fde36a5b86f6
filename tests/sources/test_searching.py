"""Searching a folder of a kind that only lists."""

from __future__ import annotations

import pytest

from sources import base
from sources.base import FolderEntry, SourceBackend


class Listing(SourceBackend):
    """Lists so many names."""

    label = "Listing"

    def __init__(self, count):
        self.names = [f"{number:05}.png" for number in range(count)]

    def find(self, place):
        return None

    def entries(self, folder, after, limit):
        if folder:
            return None
        return [FolderEntry(name) for name in self.names if name > after][:limit]


class Silent(SourceBackend):
    """Neither lists nor keeps."""

    label = "Silent"

    def __init__(self):
        pass

    def find(self, place):
        return None


def names(matches):
    return [entry.name for entry in matches.entries]


def test_it_goes_through_all_that_is_listed(monkeypatch):
    monkeypatch.setattr(base, "SEARCHED_AT_ONCE", 10)
    matches = Listing(95).search("", "9.PNG", "", 20, 60)
    assert names(matches) == [f"{number:05}.png" for number in range(9, 95, 10)]
    assert matches.is_complete


def test_it_stops_when_there_is_enough():
    matches = Listing(95).search("", "png", "00010.png", 3, 60)
    assert (names(matches), matches.is_complete) == (["00011.png", "00012.png", "00013.png"], True)


def test_it_stops_when_the_time_is_over_and_can_go_on(monkeypatch):
    monkeypatch.setattr(base, "SEARCHED_AT_ONCE", 10)
    source = Listing(25)
    first = source.search("", "5.png", "", 20, -1)
    assert (names(first), first.is_complete, first.goes_on_after) == (["00005.png"], False, "00009.png")
    rest = source.search("", "5.png", first.goes_on_after, 20, 60)
    assert names(rest) == ["00015.png"]


def test_a_folder_that_there_is_not():
    assert Listing(5).search("x", "a", "", 10, 60) is None


@pytest.mark.parametrize("source", [Silent()])
def test_a_kind_says_what_it_can(source):
    assert (source.can_list(), source.can_write(), Listing.can_list()) == (False, False, True)
    assert source.search("", "a", "", 10, 60) is None
    assert source.traffic() is None
