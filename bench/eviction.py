"""What it takes to keep a full cache of a million pictures within its limits while new ones come."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from pathlib import Path
from unittest import mock

import django
from django.conf import settings

from bench.report import ERRORS, Report, Row
from bench.samples import cache_folder

ENTRIES = 1_000_000
PICTURES_OF_AN_IMAGE = 10
PUTS_A_SECOND = 50
SECONDS = 60
PICTURE_BYTES = 20_000
MEGABYTE = 1_000_000


def measure(rounds: int, seconds: float) -> Report:
    """One row: the share of a core that 50 new pictures a second take beyond being written, and the memory."""
    with tempfile.TemporaryDirectory(dir=cache_folder()) as home:
        settings.configure(IIIFSERVER={"HOME": home})
        django.setup()
        print(f"{ENTRIES:,} files are made ...", flush=True)
        fill(Path(home) / "cache" / "derivatives")
        print(f"{PUTS_A_SECOND * SECONDS:,} pictures are put into a full cache, and into an empty one ...", flush=True)
        return Report((Row(f"eviction at {PUTS_A_SECOND} a second", figures()),))


def figures() -> dict[str, float]:
    full, unbounded = cache_with(ENTRIES), cache_with(10 * ENTRIES)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    full.put(new_key("counted"), os.urandom(PICTURE_BYTES))
    longest, evicting = put_all(full, "new")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    kept = full.usage().entries
    with mock.patch.object(type(unbounded._bounded), "_recount"):
        _, writing = put_all(unbounded, "more")
    return {
        "core %, eviction": 100 * (evicting - writing) / SECONDS,
        "core %, all": 100 * evicting / SECONDS,
        "longest put ms": 1000 * longest,
        "memory MB": memory * 1024 / MEGABYTE,
        "entries": kept,
        ERRORS: 0 if kept <= ENTRIES else 1,
    }


def put_all(cache, name: str) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """The longest put, and the processor's time for all, in seconds."""
    content, longest, begun = os.urandom(PICTURE_BYTES), 0.0, time.process_time()
    for number in range(PUTS_A_SECOND * SECONDS):
        before = time.perf_counter()
        cache.put(new_key(f"{name} {number}"), content)
        longest = max(longest, time.perf_counter() - before)
    return longest, time.process_time() - begun


def cache_with(limit_files: int):  # type: ignore[no-untyped-def]
    from caching.backends.filesystem import FilesystemCache

    return FilesystemCache.build({"limit_megabytes": 1_000_000, "limit_files": limit_files})


def new_key(name: str):  # type: ignore[no-untyped-def]
    from caching.keys import CacheKey, digest

    return CacheKey(digest(name), digest(name))


def fill(folder: Path) -> None:
    """A million files of the right names and of no bytes on the disk, all used at different times."""
    from caching.keys import digest
    from caching.shards import image_folder

    begun = time.time() - ENTRIES
    for image in range(ENTRIES // PICTURES_OF_AN_IMAGE):
        place = image_folder(folder, digest(str(image)))
        place.mkdir(parents=True)
        for picture in range(PICTURES_OF_AN_IMAGE):
            name = os.path.join(place, digest(f"{image} {picture}"))
            descriptor = os.open(name, os.O_CREAT | os.O_WRONLY)
            os.truncate(descriptor, PICTURE_BYTES)
            os.close(descriptor)
            used_at = begun + (image * 7919 + picture * 104_729) % ENTRIES
            os.utime(name, (used_at, used_at))
