"""Jobs as tasks of Django's framework: done by a runner of ours, or by the workers of a site."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_tasks import TaskResultStatus, task_backends
from django_tasks.backends.dummy import DummyBackend
from django_tasks.exceptions import TaskResultDoesNotExist

from images.jobs import queue
from images.jobs.checks import check_task_backend
from images.jobs.machine import machine_name
from images.jobs.model import Job, JobState, alive_since
from images.jobs.runner import Runner
from images.jobs.tasks import AGAIN_AFTER, do_job, hand_over_due
from images.jobs.work import JobFailed

pytestmark = pytest.mark.django_db


class Unreachable(DummyBackend):
    """The backend of a site whose queue is away."""

    def enqueue(self, task, args, kwargs):
        raise ConnectionError("away")


@pytest.fixture
def site(settings):
    """A site that has workers of its own for tasks."""

    def build(backend: str = "django_tasks.backends.dummy.DummyBackend", **fence):
        settings.TASKS = {"default": {"BACKEND": backend, "QUEUES": ["default", "pictures"]}}
        settings.IIIFSERVER = {**settings.IIIFSERVER, "TASK_BACKEND": "default", **fence}

    return build


@pytest.fixture
def ordered(django_capture_on_commit_callbacks):
    """Orders a job in a transaction of its own."""

    def order(kind: str, **more) -> Job:
        with django_capture_on_commit_callbacks(execute=True):
            return queue.order(kind, **more)

    return order


def handed_over() -> list[str]:
    """The numbers of the jobs that have been put into the site's queue."""
    return [result.args[0] for result in task_backends["default"].results]


def now(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def fail(work):
    raise JobFailed("The folder is gone.")


class TestOurOwnRunner:
    def test_a_job_is_a_task_from_the_order_to_its_end(self, kind):
        job = queue.order(kind(lambda work: "Done it."))
        result = do_job.enqueue(str(job.uuid))
        assert (result.id, result.status) == (str(job.uuid), TaskResultStatus.READY)
        runner = Runner("here")
        runner.give_a_sign()
        runner.do_next(["test"])
        result.refresh()
        assert (result.status, result.return_value) == (TaskResultStatus.SUCCESSFUL, "Done it.")
        assert result.worker_ids == [runner.name]

    def test_a_job_that_fails_is_a_task_that_failed(self, kind, done):
        job = done(queue.order(kind(fail)))
        assert job.state == JobState.FAILED
        result = do_job.get_result(str(job.uuid))
        assert (result.status, result.errors[0].traceback) == (TaskResultStatus.FAILED, "The folder is gone.")
        assert result.errors[0].exception_class is JobFailed

    @pytest.mark.parametrize("number", ["8c5f6fd2-8e0b-4b6b-9e1b-000000000000", "none"])
    def test_a_number_that_is_none_is_told(self, number):
        with pytest.raises(TaskResultDoesNotExist):
            do_job.get_result(number)

    def test_no_backend_of_the_site_gets_anything(self, settings, kind, ordered):
        settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
        ordered(kind(lambda work: "Done."))
        hand_over_due()
        assert handed_over() == []


class TestWorkersOfTheSite:
    def test_what_is_ordered_is_put_into_their_queue_when_it_is_there_for_all(
        self, site, kind, django_capture_on_commit_callbacks
    ):
        site(TASK_QUEUE="pictures")
        with django_capture_on_commit_callbacks() as committed:
            job = queue.order(kind(lambda work: "Done."))
        assert handed_over() == []
        committed[0]()
        assert handed_over() == [str(job.uuid)]
        assert task_backends["default"].results[0].task.queue_name == "pictures"

    def test_a_worker_does_it_and_it_is_a_job_like_any_other(self, site, kind, ordered):
        site()
        job = ordered(kind(lambda work: work.progress(1, 2) or "Done it."))
        assert do_job.call(*handed_over()) == "Done it."
        job = now(job)
        assert (job.state, job.outcome, job.progress_total) == (JobState.DONE, "Done it.", 2)
        assert job.runner.startswith("task-")

    def test_a_backend_that_does_everything_at_once_does_jobs_at_once(self, site, kind, ordered):
        site("django_tasks.backends.immediate.ImmediateBackend")
        assert now(ordered(kind(lambda work: "Done."))).state == JobState.DONE

    def test_a_job_that_orders_another_has_that_done_too(self, site, kind, django_capture_on_commit_callbacks):
        site("django_tasks.backends.immediate.ImmediateBackend")
        inner = kind(lambda work: "Inner.", "inner")

        def body(work) -> str:
            with django_capture_on_commit_callbacks(execute=True):
                queue.order(inner)
            return "Outer."

        queue.order(kind(body, "outer"), machine="here")
        runner = Runner("here")
        runner.give_a_sign()
        assert runner.do_next(["outer"])
        assert set(Job.objects.values_list("kind", "state", "outcome")) == {
            ("outer", "done", "Outer."),
            ("inner", "done", "Inner."),
        }

    def test_a_job_that_fails_fails_as_a_task(self, site, kind, ordered):
        site()
        job = ordered(kind(fail))
        with pytest.raises(JobFailed, match="The folder is gone"):
            do_job.call(str(job.uuid))
        assert now(job).state == JobState.FAILED

    def test_one_that_is_delivered_twice_is_done_once(self, site, kind, ordered):
        site()
        did = []
        job = ordered(kind(lambda work: did.append(work) or "Done."))
        assert do_job.call(str(job.uuid)) == "Done."
        assert do_job.call(str(job.uuid)) == "Nothing to do: done."
        assert len(did) == 1

    def test_one_that_was_cancelled_before_is_left_alone(self, site, kind, ordered):
        site()
        job = ordered(kind(fail))
        queue.cancel(job)
        assert do_job.call(str(job.uuid)) == "Nothing to do: cancelled."

    def test_one_that_has_been_removed_is_left_alone(self, site, kind, ordered):
        site()
        job = ordered(kind(fail))
        number = str(job.uuid)
        job.delete()
        assert do_job.call(number) == "There is no such job any more."

    def test_one_for_another_machine_waits_for_a_worker_of_that_machine(self, site, kind, ordered):
        site()
        job = ordered(kind(fail), machine="another")
        assert do_job.call(str(job.uuid)) == "Nothing to do: waiting on the machine “another”."
        assert now(job).state == JobState.WAITING
        hand_over_due()
        assert len(handed_over()) == 1
        Job.objects.update(machine=machine_name())
        hand_over_due()
        assert len(handed_over()) == 2

    def test_the_job_of_a_worker_that_died_is_handed_over_again(self, site, kind, ordered):
        site()
        job = ordered(kind(lambda work: f"Attempt {work.job.attempts}."))
        queue.take_one(job, "task-1")
        hand_over_due()
        assert len(handed_over()) == 1
        Job.objects.update(heartbeat_at=alive_since())
        hand_over_due()
        hand_over_due()
        assert handed_over() == [str(job.uuid)] * 2
        assert do_job.call(str(job.uuid)) == "Attempt 2."

    def test_one_of_which_three_workers_died_is_given_up(self, site, kind, ordered):
        site()
        job = ordered(kind(fail))
        for attempt in range(queue.MOST_ATTEMPTS):
            assert queue.take_one(now(job), f"task-{attempt}")
            Job.objects.update(heartbeat_at=alive_since())
        assert do_job.call(str(job.uuid)) == "Nothing to do: failed."
        assert now(job).outcome == queue.GAVE_UP

    def test_the_next_run_is_handed_over_when_its_time_has_come(self, site, kind, ordered):
        site()
        job = ordered(kind(lambda work: "Done."))
        Job.objects.update(interval_seconds=3600)
        do_job.call(str(job.uuid))
        hand_over_due()
        assert len(handed_over()) == 1
        Job.objects.update(due_at=timezone.now())
        hand_over_due()
        assert len(handed_over()) == 2

    def test_what_is_to_run_now_is_handed_over_now(self, site, kind, django_capture_on_commit_callbacks):
        site()
        job = Job.objects.create(kind=kind(fail), interval_seconds=60, due_at=timezone.now() + timedelta(hours=1))
        with django_capture_on_commit_callbacks(execute=True):
            queue.run_now(job)
        assert handed_over() == [str(job.uuid)]

    def test_a_queue_that_lost_a_job_gets_it_again(self, site, kind, ordered):
        site()
        job = ordered(kind(fail))
        Job.objects.update(handed_over_at=timezone.now() - AGAIN_AFTER)
        hand_over_due()
        assert handed_over() == [str(job.uuid)] * 2

    def test_a_queue_that_is_away_keeps_nobody_from_ordering(self, site, kind, ordered, caplog):
        site(f"{__name__}.Unreachable")
        job = ordered(kind(lambda work: "Done."))
        assert "could not be put into the queue" in caplog.text
        site()
        hand_over_due()
        assert handed_over() == [str(job.uuid)]

    def test_a_runner_of_ours_leaves_them_what_any_machine_may_do(self, site, kind, ordered):
        site()
        name = kind(lambda work: "Done.")
        of_all, of_this_machine = ordered(name), ordered(name, machine="here")
        runner = Runner("here")
        runner.give_a_sign()
        assert [runner.do_next([name]) for _ in range(2)] == [True, False]
        assert [now(job).state for job in (of_all, of_this_machine)] == [JobState.WAITING, JobState.DONE]


@pytest.mark.parametrize(
    ("fence", "word"),
    [({"TASK_BACKEND": "nobody"}, "nobody"), ({"TASK_QUEUE": "nowhere"}, "nowhere")],
)
def test_a_backend_that_does_not_take_jobs_is_told_by_the_checks(site, fence, word):
    site(**fence)
    (error,) = check_task_backend()
    assert error.id == "iiif_images.E020"
    assert word in error.msg


def test_a_backend_that_takes_jobs_passes_the_checks(site):
    site()
    assert check_task_backend() == []


def test_the_pages_know_that_the_sites_workers_do_jobs(site, admin_client):
    nobody = "Nobody does jobs"
    pages = [reverse(f"admin:iiif_images_{name}_changelist") for name in ("job", "status")]
    assert all(nobody in admin_client.get(page).content.decode() for page in pages)
    site()
    assert all(nobody not in admin_client.get(page).content.decode() for page in pages)
