"""`manage.py iiif_maintain`: the maintenance of this machine and of shared stores, once, for cron."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from images.jobs import queue
from images.jobs.foreground import do_now, went_well
from images.jobs.machine import machine_name
from images.jobs.model import Job
from images.jobs.tasks import hand_over_due
from images.management.prepared import PreparedCommand

KINDS = ("reclaim", "clean", "verify", "records")
USUAL = ("reclaim", "clean", "records")


class Command(PreparedCommand):
    help = (
        "Does the maintenance of the caches once: for sites that start it from cron instead of running a job runner. "
        "Without names: reclaim, clean and records."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kinds", nargs="*", metavar="NAME", help=f"what to do, in this order: {', '.join(KINDS)}")
        parser.add_argument("--quiet", action="store_true", help="draw no progress bar, and tell only what fails")

    def handle(self, *args: Any, kinds: list[str], quiet: bool, **options: Any) -> None:
        if unknown := sorted(set(kinds) - set(KINDS)):
            raise CommandError(f"There is no maintenance “{unknown[0]}”: write {', '.join(KINDS)}.")
        for kind in kinds or USUAL:
            for machine in ("",) if kind == "records" else (machine_name(), ""):
                job = do_now(row_of(kind, machine), sys.stderr, shows_progress=not quiet)
                if not went_well(job):
                    raise CommandError(f"{job.title}: {job.outcome or 'A job runner does it already.'}")
                if not quiet:
                    self.stdout.write(f"{job.title}: {job.outcome}")
        hand_over_due()


def row_of(kind: str, machine: str) -> Job:
    """The row of the schedule, which knows how far it has come; a job of its own where there is no schedule."""
    row = Job.objects.filter(kind=kind, machine=machine, interval_seconds__isnull=False).first()
    return row or queue.order(kind, machine=machine, hands_over=False)
