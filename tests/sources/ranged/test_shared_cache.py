from __future__ import annotations

import os
import random
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from sources.ranged.shared_cache import SharedCache, held_bytes
from sources.ranged.spans import Span

LIMIT = 2_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "pieces" / "one.sqlite3"


@pytest.fixture
def cache(file: Path):
    cache = SharedCache(file, LIMIT)
    yield cache
    cache.close()


def test_any_part_of_a_piece_is_found(cache: SharedCache):
    cache.put("v", 100, b"0123456789")
    assert cache.get("v", Span(103, 106)) == b"345"


@pytest.mark.parametrize("span", [Span(99, 101), Span(109, 111), Span(0, 5)])
def test_what_is_not_wholly_there_is_not_found(cache: SharedCache, span: Span):
    cache.put("v", 100, b"0123456789")
    assert cache.get("v", span) is None


def test_another_version_is_another_file(cache: SharedCache):
    cache.put("v", 0, b"old")
    assert cache.get("w", Span(0, 3)) is None


def test_a_short_piece_does_not_hide_a_long_one(cache: SharedCache):
    cache.put("v", 0, b"0123456789")
    cache.put("v", 2, b"23")
    cache.put("v", 0, b"01")
    assert cache.get("v", Span(1, 8)) == b"1234567"


def test_what_is_forgotten_is_gone(cache: SharedCache):
    cache.put("v", 0, b"here")
    cache.forget("v")
    assert cache.get("v", Span(0, 4)) is None


def test_it_never_holds_more_than_its_limit(cache: SharedCache, file: Path):
    for number in range(100):
        cache.put("v", number * 100_000, random.randbytes(100_000))
        with closing(sqlite3.connect(file)) as database:
            assert 0 < held_bytes(database) <= LIMIT
    assert cache.get("v", Span(9_900_000, 10_000_000)) is not None
    assert cache.get("v", Span(0, 100_000)) is None


def test_a_piece_that_would_take_most_of_it_is_not_kept(cache: SharedCache):
    cache.put("v", 0, bytes(LIMIT))
    assert cache.get("v", Span(0, 10)) is None


def test_a_limit_of_nothing_makes_no_file(file: Path):
    cache = SharedCache(file, 0)
    cache.put("v", 0, b"here")
    assert cache.get("v", Span(0, 4)) is None
    assert not file.exists()


def test_two_processes_share_what_they_fetch(cache: SharedCache, file: Path):
    cache.put("v", 0, b"here")
    other = SharedCache(file, LIMIT)
    assert other.get("v", Span(0, 4)) == b"here"
    other.close()


def test_a_damaged_file_is_thrown_away(file: Path):
    file.parent.mkdir()
    file.write_bytes(b"nonsense" * 10_000)
    cache = SharedCache(file, LIMIT)
    assert cache.get("v", Span(0, 4)) is None
    cache.put("v", 0, b"here")
    assert cache.get("v", Span(0, 4)) == b"here"
    cache.close()


def test_a_folder_that_cannot_be_written_costs_only_the_cache(tmp_path: Path):
    (tmp_path / "pieces").write_bytes(b"")
    cache = SharedCache(tmp_path / "pieces" / "one.sqlite3", LIMIT)
    cache.put("v", 0, b"here")
    assert cache.get("v", Span(0, 4)) is None


def test_the_file_of_a_source_that_is_long_gone_is_removed(cache: SharedCache, file: Path):
    file.parent.mkdir()
    for name in ("old.sqlite3", "young.sqlite3"):
        (file.parent / name).touch()
    os.utime(file.parent / "old.sqlite3", (0, 0))
    cache.put("v", 0, b"here")
    assert {each.name for each in file.parent.glob("*.sqlite3")} == {"one.sqlite3", "young.sqlite3"}


def test_nobody_else_may_read_it(cache: SharedCache, file: Path):
    cache.put("v", 0, b"here")
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600


def test_many_threads_use_it_at_once(cache: SharedCache):
    def work(number: int) -> bool:
        content = random.randbytes(10_000)
        cache.put(f"v{number}", 0, content)
        return cache.get(f"v{number}", Span(0, 10_000)) == content

    with ThreadPoolExecutor(20) as threads:
        assert all(threads.map(work, range(100)))
