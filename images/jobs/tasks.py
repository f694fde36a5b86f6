"""A job as a task of Django's tasks framework: whoever has workers for tasks may have them do the jobs."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from iiifserver.conf import conf

from . import queue
from .beating import beating
from .doing import do
from .handing_over import enqueue
from .kinds import KINDS
from .machine import machine_name
from .model import Job, JobState
from .table_backend import job_task
from .work import JobFailed

AGAIN_AFTER = timedelta(hours=1)
"""How long a job may wait for a worker before it is handed over once more: queues lose things."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A job that this thread has taken from the table, and how it is to be done."""

    job: Job
    is_ending: Event
    show: Callable[[int, int], None]


_taken: ContextVar[Taken | None] = ContextVar("taken", default=None)


@job_task
def do_job(number: str) -> str:
    """Does the job with that number, if it is still to be done; a sentence on how it went or why it was left alone.

    Raises `JobFailed` with a sentence on why it could not be done.
    """
    taken = _taken.get()
    # A body may order another job, which some backends do at once.
    if taken is not None and str(taken.job.uuid) == number:
        return outcome(taken.job, do(taken.job, taken.is_ending, taken.show))
    return do_for_site(UUID(number))


def do_taken(job: Job, is_ending: Event, show: Callable[[int, int], None] = lambda done, total: None) -> None:
    """Does a job that this process has taken. How it ended stands with the job."""
    token = _taken.set(Taken(job, is_ending, show))
    try:
        with suppress(JobFailed):
            do_job.call(str(job.uuid))
    finally:
        _taken.reset(token)


def do_for_site(number: UUID) -> str:
    """What a worker of the site does: it takes the job, unless somebody else was quicker, and gives signs of life."""
    runner = f"task-{os.getpid()}-{secrets.token_hex(3)}@{machine_name()}"
    job = queue.take_first(queue.due(KINDS, ("", machine_name())).filter(uuid=number), runner)
    if job is None:
        return left_alone(number)
    with beating(job):
        state = do(job, Event())
    hand_over_due()
    return outcome(job, state)


def left_alone(number: UUID) -> str:
    """Why there was nothing to do. One that waits, for its time or another machine, is handed over once more."""
    job = Job.objects.filter(uuid=number).first()
    if job is None:
        return "There is no such job any more."
    Job.objects.filter(pk=job.pk, state=JobState.WAITING).update(handed_over_at=None)
    place = f" on the machine “{job.machine}”" if job.machine else ""
    return f"Nothing to do: {JobState(job.state).label}{place}."


def outcome(job: Job, state: JobState | None) -> str:
    if state is JobState.FAILED:
        raise JobFailed(job.outcome)
    return job.outcome if state else "Somebody else goes on with it."


def hand_over_due() -> None:
    """Hands over what no worker of the site knows of: next runs that are due, and jobs of workers that died."""
    if not conf.task_backend:
        return
    is_unknown = Q(handed_over_at=None) | Q(handed_over_at__lt=timezone.now() - AGAIN_AFTER)
    for job in queue.due(KINDS, ("", machine_name())).filter(is_unknown):
        enqueue(job)
