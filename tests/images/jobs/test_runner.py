from __future__ import annotations

import threading
import time

import pytest

from images.jobs import queue
from images.jobs.kinds import Lane, kinds_of
from images.jobs.machine import machine_name, only_runner
from images.jobs.model import Job, JobRunner, JobState, live_runners
from images.jobs.runner import Runner, guarded

pytestmark = pytest.mark.django_db


def lead(runner: Runner) -> Runner:
    runner.give_a_sign()
    return runner


def test_a_runner_does_what_is_there_to_do(kind):
    name = kind(lambda work: "Done.")
    jobs = [queue.order(name), queue.order(name)]
    runner = lead(Runner("here"))
    assert [runner.do_next([name]) for _ in range(3)] == [True, True, False]
    assert {Job.objects.get(pk=job.pk).state for job in jobs} == {JobState.DONE}


def test_of_two_runners_one_does_the_work_of_all_and_each_that_of_its_machine(kind):
    name, did = kind(lambda work: did.append((work.job.machine, work.job.runner)) or "Done."), []
    runners = [lead(Runner("a")), lead(Runner("b"))]
    for machine in ("", "a", "b"):
        queue.order(name, machine=machine)
    for runner in reversed(runners * 3):
        runner.do_next([name])
    assert sorted(did) == [("", runners[0].name), ("a", runners[0].name), ("b", runners[1].name)]


def test_a_sign_makes_the_runner_known_and_replaces_the_last_one_of_its_machine():
    lead(Runner("here"))
    second = lead(Runner("here"))
    assert [runner.name for runner in live_runners()] == [second.name]
    second.leave()
    assert not JobRunner.objects.exists()


def test_every_kind_has_one_lane():
    assert sorted(kinds_of(Lane.QUICK) + kinds_of(Lane.LONG)) == sorted(
        ["purge", "clean", "reclaim", "verify", "records", "warm", "sleep"]
    )


def test_a_database_that_is_away_does_not_end_a_runner(monkeypatch):
    from django.db import DatabaseError

    def away():
        raise DatabaseError("away")

    monkeypatch.setattr("images.jobs.runner.connections.close_all", lambda: None)
    assert guarded(away) is False


def test_a_machine_keeps_its_name_and_has_one_runner(settings, tmp_path):
    settings.IIIFSERVER = {**settings.IIIFSERVER, "HOME": tmp_path / "one"}
    name = machine_name()
    assert machine_name() == name
    with only_runner() as first, only_runner() as second:
        assert (first, second) == (True, False)
    with only_runner() as third:
        assert third
    settings.IIIFSERVER = {**settings.IIIFSERVER, "HOME": tmp_path / "two"}
    assert machine_name() != name


def test_a_home_that_is_not_there_yet_is_made_for_the_runner(settings, tmp_path):
    settings.IIIFSERVER = {**settings.IIIFSERVER, "HOME": tmp_path / "new"}
    with only_runner() as is_only:
        assert is_only


@pytest.mark.usefixtures("database_in_a_file")
def test_a_whole_runner_works_in_both_lanes_and_ends_when_it_is_told(kind):
    is_done = {lane: threading.Event() for lane in Lane}

    def body(lane):
        def set_it(work):
            is_done[lane].set()
            return "Done."

        return set_it

    for lane in Lane:
        queue.order(kind(body(lane), lane.value, lane))
    runner = Runner("here", poll_seconds=0.01)
    until = time.monotonic() + 60
    runner.run(lambda: not all(event.is_set() for event in is_done.values()) and time.monotonic() < until)
    assert all(event.is_set() for event in is_done.values())
    assert {job.state for job in Job.objects.filter(kind__in=list(Lane))} == {JobState.DONE}
    assert not JobRunner.objects.exists()
