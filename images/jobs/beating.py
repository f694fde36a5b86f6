"""Signs of life of a process that does one job."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connections

from . import queue
from .model import Job

BEAT_SECONDS = 5.0


@contextmanager
def beating(job: Job) -> Iterator[None]:
    """Says again and again that the process is alive, from a thread of its own."""
    is_over = threading.Event()

    def beat() -> None:
        try:
            while not is_over.wait(BEAT_SECONDS):
                try:
                    queue.beat(job.runner, [job.pk])
                except DatabaseError:
                    # The next sign may come through; without any the job is taken up by others, as it should be.
                    connections.close_all()
        finally:
            connections.close_all()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
