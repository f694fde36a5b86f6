from __future__ import annotations

from threading import Event

import pytest
from django.db import DatabaseError

from images.jobs import queue, work
from images.jobs.model import Job, JobState
from images.jobs.work import JobFailed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def notes_at_once(monkeypatch):
    monkeypatch.setattr(work, "SECONDS_BETWEEN_NOTES", 0)


def test_a_job_ends_with_what_its_body_says(kind, done):
    def body(work):
        work.progress(1, 2)
        work.freed_bytes = 7
        return f"Said {work.arguments['word']}."

    job = done(queue.order(kind(body), {"word": "hello"}))
    assert (job.state, job.outcome, job.freed_bytes) == (JobState.DONE, "Said hello.", 7)
    assert (job.progress_done, job.progress_total, job.percent) == (1, 2, 50)
    assert job.started_at <= job.ended_at


def test_one_that_fails_says_why_and_the_next_is_done(kind, done):
    def body(work):
        raise JobFailed("There is no such thing.")

    failed, fine = queue.order(kind(body, "bad")), queue.order(kind(lambda work: "Fine.", "good"))
    assert done(failed).state == JobState.FAILED
    assert Job.objects.get(pk=failed.pk).outcome == "There is no such thing."
    assert done(fine).state == JobState.DONE


@pytest.mark.parametrize(
    ("error", "told"), [(KeyError("secret/path"), "fault of the program (KeyError)"), (DatabaseError("x"), "database")]
)
def test_a_fault_of_the_program_is_told_without_its_insides(kind, done, error, told, caplog):
    def body(work):
        raise error

    job = done(queue.order(kind(body)))
    assert job.state == JobState.FAILED
    assert told in job.outcome
    assert "secret" not in job.outcome
    assert caplog.records[-1].exc_info


def test_a_kind_that_nobody_knows_fails(done):
    job = done(queue.order("from-the-future"))
    assert job.state == JobState.FAILED
    assert "from-the-future" in job.outcome


def test_a_job_is_cancelled_in_the_middle(kind, done):
    reached = []

    def body(work):
        for number in range(10):
            reached.append(number)
            if number == 3:
                queue.cancel(work.job)
            work.progress(number, 10)
        return "Never."

    job = done(queue.order(kind(body)))
    assert (job.state, job.outcome) == (JobState.CANCELLED, "Cancelled.")
    assert reached == [0, 1, 2, 3]


def test_a_runner_that_ends_gives_its_job_back_with_the_place_where_it_was(kind, done):
    ending = Event()

    def body(work):
        start = work.job.position or 0
        for number in range(start, 10):
            if number == 4 and start == 0:
                ending.set()
            work.progress(number, 10, number)
        return f"Went on at {start}."

    job = done(queue.order(kind(body)), ending=ending)
    assert (job.state, job.position, job.attempts) == (JobState.WAITING, 4, 0)
    assert done(job, "here/2").outcome == "Went on at 4."


def test_a_job_that_was_taken_away_is_left_alone(kind, done):
    def body(work):
        Job.objects.filter(pk=work.job.pk).update(runner="another/1")
        work.progress(1, 2)
        return "Never."

    job = done(queue.order(kind(body)))
    assert (job.state, job.runner) == (JobState.RUNNING, "another/1")


def test_one_with_an_interval_waits_for_its_next_run(kind, done):
    job = Job.objects.create(kind=kind(lambda work: "Done."), interval_seconds=3600)
    after = done(job)
    assert (after.state, after.ended_as, after.outcome) == (JobState.WAITING, JobState.DONE, "Done.")
    assert (after.due_at - after.ended_at).total_seconds() == 3600
