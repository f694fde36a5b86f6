"""The queue: jobs are put into it, taken from it by one runner each, and end. Each step is one short statement."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from .handing_over import hand_over
from .model import ENDED, Job, JobState, alive_since, gives_signs
from .work import Work

MOST_ATTEMPTS = 3
"""How often a job may be begun by runners that die of it."""
GAVE_UP = f"It was begun {MOST_ATTEMPTS} times, and each time the runner died in the middle of it."


def order(
    kind: str,
    arguments: dict[str, Any] | None = None,
    *,
    by: Any = None,
    machine: str = "",
    hands_over: bool = True,
) -> Job:
    """Puts a job into the queue; without handing it over where who orders it is about to do it."""
    job = Job.objects.create(kind=kind, arguments=arguments or {}, ordered_by=by, machine=machine)
    if hands_over:
        hand_over(job)
    return job


def due(kinds: Collection[str], machines: Collection[str]) -> QuerySet[Job]:
    """The jobs that may be taken now, the oldest order first: those that wait, and those of runners that died."""
    # What was ordered is due whatever the clock says, which may have been set back since.
    is_due = Q(interval_seconds=None) | Q(due_at__lte=timezone.now())
    is_orphan = Q(state=JobState.RUNNING) & ~gives_signs()
    waits = Q(state=JobState.WAITING) & is_due
    return Job.objects.filter(waits | is_orphan, kind__in=kinds, machine__in=machines).order_by("due_at", "pk")


def take(kinds: Collection[str], machines: Collection[str], runner: str, under_way: Collection[int] = ()) -> Job | None:
    """A job for this runner, and for no other; `None` when there is none to be done. It is at work on those that are
    under way, by their keys, however long the database has heard nothing of it.
    """
    return take_first(due(kinds, machines).exclude(pk__in=under_way), runner)


def take_first(jobs: QuerySet[Job], runner: str) -> Job | None:
    for job in jobs[:5]:
        if job.attempts >= MOST_ATTEMPTS:
            give_up(job)
        elif take_one(job, runner):
            return Job.objects.get(pk=job.pk)
    return None


def take_one(job: Job, runner: str) -> bool:
    """Whether this runner has got the job: only one can change the row that all have seen."""
    now = timezone.now()
    unchanged = Job.objects.filter(pk=job.pk, state=job.state, runner=job.runner, heartbeat_at=job.heartbeat_at)
    taken = unchanged.update(
        state=JobState.RUNNING,
        runner=runner,
        heartbeat_at=now,
        started_at=now,
        ended_at=None,
        handed_over_at=None,
        attempts=F("attempts") + 1,
    )
    return taken == 1


def begin_now(job: Job, runner: str) -> bool:
    """Has a process that is no runner do the job itself."""
    return take_one(job, runner)


def beat(runner: str, under_way: Collection[int]) -> None:
    """Says that the runner is alive and at work on these jobs, by their keys.

    One that it took without hearing so, because the database fell silent in between, is not among them: it grows
    silent too, and is taken up again.
    """
    mine = Job.objects.filter(pk__in=under_way, state=JobState.RUNNING, runner=runner)
    mine.update(heartbeat_at=timezone.now())


def release_orphans(machine: str, runner: str) -> None:
    """Has the jobs of this machine's earlier runner be taken up at once; called by the only runner of the machine."""
    orphans = Job.objects.filter(state=JobState.RUNNING, runner__startswith=f"{machine}/").exclude(runner=runner)
    orphans.update(heartbeat_at=alive_since() - timedelta(seconds=1))


def give_back(work: Work) -> None:
    """The runner ends: somebody takes the job up where it was left."""
    mine(work.job).update(
        state=JobState.WAITING, due_at=timezone.now(), attempts=F("attempts") - 1, position=work.job.position
    )


def give_up(job: Job) -> None:
    if Job.objects.filter(pk=job.pk, state=job.state, attempts=job.attempts).update(state=JobState.RUNNING):
        end(Work(job), JobState.FAILED, GAVE_UP)


def end(work: Work, state: JobState, outcome: str) -> bool:
    """Notes how a job ended; one with an interval waits for its next run. Whether it was still this runner's."""
    job, now = work.job, timezone.now()
    next_run = now + timedelta(seconds=job.interval_seconds) if job.interval_seconds else None
    noted = mine(job).update(
        state=JobState.WAITING if next_run else state,
        last_state=state,
        due_at=next_run,
        ended_at=now,
        outcome=outcome,
        freed_bytes=work.freed_bytes,
        progress_done=job.progress_done,
        progress_total=job.progress_total,
        position=None,
        attempts=0,
        cancel_requested=False,
        heartbeat_at=None,
    )
    return noted == 1


def mine(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, runner=job.runner)


def cancel(job: Job) -> bool:
    """Has a job stop, or never begin; one that runs stops before its next piece. Whether there was anything to do."""
    waits = Job.objects.filter(pk=job.pk, state=JobState.WAITING, interval_seconds=None)
    now = timezone.now()
    if waits.update(state=JobState.CANCELLED, last_state=JobState.CANCELLED, ended_at=now, outcome="Cancelled."):
        return True
    return bool(Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_requested=True))


def run_now(job: Job) -> bool:
    """Has a job that waits for its time be done next; whether it waited."""
    waits = Job.objects.filter(pk=job.pk, state=JobState.WAITING)
    has_waited = bool(waits.update(due_at=timezone.now()))
    if has_waited:
        hand_over(job)
    return has_waited


def again(job: Job, by: Any) -> Job:
    """Orders once more what has ended."""
    return order(job.kind, job.arguments, by=by, machine=job.machine)


def remove_old(before: Any) -> int:
    """Removes the jobs that ended before that time."""
    removed, _ = Job.objects.filter(state__in=ENDED, ended_at__lt=before).delete()
    return removed
