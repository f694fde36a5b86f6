"""The jobs that are done by themselves: a row for each kind, on each machine or for the whole deployment."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from caching.purging import shared

from .model import Job, JobState
from .settings import MaintenanceSettings

FIRST_RUN_AFTER = timedelta(seconds=60)
"""A server that has just started has better things to do."""
FOR_DISKS = frozenset({"clean", "reclaim", "verify"})
FOR_ALL = frozenset({"records"})
FOR_SHARED_STORES = frozenset({"clean", "reclaim"})


def keep_schedule(machine: str, *, is_leader: bool) -> None:
    """Has the rows be as the settings want them: those of this machine, and where it leads, those of all."""
    intervals = MaintenanceSettings.current().intervals()
    keep_rows(machine, {kind: seconds for kind, seconds in intervals.items() if kind in FOR_DISKS})
    if is_leader:
        wanted = FOR_ALL | (FOR_SHARED_STORES if shared(only_here=False) else frozenset())
        keep_rows("", {kind: seconds for kind, seconds in intervals.items() if kind in wanted})


def keep_rows(machine: str, intervals: dict[str, int]) -> None:
    rows = Job.objects.filter(machine=machine, interval_seconds__isnull=False)
    rows.exclude(kind__in=intervals).exclude(state=JobState.RUNNING).delete()
    present = {row.kind: row for row in rows}
    for kind, seconds in intervals.items():
        if kind not in present:
            due_at = timezone.now() + FIRST_RUN_AFTER
            Job.objects.create(kind=kind, machine=machine, interval_seconds=seconds, due_at=due_at)
        elif present[kind].interval_seconds != seconds:
            change_interval(present[kind], seconds)
        else:
            bring_forward(present[kind])


def change_interval(row: Job, seconds: int) -> None:
    """The next run is so long after the last one."""
    last = row.ended_at or timezone.now()
    Job.objects.filter(pk=row.pk).update(interval_seconds=seconds)
    Job.objects.filter(pk=row.pk, state=JobState.WAITING).update(due_at=last + timedelta(seconds=seconds))


def bring_forward(row: Job) -> None:
    """The next run is never further away than the interval: it was planned before the clock was set back."""
    latest = timezone.now() + timedelta(seconds=row.interval_seconds or 0)
    Job.objects.filter(pk=row.pk, state=JobState.WAITING, due_at__gt=latest).update(due_at=latest)


def reclaim_soon() -> None:
    """Has what was purged be removed as soon as there is time for it."""
    waiting = Job.objects.filter(kind="reclaim", state=JobState.WAITING, interval_seconds__isnull=False)
    waiting.update(due_at=timezone.now())
