from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from caching import bounded_folder, shards
from caching.backends import filesystem
from caching.backends.filesystem import FilesystemCache, FilesystemForm
from caching.base import CacheUnavailable
from caching.sweeping import expired
from iiifserver.backend import BackendError
from iiifserver.testing.caches import CacheContract, key

HOUR = 3600
ROOT = Path(__file__).resolve().parents[3]


class TestFilesystemCache(CacheContract):
    @pytest.fixture
    def cache(self):
        return FilesystemCache.build({"limit_megabytes": 1})


@pytest.fixture
def cache():
    return FilesystemCache.build({"limit_megabytes": 1})


def small(limit_files: int) -> FilesystemCache:
    return FilesystemCache.build({"limit_files": limit_files})


def file_of(cache: FilesystemCache, image: str) -> Path:
    return cache._place(key(image))


def files_in(cache: FilesystemCache) -> list[Path]:
    return [path for path in cache.folder.rglob("*") if path.is_file() and path.name != "ledger"]


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def recount(cache: FilesystemCache) -> None:
    """Has the ages that a test has set be known, as if the server had started with these files."""
    (cache.folder / "ledger").unlink()


def test_it_lies_in_the_home_by_image_and_picture(cache, home):
    cache.put(key(), b"picture")
    (file,) = files_in(cache)
    image, picture = str(key()).split("/")
    assert file == home / "cache" / "derivatives" / image[:2] / image[2:] / picture


def test_entries_outlive_the_process(cache):
    cache.put(key(), b"picture")
    assert FilesystemCache.build({}).get(key()) == b"picture"


@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:-1], lambda raw: raw[:10], lambda raw: b"", lambda raw: raw + b"x"]
)
def test_a_damaged_entry_is_a_miss_and_is_removed(cache, damage):
    cache.put(key(), b"picture")
    file = file_of(cache, "card")
    file.write_bytes(damage(file.read_bytes()))
    assert cache.get(key()) is None
    assert not file.exists()
    cache.put(key(), b"picture")
    assert cache.get(key()) == b"picture"


def test_one_wrong_byte_is_a_miss(cache):
    cache.put(key(), b"picture")
    file = file_of(cache, "card")
    file.write_bytes(file.read_bytes()[:-1] + b"X")
    assert cache.get(key()) is None


def test_the_number_of_files_is_kept():
    cache = small(limit_files=20)
    for number in range(100):
        cache.put(key(str(number)), b"x")
    assert len(files_in(cache)) == cache.usage().entries <= 20


def test_the_number_of_bytes_is_kept(cache):
    for number in range(30):
        cache.put(key("card", str(number)), bytes(100_000))
    assert sum(file.stat().st_size for file in files_in(cache)) == cache.usage().bytes <= 1_000_000
    assert cache.usage().entries >= 7


def test_what_was_used_least_recently_goes_first():
    cache = small(limit_files=4)
    for number in range(4):
        cache.put(key(str(number)), b"x")
        age(file_of(cache, str(number)), (4 - number) * 2 * HOUR)
    recount(cache)
    assert cache.get(key("0")) == b"x"
    cache.put(key("new"), b"x")
    assert [cache.get(key(name)) is not None for name in ("0", "1", "2", "3", "new")] == [True, False, True, True, True]


def test_within_one_image_too_the_oldest_goes_first():
    cache = small(limit_files=16)
    for number in range(16):
        cache.put(key("card", str(number)), b"x")
        age(cache._place(key("card", str(number))), (20 - number) * HOUR)
    cache.put(key("card", "new"), b"x")
    kept = [number for number in range(16) if cache.get(key("card", str(number)))]
    assert kept == list(range(2, 16))


def test_use_is_noted_at_most_once_an_hour(cache):
    cache.put(key(), b"picture")
    file = file_of(cache, "card")
    for seconds, is_noted in ((HOUR / 2, False), (HOUR * 2, True)):
        age(file, seconds)
        before = file.stat().st_mtime
        cache.get(key())
        assert (file.stat().st_mtime > before) is is_noted


def test_a_clock_that_was_set_back_breaks_nothing():
    cache = small(limit_files=3)
    for number in range(3):
        cache.put(key(str(number)), b"x")
        age(file_of(cache, str(number)), -24 * HOUR)
    recount(cache)
    for number in range(6):
        cache.put(key(f"new {number}"), b"x")
    assert len(files_in(cache)) <= 3


def test_a_lost_ledger_is_counted_anew():
    cache = small(limit_files=5)
    for number in range(5):
        cache.put(key(str(number)), b"x")
    recount(cache)
    cache.put(key("new"), b"x")
    assert cache.usage().entries == len(files_in(cache)) == 5


def test_a_folder_that_somebody_removed_is_made_again(cache):
    import shutil

    cache.put(key(), b"picture")
    shutil.rmtree(cache.folder)
    assert cache.get(key()) is None
    cache.put(key(), b"picture")
    assert cache.get(key()) == b"picture"


def test_a_full_disk_leaves_nothing_behind(cache, monkeypatch):
    cache.put(key("map"), b"map")
    real_open = open

    def open_full(*args, **kwargs):
        handle = real_open(*args, **kwargs)

        class Full:
            def __enter__(self):
                return self

            def __exit__(self, *error):
                handle.close()

            def write(self, raw):
                handle.write(raw[:10])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return Full()

    monkeypatch.setattr(filesystem, "open", open_full, raising=False)
    with pytest.raises(CacheUnavailable, match="No space left"):
        cache.put(key(), b"picture")
    monkeypatch.undo()
    assert cache.get(key()) is None
    assert [file.parent for file in files_in(cache)] == [file_of(cache, "map").parent]


@pytest.mark.parametrize("call", ["mkdir", "mkstemp", "replace"])
def test_a_read_only_folder_is_unavailable_for_writing_alone(cache, monkeypatch, call):
    cache.put(key(), b"picture")

    def refuse(*args, **kwargs):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    owner = {"mkdir": Path, "mkstemp": bounded_folder.tempfile, "replace": bounded_folder.os}[call]
    monkeypatch.setattr(owner, call, refuse)
    monkeypatch.setattr(filesystem.os, "utime", refuse)
    with pytest.raises(CacheUnavailable):
        cache.put(key("map"), b"map")
    still_there = cache.get(key())
    monkeypatch.undo()
    assert still_there == b"picture"
    assert files_in(cache) == [file_of(cache, "card")]


def test_a_torn_entry_in_a_read_only_folder_is_a_miss(cache, monkeypatch):
    cache.put(key(), b"picture")
    file_of(cache, "card").write_bytes(b"torn")

    def refuse(*args, **kwargs):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "unlink", refuse)
    assert cache.get(key()) is None


def test_what_a_dead_writer_left_is_cleaned_away_and_what_is_being_written_stays(cache):
    cache.put(key(), b"picture")
    folder = file_of(cache, "card").parent
    dead, alive = folder / ".dead.tmp", folder / ".alive.tmp"
    dead.write_bytes(b"half")
    alive.write_bytes(b"half")
    age(dead, shards.LEFTOVER_SECONDS + 1)
    for number in range(bounded_folder.PUTS_BETWEEN_TIDYINGS * 256):
        if not dead.exists():
            break
        cache._bounded._puts = iter([number * bounded_folder.PUTS_BETWEEN_TIDYINGS])
        cache.put(key("map"), b"map")
    assert not dead.exists()
    assert alive.exists()
    assert cache.usage().entries == 2


def test_leftovers_do_not_count_and_are_never_served(cache):
    cache.put(key(), b"picture")
    (file_of(cache, "card").parent / ".half.tmp").write_bytes(b"half")
    recount(cache)
    cache.put(key("map"), b"map")
    assert cache.usage().entries == 2


def test_making_room_walks_a_shard_once_for_many_puts(monkeypatch):
    cache = small(limit_files=800)
    walked = []
    walk = shards.files_of_shard
    for number in range(800):
        cache.put(key("card", str(number)), b"x")
    monkeypatch.setattr(shards, "files_of_shard", lambda *where: walked.append(where) or walk(*where))
    for number in range(200):
        cache.put(key("card", f"new {number}"), b"x")
    assert len(walked) <= 200 // 100 + 3
    assert cache.usage().entries <= 800


@pytest.mark.parametrize("folder", ["..", "../../etc", "/etc", "/tmp", "."])
def test_no_folder_outside_the_home(folder):
    form = FilesystemForm({"folder": folder, "limit_megabytes": 1, "limit_files": 1})
    assert "folder" in form.errors
    with pytest.raises(BackendError):
        FilesystemCache.build({"folder": folder})


def test_a_link_that_leads_out_is_refused(home, tmp_path):
    (home / "cache").mkdir(parents=True)
    (home / "cache" / "out").symlink_to(tmp_path)
    with pytest.raises(BackendError):
        FilesystemCache.build({"folder": "out"})


def test_a_folder_that_cannot_be_made_is_a_problem_with_its_cure(home):
    home.mkdir()
    (home / "cache").write_text("a file")
    assert "let the server's user write" in " ".join(FilesystemCache.build({}).problems())
    assert FilesystemCache.build({}).get(key()) is None


def test_a_folder_that_works_has_no_problems(cache):
    assert list(cache.problems()) == []


class Disk:
    """A disk of which a test says how much is free: what the cache lets go becomes free."""

    def __init__(self, cache: FilesystemCache, free_bytes: int, free_files: int = 10**9) -> None:
        self.cache, self.size = cache, 10**10
        self.taken_by_others = self.size - free_bytes - self.used
        self.free_files = free_files + len(files_in(cache))

    @property
    def used(self) -> int:
        return sum(file.stat().st_size for file in files_in(self.cache))

    def state(self, folder: Path) -> SimpleNamespace:
        return SimpleNamespace(
            f_frsize=1,
            f_blocks=self.size,
            f_bavail=self.size - self.taken_by_others - self.used,
            f_files=10**9,
            f_favail=self.free_files - len(files_in(self.cache)),
        )


@pytest.fixture
def roomy():
    """A cache that leaves a megabyte free, with something in it."""
    cache = FilesystemCache.build({"free_megabytes": 1})
    for number in range(20):
        cache.put(key(str(number)), bytes(10_000))
        age(file_of(cache, str(number)), HOUR - number)
    recount(cache)
    return cache


def test_enough_free_is_left_alone(roomy, monkeypatch):
    monkeypatch.setattr(os, "statvfs", Disk(roomy, free_bytes=1_100_000).state)
    roomy.put(key("new"), b"picture")
    assert roomy.usage().entries == 21


def test_where_the_disk_gets_full_what_was_used_least_recently_makes_room_for_others(roomy, monkeypatch):
    monkeypatch.setattr(os, "statvfs", Disk(roomy, free_bytes=950_000).state)
    roomy.put(key("new"), b"picture")
    assert roomy.get(key("new")) == b"picture"
    assert roomy.get(key("0")) is None
    assert roomy.get(key("19")) is not None
    assert roomy.usage().entries == len(files_in(roomy)) < 20


def test_where_others_fill_the_disk_nothing_more_is_written(roomy, monkeypatch):
    monkeypatch.setattr(os, "statvfs", Disk(roomy, free_bytes=0).state)
    with pytest.raises(CacheUnavailable, match="nearly full"):
        roomy.put(key("new"), b"picture")
    assert roomy.get(key("new")) is None
    assert "Free some of it" in next(iter(roomy.problems()))


def test_an_empty_cache_on_a_full_disk_gives_up_at_once(cache, monkeypatch):
    monkeypatch.setattr(os, "statvfs", Disk(cache, free_bytes=0).state)
    with pytest.raises(CacheUnavailable, match="nearly full"):
        cache.put(key(), b"picture")


def test_inodes_are_left_to_others_too(roomy, monkeypatch):
    monkeypatch.setattr(os, "statvfs", Disk(roomy, free_bytes=10**9, free_files=990).state)
    roomy.put(key("new"), b"picture")
    assert roomy.usage().entries < 20
    monkeypatch.setattr(os, "statvfs", Disk(roomy, free_bytes=10**9, free_files=10).state)
    with pytest.raises(CacheUnavailable, match="inodes"):
        roomy.put(key("newer"), b"picture")


def test_a_small_disk_is_not_taken_for_a_full_one(monkeypatch, home):
    cache = FilesystemCache.build({"free_megabytes": 100_000})
    disk = Disk(cache, free_bytes=10**9)
    monkeypatch.setattr(os, "statvfs", disk.state)
    cache.put(key(), b"picture")
    assert cache.get(key()) == b"picture"


def test_the_guard_can_be_switched_off(roomy, monkeypatch):
    monkeypatch.setattr(os, "statvfs", Disk(roomy, free_bytes=0).state)
    unguarded = FilesystemCache.build({"free_megabytes": 0})
    unguarded.put(key("new"), b"picture")
    assert unguarded.get(key("new")) == b"picture"


def test_what_nobody_asked_for_in_its_time_is_a_miss_and_is_swept_away():
    cache = FilesystemCache.build({"ttl_seconds": 2 * HOUR})
    for name in ("old", "new"):
        cache.put(key(name), b"picture")
    age(file_of(cache, "old"), 4 * HOUR)
    assert cache.get(key("old")) is None
    assert sum(piece.entries for piece in cache.sweep(expired)) == 1
    assert cache.get(key("new")) == b"picture"


def test_a_write_that_the_kernel_stops_in_the_middle_leaves_nothing_behind(home):
    code = f"""
        import resource, signal, sys
        sys.path.insert(0, {str(ROOT)!r})
        from django.conf import settings
        settings.configure(IIIFSERVER={{"HOME": {str(home)!r}}})
        from caching.backends.filesystem import FilesystemCache
        from caching.base import CacheUnavailable
        from iiifserver.testing.caches import key
        cache = FilesystemCache.build({{}})
        cache.put(key("map"), bytes(10_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        try:
            cache.put(key(), bytes(200_000))
        except CacheUnavailable:
            sys.exit(7)
    """
    assert subprocess.run([sys.executable, "-c", textwrap.dedent(code)], timeout=60, check=False).returncode == 7
    cache = FilesystemCache.build({})
    assert cache.get(key()) is None
    assert files_in(cache) == [file_of(cache, "map")]
    assert cache.usage().entries == 1
