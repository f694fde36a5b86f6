"""Whole files from elsewhere, fetched once for all who want them."""

from __future__ import annotations

import io
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from caching import source_files
from caching.backends import source_filesystem
from caching.backends.source_filesystem import SourceFilesystemCache
from caching.base import CacheUnavailable
from caching.flight import Flights
from caching.keys import digest
from caching.links import Link
from caching.meeting import meeting_of_machine
from caching.outage import Outage
from caching.purges import Purge, Purges, Scope
from caching.source_files import SourceFiles
from iiifserver.iiif.errors import Overloaded, SourceUnavailable
from iiifserver.iiif.found import Found

CONTENT = os.urandom(200_000)
MANY = 1_000_000


class Elsewhere:
    """An image that another machine has; counts how often it is read from the beginning."""

    def __init__(self, content: bytes = CONTENT) -> None:
        self.content = content
        self.fetches = 0
        self.before = lambda: None

    def found(self, version: str = "1", source: str = "web") -> Found:
        return Found(open=lambda: Handle(self), version=version, source=source)


class Handle(io.BytesIO):
    def __init__(self, elsewhere: Elsewhere) -> None:
        super().__init__(elsewhere.content)
        self.elsewhere = elsewhere

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() == 0:
            self.elsewhere.fetches += 1
            self.elsewhere.before()
        return super().read(size)


def link(cache: SourceFilesystemCache) -> Link[SourceFilesystemCache]:
    return Link(1, "Files", cache, Outage("Reading"), Outage("Writing"))


def files_in(*caches: SourceFilesystemCache, seats: int = 16) -> SourceFiles:
    links = tuple(map(link, caches))
    return SourceFiles(links, Purges(), Flights(seats), meeting_of_machine())


@pytest.fixture
def files() -> SourceFiles:
    return files_in(SourceFilesystemCache.build({}))


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


def content_of(files: SourceFiles, found: Found, identifier: str = "card", most_bytes: int = MANY) -> bytes | None:
    """What whoever reads the image is given; `None` where nothing is kept."""
    keep = files.keeping(found, identifier, files.purges.newest).keep
    with found.open() as handle:
        kept = keep(handle, most_bytes)
    if kept is None:
        return None
    with kept:
        return kept.read()


def test_without_a_cache_nothing_is_promised(elsewhere):
    found = elsewhere.found()
    assert SourceFiles().keeping(found, "card", 0) is found


def test_a_file_is_fetched_once(files, elsewhere):
    assert [content_of(files, elsewhere.found()) for _ in range(3)] == [CONTENT] * 3
    assert elsewhere.fetches == 1
    counts = files.links[0].counts
    assert (counts.hits, counts.misses) == (2, 1)


def test_another_version_is_fetched_anew(files, elsewhere):
    content_of(files, elsewhere.found("1"))
    elsewhere.content = b"changed"
    assert content_of(files, elsewhere.found("2")) == b"changed"
    assert content_of(files, elsewhere.found("1")) == CONTENT


def test_the_same_version_of_another_source_is_another_file(files, elsewhere):
    content_of(files, elsewhere.found())
    assert content_of(files, Elsewhere(b"other").found(source="bucket")) == b"other"


def test_eight_who_ask_at_once_share_one_fetch(files, elsewhere):
    everybody_asks = threading.Barrier(8)

    def ask(_) -> bytes | None:
        everybody_asks.wait(60)
        return content_of(files, elsewhere.found())

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {CONTENT}
    assert elsewhere.fetches == 1


def test_who_follows_is_told_to_come_back_when_it_takes_too_long(files, elsewhere, monkeypatch):
    monkeypatch.setattr(source_files, "WAIT_SECONDS", 0.05)
    has_begun, goes_on = threading.Event(), threading.Event()
    elsewhere.before = lambda: (has_begun.set(), goes_on.wait(60))
    with ThreadPoolExecutor(1) as pool:
        leader = pool.submit(content_of, files, elsewhere.found())
        assert has_begun.wait(60)
        try:
            with pytest.raises(Overloaded):
                content_of(files, elsewhere.found())
        finally:
            goes_on.set()
        assert leader.result(60) == CONTENT


def test_a_fetch_that_breaks_off_is_everybodys_error_and_the_next_one_fetches_anew(files, elsewhere):
    def fail() -> None:
        raise SourceUnavailable("The source is silent.")

    elsewhere.before = fail
    with pytest.raises(SourceUnavailable):
        content_of(files, elsewhere.found())
    elsewhere.before = lambda: None
    assert content_of(files, elsewhere.found()) == CONTENT


def test_a_short_file_is_never_kept(files, elsewhere):
    class Short(Handle):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(size) if self.tell() == 0 and size and size < 1000 else b""

    with pytest.raises(SourceUnavailable, match="stopped in the middle"):
        content_of(files, Found(open=lambda: Short(elsewhere), version="1"))
    assert files.links[0].cache.usage().entries == 0


def test_a_file_larger_than_may_be_fetched_is_not_fetched(files, elsewhere):
    assert content_of(files, elsewhere.found(), most_bytes=len(CONTENT) - 1) is None
    assert elsewhere.fetches == 0


def test_a_file_of_unknown_length_is_left_to_others(files, elsewhere):
    class Endless(Handle):
        def seek(self, offset: int, whence: int = 0) -> int:
            if whence == io.SEEK_END:
                raise ValueError("Seek from end not supported")
            return super().seek(offset, whence)

    assert content_of(files, Found(open=lambda: Endless(elsewhere), version="1")) is None


def test_what_the_first_cache_does_not_take_the_second_keeps(elsewhere):
    small = SourceFilesystemCache.build({"limit_megabytes": 1, "folder": "small"})
    small.limit_bytes = 1000
    files = files_in(small, SourceFilesystemCache.build({}))
    assert [content_of(files, elsewhere.found()) for _ in range(2)] == [CONTENT] * 2
    assert elsewhere.fetches == 1


def test_a_full_disk_is_passed_by_and_rests(files, elsewhere, monkeypatch, caplog):
    def full(file, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(source_filesystem, "write_all", full)
    assert content_of(files, elsewhere.found()) is None
    assert "No space left" in caplog.text
    assert files.links[0].counts.failures == 1
    assert files.links[0].writing.is_on


def test_a_folder_that_cannot_be_read_is_passed_by(files, elsewhere, monkeypatch):
    def refuse(key):
        raise CacheUnavailable("The folder of the cache cannot be used.")

    monkeypatch.setattr(files.links[0].cache, "open", refuse)
    assert content_of(files, elsewhere.found()) == CONTENT


@pytest.mark.parametrize(
    "purge",
    [Purge(), Purge.of_image("card"), Purge(Scope.PREFIX, "ca"), Purge(Scope.SOURCE, "web")],
    ids=lambda purge: f"{purge.scope}{bool(purge.value)}",
)
def test_what_was_purged_is_fetched_anew(files, elsewhere, purge):
    content_of(files, elsewhere.found())
    files.purges.note(1, purge)
    assert content_of(files, elsewhere.found()) == CONTENT
    assert elsewhere.fetches == 2


@pytest.mark.parametrize(
    "purge",
    [Purge(Scope.INFOS), Purge.of_image("map"), Purge(Scope.PREFIX, "ma")],
    ids=lambda purge: purge.scope,
)
def test_what_was_not_purged_stays(files, elsewhere, purge):
    content_of(files, elsewhere.found())
    files.purges.note(1, purge)
    content_of(files, elsewhere.found())
    assert elsewhere.fetches == 1


def test_a_purge_of_old_pictures_is_not_about_files(files, elsewhere):
    content_of(files, elsewhere.found())
    files.purges.note(1, Purge(Scope.OLDER, str(time.time())))
    content_of(files, elsewhere.found())
    assert elsewhere.fetches == 1


def test_what_was_begun_before_a_purge_is_not_used_after_it(files, elsewhere):
    elsewhere.before = lambda: files.purges.note(1, Purge.of_image("card"))
    assert content_of(files, elsewhere.found()) == CONTENT
    elsewhere.before = lambda: None
    content_of(files, elsewhere.found())
    assert elsewhere.fetches == 2


def test_what_makes_room_is_still_read_by_who_fetched_it(elsewhere):
    cache = SourceFilesystemCache.build({})
    files = files_in(cache)
    keep = files.keeping(elsewhere.found(), "card", 0).keep
    with elsewhere.found().open() as handle, keep(handle, MANY) as kept:
        assert cache.purge_image(digest("card")) == 1
        assert kept.read() == CONTENT
