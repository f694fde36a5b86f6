"""What is listed of a folder, and in which order."""

from __future__ import annotations

import pytest

from iiifserver.iiif.errors import SourceUnavailable
from sources.base import FolderEntry, SourceBackend
from sources.listing import first_in_order, is_named_like_an_image, merged, natural_order
from sources.lookup import Affixes
from sources.runtime import ActiveSource, Sources


def named(*names):
    return [FolderEntry(name) for name in names]


def names(entries):
    return [entry.name for entry in entries]


def test_numbers_count_and_capitals_do_not():
    mixed = ["b", "page10", "A", "page2", "a", "page", "2", "10", "Page3"]
    assert sorted(mixed, key=natural_order) == ["2", "10", "A", "a", "b", "page", "page2", "Page3", "page10"]


def test_every_name_has_a_place_of_its_own():
    """Otherwise the next part of a list would leave one out."""
    assert len({str(natural_order(name)) for name in ("a1", "a01", "A1", "a001")}) == 4


def test_a_list_goes_on_behind_a_name():
    listed = ["page10", "page2", "page1"]
    assert first_in_order(listed, "", 2) == ["page1", "page2"]
    assert first_in_order(listed, "page2", 2) == ["page10"]
    assert first_in_order(listed, "page10", 2) == []
    assert first_in_order(listed, "page1.5", 2) == ["page2", "page10"]


@pytest.mark.parametrize("name", ["a.jpg", "a.b.TIFF", ".jpg", "ä.jp2"])
def test_names_of_images(name):
    assert is_named_like_an_image(name)


@pytest.mark.parametrize("name", ["a", "a.txt", "jpg ", "a.jpg.bak", ""])
def test_names_of_no_images(name):
    assert not is_named_like_an_image(name)


def test_lists_of_several_sources_are_one():
    assert names(merged([named("a", "c"), named("b", "c", "d")], 3)) == ["a", "b", "c"]


class Listing(SourceBackend):
    """Lists what it is given."""

    label = "Listing"

    def __init__(self, entries):
        self.listed = entries

    def find(self, place):
        return None

    def entries(self, folder, after, limit):
        if isinstance(self.listed, Exception):
            raise self.listed
        return self.listed


def sources(*lists):
    return Sources(tuple(ActiveSource(str(number), Listing(one)) for number, one in enumerate(lists)))


UNAVAILABLE = SourceUnavailable("The source is not there at present.")


def test_sources_that_cannot_list_are_passed_over():
    assert names(sources(None, named("a"), UNAVAILABLE).entries("", "", 10)) == ["a"]
    assert sources(None, None).entries("", "", 10) is None
    with pytest.raises(SourceUnavailable):
        sources(None, UNAVAILABLE).entries("", "", 10)


def test_a_source_whose_names_are_no_identifiers_is_not_listed():
    one = ActiveSource("one", Listing(named("a")), lookup=Affixes(suffix=".tif"))
    assert Sources((one,)).entries("", "", 10) is None
