"""What the body of a job is given: its arguments, and a way to tell how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from .model import Job

SECONDS_BETWEEN_NOTES = 1.0
"""How often at most progress is written down."""


class JobFailed(Exception):
    """A job cannot be done. The message is a sentence for staff."""


class JobCancelled(Exception):
    """Somebody has cancelled the job."""


class JobInterrupted(Exception):
    """The runner ends before the job does; it will be taken up again."""


class JobLost(Exception):
    """The job was taken from this runner, which had been silent for too long."""


@dataclass(slots=True)
class Work:
    """A job that is being done. For one thread."""

    job: Job
    is_ending: Event = field(default_factory=Event)
    """Whether the runner is told to end."""
    show: Callable[[int, int], None] = lambda done, total: None
    """Who else wants to see progress."""
    freed_bytes: int = 0
    _next_note: float = 0.0

    @property
    def arguments(self) -> dict[str, Any]:
        arguments: dict[str, Any] = self.job.arguments
        return arguments

    def progress(self, done: int, total: int, position: Any = None) -> None:
        """Tells how far the work is, of a total or of 0 where nobody knows, and where it would go on; to be called
        between pieces.

        Raises `JobCancelled`, `JobInterrupted` or `JobLost` when the work is to stop here.
        """
        self.job.progress_done, self.job.progress_total = done, total
        if position is not None:
            self.job.position = position
        self.show(done, total)
        if self.is_ending.is_set():
            self._note()
            raise JobInterrupted
        if time.monotonic() >= self._next_note:
            self._note()
            self._next_note = time.monotonic() + SECONDS_BETWEEN_NOTES

    def pause(self, seconds: float) -> None:
        """Waits, but not longer than the runner may."""
        self.is_ending.wait(seconds)

    def _note(self) -> None:
        mine = Job.objects.filter(pk=self.job.pk, runner=self.job.runner)
        noted = mine.update(
            progress_done=self.job.progress_done,
            progress_total=self.job.progress_total,
            position=self.job.position,
        )
        if not noted:
            raise JobLost
        if mine.filter(cancel_requested=True).exists():
            raise JobCancelled
