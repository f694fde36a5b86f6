"""Orders for working copies: one for each page and version, however many ask."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from cachetools import TTLCache
from django.db import DatabaseError, IntegrityError, transaction

from ..jobs import queue
from ..jobs.machine import machine_name
from ..jobs.model import Job, JobState
from .examined import Examined
from .model import SlowImage
from .slow import row_of

logger = logging.getLogger("iiifserver.copies")

ASKED_AGAIN_SECONDS = 600.0
"""So long a process does not look again whether a copy has been ordered."""
REMEMBERED = 10_000


def order_copy(row: SlowImage, by: Any = None) -> Job | None:
    """A job for the row's page, where none is under way; made on this machine, whose disk the copy is for."""
    with transaction.atomic():
        locked = SlowImage.objects.select_for_update(of=("self",)).select_related("job").get(pk=row.pk)
        if locked.is_under_way:
            return None
        arguments = {"identifier": locked.identifier, "page": locked.page}
        locked.job = queue.order("copy", arguments, by=by, machine=machine_name())
        locked.ordered_version = locked.version
        locked.save(update_fields=["job", "ordered_version"])
        return locked.job


class Orders:
    """The orders that requests of this process have caused."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._seen: TTLCache[tuple[str, int, str], bool] = TTLCache(REMEMBERED, ASKED_AGAIN_SECONDS, clock)

    def wish(self, image: Examined) -> None:
        """Has a copy be made, unless one is under way or could not be made of these bytes. Never fails."""
        name = (image.identifier, image.page, image.version)
        with self._lock:
            if name in self._seen:
                return
            self._seen[name] = True
        try:
            order_if_new(image)
        except IntegrityError:
            # Another process has just begun the row, and orders the copy.
            return
        except DatabaseError:
            logger.exception("A working copy could not be ordered.")


def order_if_new(image: Examined) -> None:
    with transaction.atomic():
        row = row_of(image)
        row.save()
        has_failed = row.job is not None and row.job.state in (JobState.FAILED, JobState.CANCELLED)
        if not (has_failed and row.ordered_version == image.version):
            order_copy(row)


orders = Orders()
