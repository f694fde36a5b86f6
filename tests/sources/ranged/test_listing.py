"""Folders of object stores."""

from __future__ import annotations

import pytest

from sources.base import FolderEntry
from sources.ranged.listing import first_entries


def names(entries: list[FolderEntry]) -> list[str]:
    return [entry.name + "/" * entry.is_folder for entry in entries]


def test_entries_of_a_page_are_sorted_with_their_slashes():
    assert names(first_entries([["x/b/", "x/c", "x/a", "x/b-1"]], "x/", "", 10)) == ["a", "b-1", "b/", "c"]


def test_no_more_pages_are_asked_for_than_are_needed():
    def pages():
        yield ["a", "b"]
        yield ["c", "d"]
        pytest.fail("a page too much")

    assert names(first_entries(pages(), "", "", 3)) == ["a", "b", "c"]


def test_what_comes_before_is_passed_over_where_a_store_begins_too_early():
    assert names(first_entries([["a", "b"], ["c"]], "", "a", 10)) == ["b", "c"]


def test_a_folder_at_the_end_of_a_page_and_the_start_of_the_next_is_listed_once():
    assert names(first_entries([["a/"], ["a/", "b"]], "", "", 10)) == ["a/", "b"]


def test_the_mark_of_a_folder_and_a_name_that_is_empty_are_not_listed():
    assert names(first_entries([["x/", "x//", "x/a"]], "x/", "", 10)) == ["a"]
