"""Doing one job, from its beginning to its end, however it ends."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event

from django.db import DatabaseError

from ..metrics import job_seconds_total, jobs_total, removed_bytes_total
from . import queue
from .kinds import KINDS
from .model import Job, JobState
from .work import JobCancelled, JobFailed, JobInterrupted, JobLost, Work

logger = logging.getLogger("iiifserver.jobs")


def do(job: Job, is_ending: Event, show: Callable[[int, int], None] = lambda done, total: None) -> JobState | None:
    """Does a job that this process has taken; how it ended, or `None` where somebody else goes on with it."""
    work = Work(job, is_ending, show)
    begun = time.monotonic()
    try:
        state, outcome = ended(work)
    except JobInterrupted:
        queue.give_back(work)
        return None
    except JobLost:
        logger.warning("%s: taken from this runner, which was silent for too long.", job)
        return None
    note(job, state, work.freed_bytes, time.monotonic() - begun)
    queue.end(work, state, outcome)
    job.state, job.outcome = state, outcome
    return state


def ended(work: Work) -> tuple[JobState, str]:
    """How the job ended, and a sentence on it."""
    kind = KINDS.get(work.job.kind)
    if kind is None:
        return JobState.FAILED, f"This version of the server knows no jobs of the kind “{work.job.kind}”."
    try:
        return JobState.DONE, kind.body(work)
    except JobCancelled:
        return JobState.CANCELLED, "Cancelled."
    except JobFailed as error:
        logger.warning("%s: %s", work.job, error)
        return JobState.FAILED, str(error)
    except (JobInterrupted, JobLost):
        raise
    # The queue goes on whatever a job does; the fault is in the log with all there is to know.
    except Exception as error:
        logger.exception("%s failed.", work.job)
        return JobState.FAILED, fault_sentence(error)


def fault_sentence(error: Exception) -> str:
    if isinstance(error, DatabaseError):
        return "The database did not answer as it should. The server's log tells more."
    return f"It ended with a fault of the program ({type(error).__name__}). The server's log tells more."


def note(job: Job, state: JobState, freed_bytes: int, seconds: float) -> None:
    jobs_total.labels(job.kind, state.value).inc()
    job_seconds_total.labels(job.kind).inc(seconds)
    removed_bytes_total.labels(job.kind).inc(freed_bytes)
