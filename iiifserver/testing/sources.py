"""What every source keeps."""

# ruff: noqa: S101 - assert is how a test says what it expects

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from iiifserver.iiif.errors import IIIFError
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Identifier
from sources.base import SourceBackend

ORDINARY = ("Käse & Brot.png", "図/地図 1.png", "a/b/c.png", "100%.png", "a+b=c;d,e.png")

CLIMBING = (
    "..",
    "../secret.png",
    "a/../../secret.png",
    "a/../b.png",
    "./b.png",
    "/etc/passwd",
    "//etc/passwd",
    "a//b.png",
    "a/",
    "",
    ".",
    "b.png\0",
    "b.png\0.jpg",
    "\ud800.png",
    "x" * 300,
    "x/" * 3000 + "x",
)
"""Identifiers that lead out of a source, or nowhere."""


@dataclass(frozen=True, slots=True)
class Place:
    """A source under test, and the way to put bytes where it finds them."""

    source: SourceBackend
    put: Callable[[str, bytes], object]
    """Stores bytes under an identifier, in place of what was there."""


def content_of(source: SourceBackend, identifier: str) -> bytes:
    """What the source has under that identifier."""
    found = source.find(Identifier(identifier))
    assert found is not None, f"{identifier} was not found."
    with found.open() as file:
        return file.read()


class SourceContract:
    """What every source keeps. A subclass gives the fixture `place`: an empty source of its own for each test."""

    @pytest.fixture
    def place(self) -> Place:
        raise NotImplementedError

    def test_gives_the_bytes_that_were_put(self, place: Place) -> None:
        place.put("one.png", b"one")
        place.put("two.png", b"two")
        assert content_of(place.source, "one.png") == b"one"

    def test_has_nothing_under_a_name_that_nobody_put(self, place: Place) -> None:
        place.put("one.png", b"one")
        assert place.source.find(Identifier("two.png")) is None

    @pytest.mark.parametrize(
        "identifier", ["Käse & Brot.png", "図/地図 1.png", "a/b/c.png", "100%.png", "a+b=c;d,e.png"]
    )
    def test_takes_any_ordinary_name(self, place: Place, identifier: str) -> None:
        place.put(identifier, b"here")
        assert content_of(place.source, identifier) == b"here"

    @pytest.mark.parametrize("identifier", CLIMBING, ids=lambda name: ascii(name[:24]))
    def test_has_nothing_where_an_identifier_leads_out(self, place: Place, identifier: str) -> None:
        place.put("b.png", b"inside")
        place.put("a/b.png", b"inside")
        assert place.source.find(Identifier(identifier)) is None

    def test_a_folder_is_no_image(self, place: Place) -> None:
        place.put("a/b.png", b"inside")
        assert place.source.find(Identifier("a")) is None

    def test_can_be_read_from_any_place(self, place: Place) -> None:
        place.put("one.png", b"0123456789")
        found = place.source.find(Identifier("one.png"))
        assert found is not None
        with found.open() as file:
            assert (file.read(2), file.seek(7), file.read(), file.seek(1), file.read(1)) == (b"01", 7, b"789", 1, b"1")

    def test_the_version_stays_while_the_bytes_do(self, place: Place) -> None:
        place.put("one.png", b"one")
        assert self.version(place) == self.version(place)

    def test_the_version_changes_with_the_bytes(self, place: Place) -> None:
        place.put("one.png", b"one")
        before = self.version(place)
        place.put("one.png", b"another")
        assert self.version(place) != before

    def test_two_images_have_two_versions(self, place: Place) -> None:
        place.put("one.png", b"one")
        place.put("two.png", b"two")
        assert self.version(place, "one.png") != self.version(place, "two.png")

    def test_never_mixes_the_old_bytes_with_the_new_version(self, place: Place) -> None:
        place.put("one.png", b"one")
        found = place.source.find(Identifier("one.png"))
        place.put("one.png", b"another")
        assert found is not None
        assert _outcome(found) in {b"one", IIIFError}

    def test_the_time_of_the_last_change_knows_its_zone(self, place: Place) -> None:
        place.put("one.png", b"one")
        found = place.source.find(Identifier("one.png"))
        assert found is not None
        assert found.last_modified is None or found.last_modified.tzinfo is not None

    def test_many_can_read_at_once(self, place: Place) -> None:
        names = [f"{number}.png" for number in range(10)]
        for name in names:
            place.put(name, name.encode() * 1000)
        with ThreadPoolExecutor(50) as readers:
            contents = list(readers.map(lambda name: content_of(place.source, name), names * 5))
        assert contents == [name.encode() * 1000 for name in names * 5]

    def test_leaves_no_file_open(self, place: Place) -> None:
        place.put("one.png", b"one")
        content_of(place.source, "one.png")
        before = open_files()
        for _ in range(50):
            content_of(place.source, "one.png")
            place.source.find(Identifier("two.png"))
        # Connections that are kept for later come and go.
        assert open_files() < before + 10

    def test_sees_no_problem_with_a_place_that_works(self, place: Place) -> None:
        assert list(place.source.problems()) == []

    @staticmethod
    def version(place: Place, identifier: str = "one.png") -> str:
        found = place.source.find(Identifier(identifier))
        assert found is not None
        return found.version


def _outcome(found: Found) -> object:
    try:
        with found.open() as file:
            return file.read()
    except IIIFError:
        return IIIFError


def open_files() -> int:
    """How many file descriptors this process has open."""
    return len(os.listdir("/proc/self/fd"))
