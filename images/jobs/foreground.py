"""A job that a command does itself, at once, while somebody watches; it is listed in the admin all the same."""

from __future__ import annotations

import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from . import queue
from .beating import beating
from .ending import set_by_signals
from .machine import machine_name
from .model import Job, JobState
from .tasks import do_taken

BAR_WIDTH = 30
SECONDS_BETWEEN_BARS = 0.2


def do_now(job: Job, stream: TextIO, *, shows_progress: bool = True) -> Job:
    """Does a job that waits; the same job as it ended. One that is interrupted goes back into the queue."""
    runner = f"command-{os.getpid()}-{secrets.token_hex(3)}@{machine_name()}"
    if not queue.take_one(job, runner):
        return Job.objects.get(pk=job.pk)
    taken = Job.objects.get(pk=job.pk)
    bar = Bar(stream if shows_progress else None)
    with beating(taken), ending_by_signal() as is_ending:
        do_taken(taken, is_ending, bar.show)
    bar.end()
    return Job.objects.get(pk=job.pk)


@contextmanager
def ending_by_signal() -> Iterator[threading.Event]:
    """What is set by Ctrl+C, or when somebody else asks the process to end."""
    if threading.current_thread() is not threading.main_thread():
        yield threading.Event()
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    try:
        yield set_by_signals(numbers)
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


class Bar:
    """A line that grows; nothing where nobody is looking at a terminal."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream if stream is not None and stream.isatty() else None
        self._next = 0.0

    def show(self, done: int, total: int) -> None:
        if self._stream is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SECONDS_BETWEEN_BARS
        self._stream.write(f"\r{bar(done, total)}")
        self._stream.flush()

    def end(self) -> None:
        if self._stream is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def bar(done: int, total: int) -> str:
    """Such as `[#####.....] 50 %`; only a number where nobody knows how much there is."""
    if total <= 0:
        return f"{done:,} done"
    share = min(1.0, done / total)
    filled = round(share * BAR_WIDTH)
    return f"[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {100 * share:.0f} %"


def went_well(job: Job) -> bool:
    return job.ended_as == JobState.DONE
