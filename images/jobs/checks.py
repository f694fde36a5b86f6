"""Whether the site's backend of tasks takes jobs."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error

from iiifserver.conf import WrongSetting, conf


def check_task_backend(**options: Any) -> list[CheckMessage]:
    try:
        backend, queue = conf.task_backend, conf.task_queue
    except WrongSetting:
        # The check of the fence tells.
        return []
    if not backend:
        return []
    from django_tasks.exceptions import InvalidTaskBackendError, InvalidTaskError

    from .tasks import do_job

    try:
        do_job.using(backend=backend, queue_name=queue)
    except (InvalidTaskBackendError, InvalidTaskError) as error:
        hint = (
            'Name an alias of TASKS in IIIFSERVER["TASK_BACKEND"], and one of its QUEUES in IIIFSERVER["TASK_QUEUE"].'
        )
        return [Error(f"Jobs cannot be given to the site's workers: {error}", hint=hint, id="iiif_images.E020")]
    return []
