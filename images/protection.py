"""A protection holds when its change has been saved: no worker answers without it, no cache has what it hides."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.db import DatabaseError

from caching.invalidations import invalidate
from caching.keys import digest
from overlays.models import Overlay

from .metrics import collected
from .runtime import keeper, longest_unlooked_seconds, newest_revision
from .status import by_process

logger = logging.getLogger("iiifserver.images")

LONGEST_WAIT_SECONDS = 15.0
SECONDS_BETWEEN_LOOKS = 0.1
_taken_over = 0


def see_to_protection(sender: Any, *, row: Overlay, **kwargs: Any) -> tuple[str, ...]:
    """Listens to `protection_changed`: forgets what was made before, and waits for every worker. Returns sentences on
    what is not as it should be.
    """
    if not row.enabled:
        return ()
    try:
        failed = invalidate(digest(row.identifier) if row.identifier else "").failed
        keeper.look_now()
        late = late_in(newest_revision()[0])
    except DatabaseError:
        logger.exception("Nobody knows whether every worker keeps to “%s”.", row)
        return (f"“{row}” was saved, but the database stopped answering: restart the server to be sure.",)
    return tuple(sentences(row, failed, late))


def sentences(row: Overlay, failed: tuple[str, ...], late: list[int]) -> list[str]:
    told = [
        f"What the cache “{name}” holds of these images could not be removed; it will not be used again."
        for name in failed
    ]
    if late:
        processes = ", ".join(map(str, late))
        told.append(
            f"“{row}” is not in use everywhere yet: the worker {processes} has not taken it over. Look at the Status "
            "page, and restart the server if it stays so."
        )
    return told


def late_in(revision: int) -> list[int]:
    """The process ids of workers that have not taken over this revision; waited for once, however many rows it has."""
    global _taken_over
    if revision <= _taken_over:
        return []
    late = wait_for_workers(revision)
    if not late:
        _taken_over = revision
    return late


def wait_for_workers(revision: int) -> list[int]:
    """Waits until every worker uses this revision or a newer one, or will before its next answer; the process ids of
    those that have not after a while.

    Workers of other machines tell nothing, but have looked when the wait is over.
    """
    bound = longest_unlooked_seconds()
    start = time.monotonic()
    time.sleep(min(bound, LONGEST_WAIT_SECONDS))
    while (late := late_workers(revision, bound)) and time.monotonic() < start + LONGEST_WAIT_SECONDS:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return late


def late_workers(revision: int, bound: float) -> list[int]:
    """Those at work with an older revision. One that has not looked for longer than the bound has had nothing to do,
    and looks before it answers.
    """
    metrics = collected()
    looks = by_process(metrics, "iiifserver_worker_looked_seconds")
    revisions = by_process(metrics, "iiifserver_worker_revision")
    now = time.time()
    return sorted(pid for pid, used in revisions.items() if used < revision and now - looks.get(pid, 0) <= bound)
