"""`manage.py iiif_copies`: makes working copies of slow images."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser

from images.copies.of_sources import source_arguments
from images.jobs import queue
from images.jobs.foreground import do_now, went_well
from images.jobs.machine import machine_name
from images.jobs.model import ENDED, Job, JobState
from images.management.options import refuse_empty, refuse_strays
from images.management.prepared import PreparedCommand


class Command(PreparedCommand):
    help = "Makes working copies of slow images. Interrupted, it goes on where it was when it is asked again."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--identifier", metavar="IDENTIFIER", help="one image, whatever the rules say")
        which.add_argument("--source", metavar="NAME", help="all images of a source that the rules want to be copied")
        parser.add_argument("--folder", default="", metavar="FOLDER", help="with --source: only what is in this folder")
        parser.add_argument("--page", type=int, metavar="N", help="with --identifier: another page")
        parser.add_argument("--queue", action="store_true", help="leave it to the job runner and return at once")
        parser.add_argument("--quiet", action="store_true", help="draw no progress bar")

    def handle(self, *args: Any, quiet: bool, **options: Any) -> None:
        job = job_for(*wanted(options), hands_over=options["queue"])
        if options["queue"]:
            self.stdout.write(f"{job.title}: job {job.uuid} waits for a job runner.")
            return
        done = do_now(job, sys.stderr, shows_progress=not quiet)
        if done.state == JobState.WAITING:
            raise CommandError("Interrupted. The job runner goes on, or this command when it is asked again.")
        if not went_well(done):
            raise CommandError(done.outcome or "A job runner does it already.")
        self.stdout.write(done.outcome)


def wanted(options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The kind of job and its arguments; raises `CommandError` where the options make no sense."""
    refuse_empty(options, ("identifier", "source"))
    refuse_strays(options, {"folder": "source", "page": "identifier"})
    if options["source"]:
        return "copies", source_arguments(options["source"], options["folder"])
    page = 1 if options["page"] is None else options["page"]
    if page < 1:
        raise CommandError("--page is not below 1.")
    return "copy", {"identifier": options["identifier"], "page": page}


def job_for(kind: str, arguments: dict[str, Any], *, hands_over: bool) -> Job:
    """The same job if it waits, else a new one."""
    for row in Job.objects.filter(kind=kind, machine=machine_name()).exclude(state__in=ENDED):
        if row.arguments == arguments and row.state == JobState.WAITING:
            return row
    return queue.order(kind, arguments, machine=machine_name(), hands_over=hands_over)
