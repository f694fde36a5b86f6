"""What every source keeps."""

# ruff: noqa: S101 - assert is how a test says what it expects

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from iiifserver.iiif.errors import AlreadyThere, IIIFError, SourceReplaced
from iiifserver.iiif.found import Found
from sources.base import Place, SourceBackend
from sources.freshness import Freshness

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
class SourceUnderTest:
    """A source under test, and the way to put bytes where it finds them."""

    source: SourceBackend
    put: Callable[[str, bytes], object]
    """Stores bytes under an identifier, in place of what was there."""


def content_of(source: SourceBackend, identifier: str) -> bytes:
    """What the source has under that identifier."""
    found = source.find(Place(name=identifier))
    assert found is not None, f"{identifier} was not found."
    with found.open() as file:
        return file.read()


class SourceContract:
    """What every source keeps. A subclass gives the fixture `subject`: an empty source of its own for each test."""

    @pytest.fixture
    def subject(self) -> SourceUnderTest:
        raise NotImplementedError

    def test_gives_the_bytes_that_were_put(self, subject: SourceUnderTest) -> None:
        subject.put("one.png", b"one")
        subject.put("two.png", b"two")
        assert content_of(subject.source, "one.png") == b"one"

    def test_has_nothing_under_a_name_that_nobody_put(self, subject: SourceUnderTest) -> None:
        subject.put("one.png", b"one")
        assert subject.source.find(Place(name="two.png")) is None

    @pytest.mark.parametrize("identifier", ORDINARY)
    def test_takes_any_ordinary_name(self, subject: SourceUnderTest, identifier: str) -> None:
        subject.put(identifier, b"here")
        assert content_of(subject.source, identifier) == b"here"

    @pytest.mark.parametrize("identifier", CLIMBING, ids=lambda name: ascii(name[:24]))
    def test_has_nothing_where_an_identifier_leads_out(self, subject: SourceUnderTest, identifier: str) -> None:
        subject.put("b.png", b"inside")
        subject.put("a/b.png", b"inside")
        assert subject.source.find(Place(name=identifier)) is None

    def test_a_folder_is_no_image(self, subject: SourceUnderTest) -> None:
        subject.put("a/b.png", b"inside")
        assert subject.source.find(Place(name="a")) is None

    def test_can_be_read_from_any_place(self, subject: SourceUnderTest) -> None:
        subject.put("one.png", b"0123456789")
        found = subject.source.find(Place(name="one.png"))
        assert found is not None
        with found.open() as file:
            assert (file.read(2), file.seek(7), file.read(), file.seek(1), file.read(1)) == (b"01", 7, b"789", 1, b"1")

    def test_gives_any_piece_of_a_large_image(self, subject: SourceUnderTest) -> None:
        content = bytes(range(251)) * 4000
        subject.put("large.png", content)
        found = subject.source.find(Place(name="large.png"))
        assert found is not None
        with found.open() as file:
            assert file.seek(0, os.SEEK_END) == len(content)
            for start in (900_000, 10, 63_990, 500_000, 499_990, len(content) - 20):
                file.seek(start)
                assert file.read(30) == content[start : start + 30]

    def test_the_version_stays_while_the_bytes_do(self, subject: SourceUnderTest) -> None:
        subject.put("one.png", b"one")
        assert self.version(subject) == self.version(subject)

    def test_the_version_changes_with_the_bytes(self, subject: SourceUnderTest) -> None:
        subject.put("one.png", b"one")
        before = self.version(subject)
        subject.put("one.png", b"another")
        assert self.version(subject) != before

    def test_two_images_have_two_versions(self, subject: SourceUnderTest) -> None:
        subject.put("one.png", b"one")
        subject.put("two.png", b"two")
        assert self.version(subject, "one.png") != self.version(subject, "two.png")

    def test_never_mixes_the_old_bytes_with_the_new_version(self, subject: SourceUnderTest) -> None:
        subject.put("one.png", b"one")
        found = subject.source.find(Place(name="one.png"))
        subject.put("one.png", b"another")
        assert found is not None
        assert _outcome(found) in {b"one", IIIFError}

    def test_what_is_confirmed_is_the_image_of_now(self, subject: SourceUnderTest) -> None:
        subject.put("one.png", b"one")
        before = self.version(subject)
        subject.put("one.png", b"another")
        found = subject.source.find(Place(name="one.png", freshness=Freshness(is_confirmed_later=True)))
        assert found is not None
        if found.version == before:
            with pytest.raises(SourceReplaced):
                found.confirm()
        else:
            found.confirm()

    def test_the_time_of_the_last_change_knows_its_zone(self, subject: SourceUnderTest) -> None:
        subject.put("one.png", b"one")
        found = subject.source.find(Place(name="one.png"))
        assert found is not None
        assert found.last_modified is None or found.last_modified.tzinfo is not None

    def test_many_can_read_at_once(self, subject: SourceUnderTest) -> None:
        names = [f"{number}.png" for number in range(10)]
        for name in names:
            subject.put(name, name.encode() * 1000)
        with ThreadPoolExecutor(50) as readers:
            contents = list(readers.map(lambda name: content_of(subject.source, name), names * 5))
        assert contents == [name.encode() * 1000 for name in names * 5]

    def test_leaves_no_file_open(self, subject: SourceUnderTest) -> None:
        subject.put("one.png", b"one")
        content_of(subject.source, "one.png")
        before = open_files()
        for _ in range(50):
            content_of(subject.source, "one.png")
            subject.source.find(Place(name="two.png"))
        # Connections that are kept for later come and go.
        assert open_files() < before + 10

    def test_sees_no_problem_with_a_place_that_works(self, subject: SourceUnderTest) -> None:
        assert list(subject.source.problems()) == []

    @staticmethod
    def version(subject: SourceUnderTest, identifier: str = "one.png") -> str:
        found = subject.source.find(Place(name=identifier))
        assert found is not None
        return found.version


class WritingSourceContract(SourceContract):
    """What a source keeps that can also be written to."""

    @staticmethod
    def write(subject: SourceUnderTest, name: str, content: bytes, *, replaces: bool = False) -> None:
        subject.source.write(Place(name=name), io.BytesIO(content), replaces=replaces)

    def test_says_that_it_can_be_written_to(self, subject: SourceUnderTest) -> None:
        assert subject.source.can_write()

    @pytest.mark.parametrize("name", [name for name in ORDINARY if "/" not in name])
    def test_has_what_was_written(self, subject: SourceUnderTest, name: str) -> None:
        self.write(subject, name, b"here")
        assert content_of(subject.source, name) == b"here"

    def test_replaces_nothing_unasked(self, subject: SourceUnderTest) -> None:
        subject.put("one.png", b"old")
        with pytest.raises(AlreadyThere):
            self.write(subject, "one.png", b"new")
        assert content_of(subject.source, "one.png") == b"old"

    def test_replaces_what_is_to_be_replaced(self, subject: SourceUnderTest) -> None:
        subject.put("one.png", b"old")
        before = self.version(subject)
        self.write(subject, "one.png", b"new", replaces=True)
        assert content_of(subject.source, "one.png") == b"new"
        assert self.version(subject) != before

    @pytest.mark.parametrize("replaces", [False, True])
    def test_writes_nowhere_where_an_identifier_leads_out(self, subject: SourceUnderTest, replaces: bool) -> None:
        subject.put("b.png", b"inside")
        subject.put("a/b.png", b"inside")
        for identifier in CLIMBING:
            with pytest.raises(IIIFError):
                self.write(subject, identifier, b"outside", replaces=replaces)
        assert content_of(subject.source, "b.png") == content_of(subject.source, "a/b.png") == b"inside"

    def test_keeps_nothing_of_what_breaks_off(self, subject: SourceUnderTest) -> None:
        subject.put("one.png", b"old")
        with pytest.raises(IIIFError):
            subject.source.write(Place(name="one.png"), BreaksOff(), replaces=True)
        with pytest.raises(IIIFError):
            subject.source.write(Place(name="two.png"), BreaksOff())
        assert content_of(subject.source, "one.png") == b"old"
        assert subject.source.find(Place(name="two.png")) is None


class BreaksOff(io.BytesIO):
    """A file that cannot be read to its end."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self.seek(1)
        return b"beginning"


def _outcome(found: Found) -> object:
    try:
        with found.open() as file:
            return file.read()
    except IIIFError:
        return IIIFError


def open_files() -> int:
    """How many file descriptors this process has open."""
    return len(os.listdir("/proc/self/fd"))
