"""One flight for all processes of a machine, and for all machines that share a Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from caching import lock_file as lock_files
from caching.backends.filesystem import FilesystemCache
from caching.backends.memory import MemoryCache
from caching.backends.null import NullCache
from caching.backends.redis import RedisCache
from caching.base import CacheUnavailable
from caching.flight import Flights
from caching.links import Link
from caching.lock_file import LockFile
from caching.meeting import NOWHERE, Meeting, Place, Reach, meeting_of
from caching.outage import Outage
from caching.redis_leases import RedisLeases
from caching.runtime import Caches, Derivatives
from iiifserver.iiif.errors import Overloaded
from iiifserver.testing.caches import key

SECONDS = 60
ROOT = Path(__file__).resolve().parents[2]

OTHER_PROCESS = """
import os, sys, time
import django
from django.conf import settings
settings.configure(IIIFSERVER={"HOME": sys.argv[1]}, INSTALLED_APPS=[])
django.setup()
from caching.backends.filesystem import FilesystemCache
from caching.links import Link
from caching.meeting import meeting_of
from caching.outage import Outage
from caching.runtime import Caches, Derivatives
from iiifserver.testing.caches import key

def make():
    print("begun", flush=True)
    sys.stdin.readline()
    return b"theirs"

cache = FilesystemCache.build({})
link = Link(1, "Disk", cache, Outage("Reading"), Outage("Writing"))
caches = Caches(derivatives=Derivatives((link,)), meeting=meeting_of([cache]))
caches.picture(key(), 0, make)
print("done", flush=True)
"""


def caches_over(*chain) -> Caches:
    links = tuple(Link(1, "Cache", cache, Outage("Reading"), Outage("Writing")) for cache in chain)
    return Caches(derivatives=Derivatives(links), meeting=meeting_of(chain))


@pytest.fixture
def crew():
    with ThreadPoolExecutor(8) as pool:
        yield pool


@pytest.fixture
def leader(home):
    """Another process that is making the card, until it is told to go on."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(home)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "begun\n"
        yield process
        process.kill()


def never():
    raise AssertionError("nothing was to be made")


def wait_until(is_so) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.001)


class Waits:
    """Flights that tell when somebody waits."""

    def __init__(self) -> None:
        self.flights: Flights[bytes] = Flights(2)
        self.has_begun = threading.Event()
        waits = self.flights.wait

        def wait(until, deadline):
            self.has_begun.set()
            waits(until, deadline)

        self.flights.wait = wait


def test_what_another_process_makes_is_waited_for_and_found(leader, crew):
    waits = Waits()
    caches = caches_over(FilesystemCache.build({}))
    mine = crew.submit(
        Caches(caches.derivatives, flights=waits.flights, meeting=caches.meeting).picture, key(), 0, never
    )
    assert waits.has_begun.wait(SECONDS)
    leader.stdin.write("go on\n")
    leader.stdin.flush()
    assert mine.result(SECONDS) == b"theirs"


def test_a_leader_that_is_killed_does_not_block_the_rest(leader, crew):
    waits = Waits()
    caches = caches_over(FilesystemCache.build({}))
    mine = crew.submit(
        Caches(caches.derivatives, flights=waits.flights, meeting=caches.meeting).picture, key(), 0, lambda: b"mine"
    )
    assert waits.has_begun.wait(SECONDS)
    os.kill(leader.pid, signal.SIGKILL)
    assert mine.result(SECONDS) == b"mine"


@pytest.mark.usefixtures("leader")
def test_other_pictures_do_not_wait():
    assert caches_over(FilesystemCache.build({})).picture(key("map"), 0, lambda: b"map") == b"map"


@pytest.mark.usefixtures("leader")
def test_what_is_remembered_is_given_out_meanwhile():
    caches = caches_over(MemoryCache.build({}), FilesystemCache.build({}))
    caches.derivatives.put(key(), b"remembered", 0)
    assert caches.picture(key(), 0, never) == b"remembered"


@pytest.mark.usefixtures("leader")
def test_who_waits_gives_up_at_the_deadline():
    place = Place(lock_files.lock_file(Path(settings.IIIFSERVER["HOME"]) / "flights.lock"), Outage("Meeting"))
    with pytest.raises(Overloaded), Meeting((place,)).turn(str(key()), Flights(1), 0.05):
        never()


def test_who_waits_for_another_process_takes_a_seat(leader, crew):
    caches = caches_over(FilesystemCache.build({}))
    flights: Flights[bytes] = Flights(1, patience_seconds=0)
    used = Caches(caches.derivatives, flights=flights, meeting=caches.meeting)
    first = crew.submit(used.picture, key(), 0, lambda: b"mine")
    wait_until(lambda: flights._seats._value == 0)
    with pytest.raises(Overloaded):
        used.picture(key(), 0, never)
    leader.kill()
    assert first.result(SECONDS) == b"mine"


class TestLockFile:
    def test_a_claim_is_given_back(self, tmp_path):
        places = LockFile(tmp_path / "home" / "locks")
        for _ in range(3):
            places.claim("card")()
        assert (tmp_path / "home" / "locks").stat().st_size == 0

    def test_a_folder_that_cannot_be_used_is_passed_by(self, tmp_path):
        (tmp_path / "file").write_bytes(b"")
        place = Place(LockFile(tmp_path / "file" / "locks"), Outage("Meeting"))
        with pytest.raises(CacheUnavailable):
            place.where.claim("card")
        with Meeting((place,)).turn("card", Flights(1), SECONDS) as others_may_have_had_it:
            assert others_may_have_had_it
        assert place.outage.is_on

    def test_a_claim_takes_microseconds(self, tmp_path):
        places = LockFile(tmp_path / "locks")
        places.claim("warm")()
        begun = time.process_time()
        for number in range(1000):
            places.claim(str(number))()
        assert time.process_time() - begun < 0.5


class TestLeases:
    @pytest.fixture
    def leases(self, redis):
        built: list[RedisLeases] = []

        def build(seconds: float = 5.0) -> RedisLeases:
            built.append(RedisLeases(lambda: redis.client, "flights", seconds))
            return built[-1]

        yield build
        for leases in built:
            # Nobody is left in a thread of its own to renew what the test did not give back.
            for name in list(leases._held):
                leases._release(name, leases._held[name])

    def test_one_of_all_has_it(self, leases):
        mine, theirs = leases(), leases()
        release = mine.claim("card")
        assert theirs.claim("card") is None
        assert theirs.claim("map") is not None
        release()
        assert theirs.claim("card") is not None

    def test_a_lease_is_renewed_as_long_as_the_work_lasts(self, leases, redis):
        release, left = leases(3).claim("card"), [float("inf")]

        def is_renewed() -> bool:
            left.append(redis.client.pttl("flights:card"))
            return left[-1] > left[-2]

        wait_until(is_renewed)
        assert leases().claim("card") is None
        release()
        assert leases().claim("card") is not None

    def test_the_lease_of_a_dead_holder_ends(self, leases, redis):
        redis.client.set("flights:card", "the token of a dead process", px=200)
        other = leases()
        wait_until(lambda: other.claim("card") is not None)

    def test_nobody_ends_the_lease_of_somebody_else(self, leases, redis):
        release = leases().claim("card")
        redis.client.set("flights:card", "another's")
        release()
        assert redis.client.get("flights:card") == b"another's"

    def test_a_redis_that_is_down_is_passed_by(self):
        cache = RedisCache.build({"address": "redis://127.0.0.1:1/0"})
        assert caches_over(cache).picture(key(), 0, lambda: b"mine") == b"mine"

    def test_two_machines_that_share_a_redis_make_a_picture_once(self, redis, tmp_path, crew):
        made = []

        def machine(number: int) -> Caches:
            with override_settings(IIIFSERVER={**settings.IIIFSERVER, "HOME": tmp_path / str(number)}):
                return caches_over(RedisCache.build({"address": redis.address, "timeout_seconds": 20}))

        def make() -> bytes:
            made.append(b"x")
            time.sleep(0.2)  # the work, as long as several looks whether it is done
            return b"picture"

        machines = [machine(number) for number in range(2)]
        assert machines[0].meeting.places[0].where is not machines[1].meeting.places[0].where
        answers = [crew.submit(machines[number % 2].picture, key(), 0, make) for number in range(8)]
        assert {answer.result(SECONDS) for answer in answers} == {b"picture"}
        assert len(made) == 1

    def test_a_purge_leaves_leases_alone(self, redis):
        cache = RedisCache.build({"address": redis.address, "timeout_seconds": 20})
        release = cache.meeting_place().claim("card")
        assert cache.purge() == 0
        assert cache.meeting_place().claim("card") is None
        release()


@pytest.mark.parametrize(
    ("chain", "reach"),
    [
        ([], Reach.PROCESS),
        ([NullCache.build({})], Reach.PROCESS),
        ([MemoryCache.build({})], Reach.PROCESS),
    ],
)
def test_without_a_shared_cache_there_is_nowhere_to_meet(chain, reach):
    assert meeting_of(chain) is NOWHERE
    assert NOWHERE.reach is reach


def test_how_far_it_reaches_follows_from_the_caches():
    disk, far = FilesystemCache.build({}), RedisCache.build({"address": "redis://127.0.0.1:1/0"})
    assert meeting_of([MemoryCache.build({}), disk]).reach is Reach.MACHINE
    assert meeting_of([disk, far]).reach is Reach.DEPLOYMENT
