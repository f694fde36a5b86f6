"""Tells the workers of a site of a job that is to be done, where the site has named its backend of tasks."""

from __future__ import annotations

import logging

from django.db import transaction
from django.utils import timezone

from iiifserver.conf import conf

from .model import Job

logger = logging.getLogger("iiifserver.jobs")


def hand_over(job: Job) -> None:
    """Has a worker of the site do the job, as soon as the row is there for all to see."""
    if conf.task_backend:
        transaction.on_commit(lambda: enqueue(job))


def enqueue(job: Job) -> None:
    # The task imports the bodies of all jobs, and these order jobs.
    from .tasks import do_job

    row = Job.objects.filter(pk=job.pk)
    row.update(handed_over_at=timezone.now())
    try:
        do_job.using(backend=conf.task_backend, queue_name=conf.task_queue).enqueue(str(job.uuid))
    # Backends raise what their queues do. The row waits, and is handed over later.
    except Exception:
        logger.exception("“%s” could not be put into the queue of TASKS[%r].", job, conf.task_backend)
        row.update(handed_over_at=None)
