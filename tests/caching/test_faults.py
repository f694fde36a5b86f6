"""What goes wrong on real machines, done for real: disks that are full or locked, and processes that are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from caching.backends.filesystem import FilesystemCache
from caching.flight import Flights
from caching.links import Link
from caching.lock_file import LockFile
from caching.meeting import meeting_of
from caching.outage import Outage
from caching.runtime import Caches, Derivatives
from caching.shards import UNFINISHED
from caching.sweeping import damaged
from iiifserver.testing.caches import key

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60
PICTURE = bytes(range(256)) * 800
OPENING = """
    import os, resource, signal, subprocess, sys, tempfile, time
    import django
    from django.conf import settings
    home = sys.argv[1]
    settings.configure(IIIFSERVER={"HOME": home}, INSTALLED_APPS=[])
    django.setup()
    from pathlib import Path
    from caching.backends.filesystem import FilesystemCache
    from caching.base import CacheUnavailable
    from caching.links import Link
    from caching.meeting import meeting_of
    from caching.outage import REST_SECONDS, Outage
    from caching.runtime import Caches, Derivatives
    from iiifserver.testing.caches import key
    from tests.caching.test_faults import PICTURE, caches_over

    def die():
        os.kill(os.getpid(), signal.SIGKILL)
"""
DYING = {
    "as the file is made": """
        begin = tempfile.mkstemp
        tempfile.mkstemp = lambda *where, **how: (begin(*where, **how), die())
    """,
    "in the middle of the bytes": """
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
    """,
    "before the file is moved": "os.replace = lambda *places: die()",
    "after the file is moved": """
        move = os.replace
        os.replace = lambda *places: (move(*places), die())
    """,
}


def caches_over(cache: FilesystemCache) -> Caches:
    link = Link(1, "Disk", cache, Outage("Reading"), Outage("Writing"))
    return Caches(derivatives=Derivatives((link,)), flights=Flights(2), meeting=meeting_of([cache]))


def python(*parts: str) -> list[str]:
    return [sys.executable, "-c", "".join(textwrap.dedent(part) for part in (OPENING, *parts))]


@pytest.fixture
def small_disk(home):
    """Runs code in a process whose home is a disk of two megabytes that nobody else sees."""
    home.mkdir()
    mount = ["sh", "-c", 'mount -t tmpfs -o size=2m,nr_inodes=4k tmpfs "$0" && exec "$@"', str(home)]
    ways = (["unshare", "--user", "--map-root-user", "--mount"], ["unshare", "--mount"])

    def is_open(way: list[str]) -> bool:
        return subprocess.run([*way, *mount, "true"], capture_output=True, timeout=SECONDS, check=False).returncode == 0

    way = next(filter(is_open, ways), None)
    if way is None:
        pytest.xfail("Nobody may mount a disk here: what the kernel and Python refuse is tested all the same.")

    def run(code: str) -> None:
        done = subprocess.run(
            [*way, *mount, *python(code), str(home)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    return run


class TestFullDisk:
    def test_in_the_middle_of_a_write_it_costs_that_picture_alone(self, small_disk):
        small_disk("""
            cache = FilesystemCache.build({"free_megabytes": 0})
            kept = 0
            try:
                while True:
                    cache.put(key(str(kept)), PICTURE)
                    kept += 1
            except CacheUnavailable as error:
                assert "No space left" in str(error), error
            assert kept > 3
            assert [cache.get(key(str(number))) == PICTURE for number in range(kept)] == [True] * kept
            assert cache.get(key(str(kept))) is None
            assert not list(Path(home).rglob("*.tmp"))
            assert cache.usage().entries == kept

            assert caches_over(cache).picture(key("new"), 0, lambda: PICTURE) == PICTURE
            assert cache.get(key("new")) is None
            cache.purge_image(key("0").image)
            cache.put(key("new"), PICTURE)
            assert cache.get(key("new")) == PICTURE
        """)

    def test_filled_by_others_it_takes_no_more_and_everything_is_served(self, small_disk):
        small_disk("""
            cache = FilesystemCache.build({"free_megabytes": 0})
            served = caches_over(cache)
            served.derivatives.put(key("card"), PICTURE, 0)
            try:
                with open(Path(home) / "theirs", "wb", buffering=0) as theirs:
                    while theirs.write(bytes(4096)):
                        pass
            except OSError:
                pass
            assert served.picture(key("card"), 0, lambda: b"made again") == PICTURE
            assert served.picture(key("new"), 0, lambda: PICTURE) == PICTURE
            assert not list(Path(home).rglob("*.tmp"))
            os.unlink(Path(home) / "theirs")
            cache.put(key("new"), PICTURE)
            assert cache.get(key("new")) == PICTURE
        """)

    def test_that_does_not_even_take_the_books_has_them_made_later(self, small_disk):
        small_disk("""
            cache = FilesystemCache.build({"free_megabytes": 0})
            for number in range(3):
                cache.put(key(str(number)), PICTURE)
            os.unlink(cache.folder / "ledger")
            try:
                with open(Path(home) / "theirs", "wb", buffering=0) as theirs:
                    while theirs.write(bytes(4096)):
                        pass
            except OSError:
                pass
            try:
                cache.purge_image(key("other").image)
            except CacheUnavailable:
                pass
            os.unlink(Path(home) / "theirs")
            cache.put(key("new"), PICTURE)
            assert cache.usage().entries == 4, cache.usage()
        """)

    def test_with_the_usual_settings_it_never_gets_that_far(self, small_disk):
        small_disk("""
            cache = FilesystemCache.build({})
            for number in range(60):
                cache.put(key(str(number)), PICTURE)
                assert cache.get(key(str(number))) == PICTURE
            disk = os.statvfs(home)
            assert disk.f_bavail > 0
            assert 3 < cache.usage().entries < 12
        """)


def test_a_disk_that_is_locked_against_writing_is_read_and_passed_by(small_disk):
    small_disk("""
        cache = FilesystemCache.build({"free_megabytes": 0})
        served = caches_over(cache)
        served.derivatives.put(key("card"), PICTURE, 0)
        served.derivatives.put(key("torn"), PICTURE, 0)
        (torn,) = (Path(home) / "cache" / "derivatives").glob(f"{key('torn').image[:2]}/*/*")
        torn.write_bytes(torn.read_bytes()[:-1])
        subprocess.run(["mount", "-o", "remount,ro", home], check=True)
        try:
            cache.put(key("new"), PICTURE)
        except CacheUnavailable as error:
            assert "Read-only file system" in str(error), error
        else:
            raise AssertionError("the disk is not locked")
        assert served.picture(key("card"), 0, lambda: b"made again") == PICTURE
        assert served.picture(key("torn"), 0, lambda: PICTURE) == PICTURE
        assert served.picture(key("new"), 0, lambda: PICTURE) == PICTURE
        subprocess.run(["mount", "-o", "remount,rw", home], check=True)
        cache.put(key("new"), PICTURE)
        assert cache.get(key("new")) == PICTURE
    """)


class TestKilledLeader:
    @pytest.fixture
    def leader(self, home):
        """Starts another process that makes the card, until it is told to go on, and then dies while it puts it."""
        started = []

        def start(dying: str) -> subprocess.Popen[str]:
            making = """
                def make():
                    print("begun", flush=True)
                    sys.stdin.readline()
                    return PICTURE

                caches_over(FilesystemCache.build({})).picture(key(), 0, make)
            """
            process = subprocess.Popen(
                [*python(dying, making), str(home)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            started.append(process)
            assert process.stdout.readline() == "begun\n"
            return process

        yield start
        for process in started:
            with process:
                process.kill()

    @pytest.mark.parametrize("dying", DYING)
    def test_while_it_writes_others_get_the_whole_picture(self, leader, home, dying):
        process, waits = leader(DYING[dying]), threading.Event()
        cache = FilesystemCache.build({})
        caches = caches_over(cache)
        wait, made = caches.flights.wait, []

        def waiting(until, deadline):
            waits.set()
            wait(until, deadline)

        caches.flights.wait = waiting

        def make() -> bytes:
            made.append(PICTURE)
            return PICTURE

        with ThreadPoolExecutor(1) as pool:
            follower = pool.submit(caches.picture, key(), 0, make)
            assert waits.wait(SECONDS)
            process.stdin.write("go on\n")
            process.stdin.flush()
            assert follower.result(SECONDS) == PICTURE
        assert process.wait(SECONDS) in (-signal.SIGKILL, -signal.SIGXFSZ)
        assert len(made) == (0 if dying == "after the file is moved" else 1)
        assert caches.derivatives.get(key()) == PICTURE
        left = list(home.rglob(f"*{UNFINISHED}"))
        assert len(left) == (0 if dying == "after the file is moved" else 1)
        assert sum(piece.entries for piece in cache.sweep(damaged)) == 0
        assert cache.usage().entries == 1
        LockFile(home / "flights.lock").claim(str(key()))()
