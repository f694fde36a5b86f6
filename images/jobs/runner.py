"""The process that does jobs: one on each machine, beside the workers that answer requests."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from iiifserver.conf import conf

from ..activity.noting import keep_notes
from ..copies.model import MOST_AT_ONCE
from ..runtime import current_runtime
from . import election, queue
from .kinds import Lane, kinds_of
from .machine import machine_name, only_runner
from .model import JobRunner
from .schedule import keep_schedule
from .tasks import do_taken, hand_over_due

logger = logging.getLogger("iiifserver.jobs")

POLL_SECONDS = 1.0
"""How long an order may wait for a runner that has nothing to do."""
BEAT_SECONDS = 5.0
SCHEDULE_SECONDS = 30.0
PLACE_SECONDS = 2.0
"""How often a runner that stands by looks whether the place has become free."""


class Runner:
    """Does the jobs of its machine, and those of the whole deployment where it leads."""

    def __init__(self, machine: str, poll_seconds: float = POLL_SECONDS) -> None:
        self.machine = machine
        self.name = f"{machine}/{os.getpid()}-{secrets.token_hex(3)}"
        self.is_ending = threading.Event()
        self.is_leader = False
        self._poll_seconds = poll_seconds
        self._under_way: set[int] = set()
        self._next_beat = self._next_schedule = float("-inf")

    def stop(self) -> None:
        """Has the runner end: jobs under way stop before their next piece and go back into the queue."""
        self.is_ending.set()

    def run(self, goes_on: Callable[[], bool] = lambda: True) -> None:
        """Does jobs until it is stopped or should not go on."""
        queue.release_orphans(self.machine, self.name)
        self.look_after_in_time()
        lanes = [
            threading.Thread(target=self.run_lane, args=(lane, place), name=f"jobs-{lane}-{place}")
            for lane in Lane
            for place in range(MOST_AT_ONCE if lane is Lane.COPIES else 1)
        ]
        lanes.append(threading.Thread(target=keep_notes, args=(self.machine, self.is_ending), name="activity"))
        for lane in lanes:
            lane.start()
        try:
            while goes_on() and not self.is_ending.wait(self._poll_seconds):
                current_runtime()
                self.look_after_in_time()
        finally:
            self.stop()
            for lane in lanes:
                lane.join()
            self.leave()

    def look_after_in_time(self) -> None:
        now = time.monotonic()
        if now >= self._next_beat:
            self._next_beat = now + BEAT_SECONDS
            guarded(self.give_a_sign)
        if now >= self._next_schedule:
            self._next_schedule = now + SCHEDULE_SECONDS
            guarded(self.keep_schedule)

    def give_a_sign(self) -> None:
        """Says that the runner is alive, and asks to lead."""
        self.is_leader = election.lead(self.name)
        JobRunner.objects.update_or_create(
            name=self.name,
            defaults={"heartbeat_at": timezone.now(), "is_leader": self.is_leader},
            create_defaults={
                "heartbeat_at": timezone.now(),
                "is_leader": self.is_leader,
                "machine": self.machine,
                "host": socket.gethostname()[:200],
                "process": os.getpid(),
            },
        )
        JobRunner.objects.filter(machine=self.machine).exclude(name=self.name).delete()
        queue.beat(self.name, tuple(self._under_way))

    def keep_schedule(self) -> None:
        keep_schedule(self.machine, is_leader=self.is_leader)
        hand_over_due()

    def leave(self) -> None:
        """Makes room for others at once."""
        guarded(lambda: election.step_down(self.name))
        guarded(lambda: JobRunner.objects.filter(name=self.name).delete())
        connections.close_all()

    def run_lane(self, lane: Lane, place: int = 0) -> None:
        """Does the jobs of a lane, one after the other; so does each other place in it that is open."""
        kinds = kinds_of(lane)
        try:
            while not self.is_ending.is_set():
                is_open = place == 0 or place < current_runtime().copies.rules.at_once
                if not (is_open and guarded(lambda: self.do_next(kinds))):
                    self.is_ending.wait(self._poll_seconds)
        finally:
            connections.close_all()

    def do_next(self, kinds: list[str]) -> bool:
        """Whether there was a job to do."""
        close_old_connections()
        job = queue.take(kinds, self.machines(), self.name, tuple(self._under_way))
        if job is None:
            return False
        self._under_way.add(job.pk)
        try:
            do_taken(job, self.is_ending)
        finally:
            self._under_way.discard(job.pk)
        return True

    def machines(self) -> list[str]:
        """Whose jobs this runner does; those that any machine may do are left to the site's workers, if it has some."""
        does_those_of_any = self.is_leader and not conf.task_backend
        return [self.machine, ""] if does_those_of_any else [self.machine]


def guarded(act: Callable[[], object]) -> bool:
    """Whether the act says so; a database that is away for a while does not end the runner."""
    try:
        return bool(act())
    except DatabaseError:
        logger.exception("The queue of jobs could not be asked.")
        connections.close_all()
        return False


def run_until(is_ending: threading.Event, goes_on: Callable[[], bool] = lambda: True) -> None:
    """Does this machine's jobs, as soon as no other process does, until it is told to end."""
    while goes_on() and not is_ending.is_set():
        with only_runner() as is_only:
            if is_only:
                runner = Runner(machine_name())
                runner.is_ending = is_ending
                runner.run(goes_on)
                return
        is_ending.wait(PLACE_SECONDS)
