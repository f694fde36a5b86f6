from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from images.jobs import queue
from images.jobs.model import RUNNER_DEAD_AFTER, Job, JobState

pytestmark = pytest.mark.django_db

KINDS = ["test"]


def take(runner: str = "here/1", machines=("here", "")) -> Job | None:
    return queue.take(KINDS, machines, runner)


def silence(job: Job) -> None:
    """The job's runner gave its last sign too long ago."""
    long_ago = timezone.now() - RUNNER_DEAD_AFTER - timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=long_ago)


def test_jobs_are_taken_in_the_order_in_which_they_were_ordered():
    first, second = queue.order("test"), queue.order("test")
    assert [take(), take(), take()] == [first, second, None]


def test_what_two_runners_see_only_one_gets():
    job = queue.order("test")
    seen_by_both = [Job.objects.get(pk=job.pk), Job.objects.get(pk=job.pk)]
    assert [queue.take_one(row, runner) for row, runner in zip(seen_by_both, ("a/1", "b/1"), strict=True)] == [
        True,
        False,
    ]
    assert Job.objects.get(pk=job.pk).runner == "a/1"


def test_a_job_waits_for_its_time():
    job = queue.order("test")
    Job.objects.update(interval_seconds=7200, due_at=timezone.now() + timedelta(hours=1))
    assert take() is None
    assert queue.run_now(job)
    assert take() == job


def test_a_job_of_one_machine_is_not_for_another():
    job = queue.order("test", machine="there")
    assert take() is None
    assert take(machines=("there",)) == job


def test_a_kind_of_another_lane_is_left():
    queue.order("other")
    assert take() is None


def test_the_job_of_a_runner_that_died_is_taken_up_again():
    queue.order("test")
    job = take("dead/1")
    assert take("here/1") is None
    silence(job)
    again = take("here/1")
    assert (again, again.runner, again.attempts) == (job, "here/1", 2)


def test_a_sign_of_life_keeps_a_job():
    queue.order("test")
    job = take("alive/1")
    silence(job)
    queue.beat("alive/1", [job.pk])
    assert take("here/1") is None


def test_a_sign_of_life_does_not_keep_a_job_that_was_taken_but_never_begun():
    queue.order("test")
    job = take("alive/1")
    silence(job)
    queue.beat("alive/1", [])
    assert take("here/1") == job


def test_a_runner_does_not_take_up_what_it_is_at_work_on():
    queue.order("test")
    job = take("here/1")
    silence(job)
    assert queue.take(KINDS, ["here", ""], "here/1", [job.pk]) is None
    assert queue.take(KINDS, ["here", ""], "here/1") == job


def test_after_a_clock_was_set_back_what_was_ordered_is_done():
    job = queue.order("test")
    Job.objects.update(due_at=timezone.now() + timedelta(hours=1))
    assert take() == job


def test_after_a_clock_was_set_back_the_job_of_a_runner_that_died_is_taken_up():
    queue.order("test")
    job = take("dead/1")
    Job.objects.update(heartbeat_at=timezone.now() + timedelta(hours=1))
    assert take("here/1") == job


def test_clocks_that_differ_by_seconds_keep_nobody_from_a_job():
    queue.order("test")
    take("alive/1")
    Job.objects.update(heartbeat_at=timezone.now() + timedelta(seconds=5))
    assert take("here/1") is None


def test_the_only_runner_of_a_machine_takes_up_at_once_what_the_last_one_left():
    queue.order("test")
    job = take("here/1")
    queue.order("test")
    other = take("there/1")
    queue.release_orphans("here", "here/2")
    assert take("here/2") == job
    assert Job.objects.get(pk=other.pk).runner == "there/1"


def test_a_job_of_which_every_runner_dies_is_given_up():
    queue.order("test")
    for number in range(queue.MOST_ATTEMPTS):
        silence(take(f"dead/{number}"))
    assert take() is None
    job = Job.objects.get()
    assert (job.state, job.outcome) == (JobState.FAILED, queue.GAVE_UP)


def test_a_job_that_waits_is_cancelled_at_once():
    job = queue.order("test")
    assert queue.cancel(job)
    job.refresh_from_db()
    assert (job.state, job.outcome) == (JobState.CANCELLED, "Cancelled.")
    assert take() is None
    assert not queue.cancel(job)


def test_a_job_that_runs_is_asked_to_stop():
    job = queue.order("test")
    take()
    assert queue.cancel(job)
    job.refresh_from_db()
    assert (job.state, job.cancel_requested) == (JobState.RUNNING, True)


def test_one_that_is_done_again_and_again_is_not_cancelled_while_it_waits():
    job = Job.objects.create(kind="test", interval_seconds=60)
    assert not queue.cancel(job)


def test_jobs_that_ended_long_ago_are_removed():
    old, new, waiting = (queue.order("test") for _ in range(3))
    now = timezone.now()
    Job.objects.filter(pk__in=[old.pk, new.pk]).update(state=JobState.DONE, ended_at=now)
    Job.objects.filter(pk=old.pk).update(ended_at=now - timedelta(days=31))
    assert queue.remove_old(now - timedelta(days=30)) == 1
    assert set(Job.objects.all()) == {new, waiting}
