from __future__ import annotations

import os
import time

import pytest

from caching.invalidations import write_line
from caching.keys import Subject, cache_key
from caching.models import Cache
from caching.purges import EVERYTHING, Purge, Scope
from caching.purging import shared
from caching.runtime import active_caches
from images.jobs import queue
from images.jobs.machine import machine_name
from images.jobs.model import Job, JobState

pytestmark = pytest.mark.django_db

NAMES = ("scans/1.tif", "scans/2.tif", "map.tif")


@pytest.fixture(autouse=True)
def used(fence):
    Cache.objects.create(name="Disk", kind="filesystem", options={"ttl_seconds": 100})
    used = active_caches(Cache.objects.all())
    for name in NAMES:
        used.derivatives.put(cache_key(Subject(name, "Shelf"), "1", "plan"), b"picture", used.generation)
    return used


def files():
    (_, cache), *_ = shared()
    return sorted(cache.folder.glob("??/*/*"))


def maintained(done, kind: str, arguments=None) -> Job:
    job = done(queue.order(kind, arguments, machine=machine_name()))
    assert job.state == JobState.DONE, job.outcome
    return job


def test_cleaning_removes_what_nobody_asked_for_in_its_time(done):
    os.utime(files()[0], (time.time() - 300, time.time() - 300))
    job = maintained(done, "clean")
    assert job.outcome == "1 entry (0.0 MB) removed."
    assert job.freed_bytes > 0
    assert len(files()) == 2


def test_cleaning_has_a_cache_keep_a_limit_that_was_lowered(done):
    Cache.objects.update(options={"limit_files": 1})
    assert maintained(done, "clean").outcome.startswith("2 entries")
    assert len(files()) == 1


def test_verifying_removes_what_is_not_whole(done):
    file = files()[0]
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    assert maintained(done, "verify").outcome == "1 entry (0.0 MB) found damaged and removed."
    assert file not in files()


@pytest.mark.parametrize(
    ("purge", "left"),
    [
        (Purge.of_image("map.tif"), 2),
        (Purge(Scope.PREFIX, "scans/"), 1),
        (Purge(Scope.SOURCE, "Shelf"), 0),
        (EVERYTHING, 0),
    ],
)
def test_reclaiming_removes_what_another_machine_has_purged(done, purge, left):
    write_line(purge)
    job = maintained(done, "reclaim")
    assert len(files()) == left
    assert job.outcome.startswith(f"{3 - left} ")


def test_reclaiming_keeps_what_was_made_since(done, used):
    write_line(EVERYTHING)
    active_caches(Cache.objects.all())
    from caching.invalidations import apply_new

    apply_new(used)
    used.derivatives.put(cache_key(Subject("new.tif"), "1", "plan"), b"picture", used.generation)
    write_line(Purge.of_image("new.tif"))
    used.derivatives.put(cache_key(Subject("newer.tif"), "1", "plan"), b"picture", used.generation)
    maintained(done, "reclaim")
    assert len(files()) == 1


def test_reclaiming_remembers_how_far_it_has_come(done):
    write_line(EVERYTHING)
    job = maintained(done, "reclaim")
    assert maintained(done, "reclaim", job.arguments).outcome == "Nothing was purged since."


def test_old_jobs_go(done):
    job = done(queue.order("records"))
    assert job.outcome == "0 old jobs removed."


def test_local_disks_are_left_to_their_machine(done):
    files()[0].write_bytes(b"damaged")
    assert done(queue.order("verify")).outcome == "0 entries found damaged and removed."
