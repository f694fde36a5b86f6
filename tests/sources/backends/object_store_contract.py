"""What every source in an object store keeps beside what every source does."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable

import pytest

from iiifserver.iiif.errors import AlreadyThere, Forbidden, IIIFError, NotFound, SourceReplaced, SourceUnavailable
from iiifserver.iiif.found import Found
from iiifserver.testing import SourceUnderTest, WritingSourceContract, content_of
from sources.base import FolderEntry, Place
from sources.freshness import Freshness
from sources.ranged import key_target
from sources.ranged.key_source import KeySource
from sources.ranged.key_target import Target
from sources.ranged.source import RemoteSource

LATER = Place(name="a.tif", freshness=Freshness(is_confirmed_later=True))
LEAST_PIECE_BYTES = 5 * 1024 * 1024
"""What S3 takes for a piece that is not the last."""
NAMES = ("b.png", "a/1.png", "a/2.png", "a-c.png", "c.png")
EVERYTHING = [FolderEntry("a-c.png"), FolderEntry("a", is_folder=True), FolderEntry("b.png"), FolderEntry("c.png")]


class ObjectStoreContract(WritingSourceContract):
    """A subclass has the fixtures `build`, which makes a source with these options on an empty bucket, and `put`. It
    names options under which its service does not answer, and under which there is no such bucket.
    """

    unavailable: dict[str, object]
    gone: dict[str, object]

    @pytest.fixture
    def build(self) -> Callable[..., KeySource]:
        raise NotImplementedError

    @pytest.fixture
    def put(self) -> Callable[[str, bytes], object]:
        raise NotImplementedError

    @pytest.fixture
    def subject(self, build, put) -> SourceUnderTest:
        return SourceUnderTest(build(), put)

    @pytest.fixture
    def small_pieces(self, monkeypatch) -> None:
        monkeypatch.setattr(key_target, "PIECE_BYTES", LEAST_PIECE_BYTES)

    @pytest.fixture
    def pictures(self, put) -> None:
        """Five objects, two of them in a folder."""
        for name in NAMES:
            put(name, b"here")

    def test_an_empty_object_is_found_empty(self, build, put):
        put("a.png", b"")
        assert content_of(build(), "a.png") == b""

    def test_only_what_is_read_is_fetched(self, build, put):
        put("a.tif", bytes(range(250)) * 4000)
        source = build(shared_cache_megabytes=0)
        with source.find(Place(name="a.tif")).open() as file:
            file.seek(500_010)
            assert file.read(5) == bytes(range(10, 15))
        assert source.traffic().received_bytes <= 2 * 64_000

    def test_a_bucket_that_is_gone_is_no_missing_image_and_takes_nothing(self, build):
        source = build(**self.gone)
        with pytest.raises(SourceUnavailable, match="bucket"):
            source.find(Place(name="a.png"))
        with pytest.raises(NotFound):
            source.write(Place(name="a.png"), io.BytesIO(b"new"))

    def test_a_service_that_is_not_there_is_unavailable(self, build):
        source = build(**self.unavailable)
        with pytest.raises(SourceUnavailable):
            source.find(Place(name="a.png"))
        with pytest.raises(SourceUnavailable):
            source.entries("", "", 10)
        with pytest.raises(SourceUnavailable):
            source.write(Place(name="a.png"), io.BytesIO(b"new"))

    @pytest.mark.parametrize(
        ("after", "limit", "expected"),
        [("", 100, EVERYTHING), ("", 2, EVERYTHING[:2]), ("a", 2, EVERYTHING[2:]), ("b.png", 2, EVERYTHING[3:]),
         ("a-c.png", 1, EVERYTHING[1:2]), ("aa", 9, EVERYTHING[2:]), ("c.png", 9, [])],
    )  # fmt: skip
    def test_it_can_be_looked_through_page_by_page(self, build, pictures, after: str, limit: int, expected):
        assert build().entries("", after, limit) == expected

    def test_what_lies_in_a_folder_is_listed_without_it(self, build, put, pictures):
        put("a/", b"")
        source = build()
        assert source.entries("a", "", 10) == [FolderEntry("1.png"), FolderEntry("2.png")]
        assert source.entries("a", "1.png", 10) == [FolderEntry("2.png")]
        assert source.entries("a", "2.png", 10) == []

    @pytest.mark.parametrize("folder", ["missing", "..", "a/../b", "/"])
    def test_a_folder_that_is_not_there_is_none(self, build, pictures, folder: str):
        assert build().entries(folder, "", 10) is None

    def test_many_entries_come_page_by_page(self, build, put):
        names = [f"many/{number:02} é+%.png" for number in range(23)]
        for name in names:
            put(name, b"x")
        source, listed = build(), [""]
        while page := source.entries("many", listed[-1], 5):
            listed += (entry.name for entry in page)
        assert [f"many/{name}" for name in listed[1:]] == names

    def test_what_is_written_may_lie_in_a_new_folder(self, subject: SourceUnderTest):
        self.write(subject, "maps/old/a.png", b"here")
        assert subject.source.entries("maps", "", 10) == [FolderEntry("old", is_folder=True)]
        assert content_of(subject.source, "maps/old/a.png") == b"here"

    @pytest.mark.parametrize("size", [LEAST_PIECE_BYTES, 2 * LEAST_PIECE_BYTES + 7])
    def test_a_large_object_is_written_in_pieces(self, subject: SourceUnderTest, small_pieces, size: int):
        content = bytes(range(251)) * (size // 251) + bytes(size % 251)
        self.write(subject, "large.tif", content)
        assert content_of(subject.source, "large.tif") == content

    def test_of_a_large_object_that_breaks_off_nothing_is_there(self, subject: SourceUnderTest, small_pieces):
        with pytest.raises(SourceUnavailable):
            subject.source.write(Place(name="broken.tif"), BreaksOffLate())
        assert subject.source.find(Place(name="broken.tif")) is None
        assert subject.source.entries("", "", 10) == []

    @pytest.mark.parametrize("size", [3, LEAST_PIECE_BYTES + 3])
    def test_what_is_replaced_is_seen_at_once_in_this_process(self, build, put, small_pieces, size: int):
        source = build(look_again_seconds=3600)
        put("one.png", b"old")
        assert content_of(source, "one.png") == b"old"
        source.write(Place(name="one.png"), io.BytesIO(bytes(size)), replaces=True)
        assert content_of(source, "one.png") == bytes(size)

    def test_a_store_that_lets_nobody_write_says_so(self, subject: SourceUnderTest, monkeypatch):
        monkeypatch.setattr(type(subject.source.target("one.png")), "put", refuse)
        with pytest.raises(Forbidden, match="right to write"):
            self.write(subject, "one.png", b"new")

    def test_a_name_that_nobody_would_see_is_refused(self, subject: SourceUnderTest):
        for name in ("a/.hidden.png", "a/b\n.png"):
            with pytest.raises(Forbidden):
                self.write(subject, name, b"new")

    def test_a_failed_upload_counts_against_the_service_alone(self, subject: SourceUnderTest):
        subject.put("one.png", b"old")
        for _ in range(10):
            with pytest.raises(IIIFError):
                self.write(subject, "one.png", b"new")
        assert subject.source.resting_servers == 0


class ConditionalStoreContract(ObjectStoreContract):
    """The same against a server that keeps to conditions."""

    @pytest.fixture
    def seen(self, build, put) -> RemoteSource:
        """A source that has started after another one saw the image."""
        put("a.tif", bytes(1_000_000))
        build().find(LATER)
        return build()

    def test_a_piece_of_what_was_seen_before_tells_that_it_is_so_still(self, seen):
        found = seen.find(LATER)
        read_a_piece(found)
        found.confirm()
        assert seen.traffic().requests == 1

    def test_a_piece_of_what_was_replaced_since_is_refused(self, seen, put):
        put("a.tif", bytes(1_000_001))
        with pytest.raises(SourceReplaced):
            read_a_piece(seen.find(LATER))
        newer = seen.find(LATER)
        newer.confirm()
        with newer.open() as file:
            assert len(file.read()) == 1_000_001

    @pytest.mark.parametrize("size", [3, LEAST_PIECE_BYTES + 3])
    def test_of_two_who_want_a_name_at_once_one_is_refused(
        self, subject: SourceUnderTest, monkeypatch, small_pieces, size: int
    ):
        subject.put("one.png", b"old")
        monkeypatch.setattr(type(subject.source.target("one.png")), "is_taken", lambda target: False)
        with pytest.raises(AlreadyThere):
            self.write(subject, "one.png", bytes(size))
        assert content_of(subject.source, "one.png") == b"old"


class BreaksOffLate(io.BytesIO):
    """A large file that cannot be read to its end."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > LEAST_PIECE_BYTES:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self.seek(self.tell() + (size or 0))
        return bytes(size or 0)


def refuse(target: Target, content: bytes, *, replaces: bool) -> None:
    raise Forbidden("The source does not give this image out.")


def read_a_piece(found: Found) -> None:
    with found.open() as file:
        file.seek(500_000)
        file.read(10)
