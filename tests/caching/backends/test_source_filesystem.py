from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from caching import folder_store
from caching.backends import source_filesystem
from caching.backends.source_filesystem import SourceFilesystemCache, SourceFilesystemForm
from caching.base import CacheUnavailable
from caching.keys import Subject, digest, source_key
from caching.purges import Purge, Scope
from caching.stamp import Stamp
from caching.sweeping import covered_by, damaged, everything, expired, stamp_on
from processors.downloads import path_of
from tests.caching.backends.test_filesystem import Disk, recount

MEGABYTE = 1_000_000
CONTENT = os.urandom(300_000)


def key(identifier: str = "card", version: str = "1", source: str = "shelf"):
    return source_key(Subject(identifier, source), version)


def stamp(identifier: str = "card", generation: int = 7) -> Stamp:
    return Stamp(generation, int(time.time()), Subject(identifier, "shelf"))


def put(cache: SourceFilesystemCache, identifier: str = "card", content: bytes = CONTENT, version: str = "1") -> bool:
    """Whether it was taken."""
    opened = cache.put(key(identifier, version), stamp(identifier), len(content), lambda write: write(content))
    if opened is None:
        return False
    with opened:
        assert opened.read() == content
    return True


def content_of(cache: SourceFilesystemCache, identifier: str = "card", version: str = "1") -> bytes | None:
    kept = cache.open(key(identifier, version))
    if kept is None:
        return None
    with kept.handle:
        return kept.handle.read()


def files_of(cache: SourceFilesystemCache) -> list[Path]:
    """Everything in the folder but its books."""
    return [path for path in cache.folder.rglob("*") if path.is_file() and path.name != "ledger"]


def age_of(cache: SourceFilesystemCache, **which: str):
    kept = cache.open(key(**which))
    if kept is None:
        return None
    kept.handle.close()
    return kept.age


def place_of(cache: SourceFilesystemCache, identifier: str = "card") -> Path:
    return cache._place(key(identifier))


def used(cache: SourceFilesystemCache, identifier: str, seconds_ago: float) -> None:
    then = time.time() - seconds_ago
    os.utime(place_of(cache, identifier), (then, then))
    recount(cache)


@pytest.fixture
def cache() -> SourceFilesystemCache:
    return SourceFilesystemCache.build({"limit_megabytes": 1})


def test_a_file_is_kept_byte_for_byte_as_a_file_of_its_own(cache):
    assert content_of(cache) is None
    assert put(cache)
    assert content_of(cache) == place_of(cache).read_bytes() == CONTENT
    assert age_of(cache).generation == 7


def test_another_version_is_another_file(cache):
    put(cache)
    assert content_of(cache, version="2") is None
    assert age_of(cache, source="another shelf") is None


def test_a_file_that_is_too_large_is_not_even_begun(cache):
    poured = []
    assert cache.put(key(), stamp(), MEGABYTE + 1, poured.append) is None
    assert (poured, files_of(cache)) == ([], [])


def test_what_was_used_least_recently_makes_room(cache):
    for age, name in enumerate(("c", "b", "a", "d")):
        put(cache, name, CONTENT[:240_000])
        used(cache, name, 1000 - 100 * age)
    assert content_of(cache, "c") is not None
    put(cache, "new", CONTENT[:200_000])
    assert [name for name in "abcd" if content_of(cache, name) is None] == ["b"]
    assert cache.usage().bytes <= MEGABYTE


def test_the_limit_of_files_is_kept():
    cache = SourceFilesystemCache.build({"limit_files": 2})
    for age, name in enumerate("abc"):
        put(cache, name, b"small")
        used(cache, name, 1000 - 100 * age)
    put(cache, "d", b"small")
    assert [name for name in "abcd" if content_of(cache, name)] == ["c", "d"]


def test_who_reads_a_file_reads_it_to_its_end_whatever_makes_room(cache):
    put(cache, "a")
    with cache.open(key("a")).handle as reader:
        used(cache, "a", 3000)
        beginning = reader.read(1000)
        for name in "bcd":
            put(cache, name)
        assert not place_of(cache, "a").exists()
        assert beginning + reader.read() == CONTENT
        with open(path_of(reader), "rb") as library:
            assert library.read() == CONTENT


def test_a_reader_is_not_disturbed_by_a_purge(cache):
    put(cache)
    with cache.open(key()).handle as reader:
        assert cache.purge() == 1
        assert reader.read() == CONTENT


@pytest.mark.parametrize("error", [RuntimeError("The source is silent."), KeyboardInterrupt()])
def test_a_file_that_breaks_off_leaves_nothing(cache, error):
    def pour(write):
        write(CONTENT[:1000])
        raise error

    with pytest.raises(type(error)):
        cache.put(key(), stamp(), len(CONTENT), pour)
    assert (files_of(cache), cache.usage().entries) == ([], 0)


def test_a_truncated_file_is_passed_by_and_made_anew(cache):
    put(cache)
    os.truncate(place_of(cache), 1000)
    assert content_of(cache) is None
    assert put(cache)
    assert content_of(cache) == CONTENT


@pytest.mark.parametrize("note", [b"", b"nonsense", bytes(200)])
def test_a_file_whose_note_is_not_sound_is_passed_by(cache, note):
    put(cache)
    Path(f"{place_of(cache)}.note").write_bytes(note)
    assert content_of(cache) is None


def test_a_file_without_a_note_is_passed_by_and_swept_as_damaged(cache):
    put(cache)
    Path(f"{place_of(cache)}.note").unlink()
    assert content_of(cache) is None
    assert swept(cache, damaged) == 1
    assert files_of(cache) == []


def test_what_was_not_used_for_long_is_passed_by_and_swept():
    cache = SourceFilesystemCache.build({"ttl_seconds": 3600})
    for name in ("old", "new"):
        put(cache, name)
    used(cache, "old", 3 * 3600)
    assert content_of(cache, "old") is None
    assert swept(cache, expired) == 1
    assert content_of(cache, "new") == CONTENT


def test_use_is_noted_at_most_once_a_minute(cache, monkeypatch):
    put(cache)
    touched = []
    monkeypatch.setattr(source_filesystem, "touch", touched.append)
    content_of(cache)
    assert touched == []
    used(cache, "card", 100)
    content_of(cache)
    assert touched == [place_of(cache)]


# --- Sweeps and purges -------------------------------------------------------------------------------------------


def swept(cache: SourceFilesystemCache, judge, **how) -> int:
    return sum(piece.entries for piece in cache.sweep(judge, **how))


def test_a_sweep_finds_whole_files_whole_and_damaged_ones_damaged(cache):
    for name in ("good", "bad"):
        put(cache, name)
    assert swept(cache, damaged) == 0
    place = place_of(cache, "bad")
    place.write_bytes(CONTENT[:-1] + bytes([CONTENT[-1] ^ 1]))
    assert swept(cache, damaged) == 1
    assert not place.exists()


@pytest.mark.parametrize(
    "purge", [Purge(Scope.PREFIX, "ca"), Purge.of_image("card"), Purge()], ids=lambda purge: purge.scope
)
def test_a_sweep_removes_what_a_purge_is_about_and_every_trace(cache, purge):
    put(cache, "card")
    assert swept(cache, covered_by(purge)) == 1
    assert files_of(cache) == []


def test_a_sweep_of_a_source_leaves_other_sources(cache):
    put(cache, "card")
    assert swept(cache, covered_by(Purge(Scope.SOURCE, "drawer"))) == 0
    assert swept(cache, covered_by(Purge(Scope.SOURCE, "shelf"))) == 1


def test_a_sweep_may_only_count(cache):
    put(cache)
    stamps = []
    assert swept(cache, lambda entry: bool(stamps.append(stamp_on(entry))) or everything(entry), removes=False) == 1
    assert stamps[0].subject == Subject("card", "shelf")
    assert content_of(cache) == CONTENT


def test_purging_an_image_leaves_no_trace_of_it_and_all_of_the_others(cache):
    put(cache, "card")
    put(cache, "card", b"later", version="2")
    put(cache, "map")
    assert cache.purge_image(digest("card")) == 2
    assert content_of(cache, "map") == CONTENT
    assert not place_of(cache, "card").parent.exists()
    assert (cache.usage().entries, cache.usage().bytes) == (1, len(CONTENT))


# --- Disks -------------------------------------------------------------------------------------------------------


def test_a_disk_that_fills_in_the_middle_leaves_nothing(cache, monkeypatch):
    def full(file, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    put(cache, "kept")
    monkeypatch.setattr(source_filesystem, "write_all", full)
    with pytest.raises(CacheUnavailable, match="No space left"):
        put(cache)
    assert content_of(cache, "kept") == CONTENT
    assert not place_of(cache).parent.exists() or not list(place_of(cache).parent.iterdir())


def test_a_file_is_not_begun_for_which_others_leave_too_little(cache, monkeypatch):
    monkeypatch.setattr(os, "statvfs", Disk(cache, free_bytes=0).state)
    poured = []
    with pytest.raises(CacheUnavailable, match="too full"):
        cache.put(key(), stamp(), len(CONTENT), poured.append)
    assert poured == []


def test_where_the_disk_gets_full_older_files_make_room(cache, monkeypatch):
    cache = SourceFilesystemCache.build({"free_megabytes": 1})
    for age, name in enumerate("abc"):
        put(cache, name)
        used(cache, name, 1000 - 100 * age)
    monkeypatch.setattr(os, "statvfs", Disk(cache, free_bytes=1_100_000).state)
    put(cache, "new", CONTENT[:200_000])
    assert content_of(cache, "a") is None
    assert content_of(cache, "c") == CONTENT


def test_a_file_larger_than_all_that_could_go_empties_nothing(cache, monkeypatch):
    cache = SourceFilesystemCache.build({"free_megabytes": 1, "limit_megabytes": 100})
    put(cache, "a")
    monkeypatch.setattr(os, "statvfs", Disk(cache, free_bytes=1_400_000).state)
    with pytest.raises(CacheUnavailable, match="too full"):
        cache.put(key("huge"), stamp(), 50 * MEGABYTE, lambda write: None)
    assert content_of(cache, "a") == CONTENT


def test_a_folder_that_cannot_be_written_is_said_so(cache, monkeypatch):
    monkeypatch.setattr(folder_store.os, "access", lambda *_: False)
    assert "cannot be written" in next(iter(cache.problems()))


def test_the_form_makes_the_cache():
    form = SourceFilesystemForm({name: field.initial for name, field in SourceFilesystemForm.base_fields.items()})
    assert form.is_valid(), form.errors
    cache = SourceFilesystemCache.build(form.cleaned_data)
    assert cache.folder.name == "sources"
    assert cache.limit_bytes == 10_000 * MEGABYTE
