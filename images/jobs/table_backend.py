"""The backend of Django's tasks framework that needs nothing else: the table of jobs is its queue, and the runner does
what is in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist

from .model import Job, JobState

P = ParamSpec("P")
T = TypeVar("T")

OWN = "iiif"
"""Stands for the table where a site's aliases stand for its backends."""
USUAL_QUEUE = "default"

STATUSES = {
    JobState.WAITING: TaskResultStatus.READY,
    JobState.RUNNING: TaskResultStatus.RUNNING,
    JobState.DONE: TaskResultStatus.SUCCESSFUL,
    JobState.FAILED: TaskResultStatus.FAILED,
    JobState.CANCELLED: TaskResultStatus.FAILED,
}
"""In the framework's words; it knows none for what was cancelled."""


class JobTable(BaseTaskBackend):
    """Takes one task, which does a job, and one argument, its number."""

    supports_get_result = True

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> TaskResult[Any]:
        """Only tells what is so: who has made the row has put the job into the queue."""
        self.validate_task(task)
        (number,) = args
        return result_of(job_numbered(number), task)

    def get_result(self, result_id: str) -> TaskResult[Any]:
        # The task is made with this backend.
        from .tasks import do_job

        return result_of(job_numbered(result_id), do_job)


table = JobTable(OWN, {"QUEUES": [USUAL_QUEUE]})


class JobTask(Task[P, T]):
    """A task that is put into the table of jobs, or into the backend of the site that it is told to use."""

    def get_backend(self) -> BaseTaskBackend:
        return table if self.backend == OWN else super().get_backend()


def job_task(function: Callable[P, T]) -> JobTask[P, T]:
    return JobTask(func=function, backend=OWN, queue_name=USUAL_QUEUE)


def job_numbered(number: str) -> Job:
    """Raises `TaskResultDoesNotExist`."""
    try:
        return Job.objects.get(uuid=UUID(number))
    except (ValueError, Job.DoesNotExist) as error:
        raise TaskResultDoesNotExist(number) from error


def result_of(job: Job, task: Task[Any, Any]) -> TaskResult[Any]:
    """What the framework tells of a task, of a job."""
    status = STATUSES[JobState(job.state)]
    error = TaskError(exception_class_path="images.jobs.work.JobFailed", traceback=job.outcome)
    result: TaskResult[Any] = TaskResult(
        task=task,
        id=str(job.uuid),
        status=status,
        enqueued_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.ended_at if job.has_ended else None,
        last_attempted_at=job.started_at,
        args=[str(job.uuid)],
        kwargs={},
        backend=OWN,
        errors=[error] if status is TaskResultStatus.FAILED else [],
        worker_ids=[job.runner] if job.runner else [],
    )
    if status is TaskResultStatus.SUCCESSFUL:
        object.__setattr__(result, "_return_value", job.outcome)
    return result
