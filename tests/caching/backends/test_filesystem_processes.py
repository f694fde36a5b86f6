"""Several processes in one folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from caching.backends.filesystem import FilesystemCache
from caching.shards import files_of_shard
from iiifserver.testing.caches import key

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 120
OPENING = """
    import os, sys
    sys.path.insert(0, {root!r})
    from django.conf import settings
    settings.configure(IIIFSERVER={{"HOME": {home!r}}})
    from caching.backends.filesystem import FilesystemCache
    from caching.keys import CacheKey, digest
    number = int(sys.argv[1])
    key = lambda image, picture: CacheKey(digest(image), digest(picture))
"""


@pytest.fixture
def run(home):
    """Starts a number of processes on one piece of code."""
    started = []

    def start(code: str, processes: int) -> list[subprocess.Popen[bytes]]:
        text = textwrap.dedent(OPENING).format(root=str(ROOT), home=str(home)) + textwrap.dedent(code)
        for number in range(processes):
            process = subprocess.Popen([sys.executable, "-c", text, str(number)], stdout=subprocess.PIPE)
            started.append(process)
        return started

    yield start
    for process in started:
        process.kill()
        process.wait(SECONDS)
        process.stdout.close()


def count(cache: FilesystemCache) -> tuple[int, int]:
    files = [file for shard in range(256) for file in files_of_shard(cache.folder, shard)]
    return len(files), sum(file.size for file in files)


def test_writers_and_readers_of_the_same_keys_see_whole_entries_only(run):
    processes = run(
        """
        cache = FilesystemCache.build({})
        contents = [bytes([letter]) * 50_000 for letter in range(4)]
        for turn in range(300):
            where = key("card", str(turn % 5))
            cache.put(where, contents[(turn + number) % 4])
            assert cache.get(where) in (None, *contents), turn
            if turn % 60 == 59:
                cache.purge_image(where.image)
        """,
        4,
    )
    assert [process.wait(SECONDS) for process in processes] == [0] * 4
    cache = FilesystemCache.build({})
    assert (cache.usage().entries, cache.usage().bytes) == count(cache)


def test_two_processes_make_room_at_once_and_both_limits_hold(run):
    processes = run(
        """
        cache = FilesystemCache.build({"limit_megabytes": 1, "limit_files": 60})
        for turn in range(400):
            cache.put(key(str(turn % 40), f"{number} {turn}"), os.urandom(20_000))
        """,
        2,
    )
    assert [process.wait(SECONDS) for process in processes] == [0, 0]
    cache = FilesystemCache.build({})
    entries, size = count(cache)
    assert (cache.usage().entries, cache.usage().bytes) == (entries, size)
    assert 30 < entries <= 60
    assert size <= 1_000_000


def test_a_writer_that_is_killed_breaks_nothing(run):
    (process,) = run(
        """
        cache = FilesystemCache.build({})
        print("ready", flush=True)
        while True:
            for turn in range(50):
                cache.put(key("card", str(turn)), bytes([turn]) * 400_000)
        """,
        1,
    )
    assert process.stdout.readline()
    cache = FilesystemCache.build({})
    deadline = time.monotonic() + SECONDS
    while cache.usage().entries < 10:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(SECONDS)
    for turn in range(50):
        assert cache.get(key("card", str(turn))) in (None, bytes([turn]) * 400_000)
    cache.put(key("card", "after"), b"picture")
    assert cache.get(key("card", "after")) == b"picture"
