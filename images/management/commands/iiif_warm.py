"""`manage.py iiif_warm`: makes pictures before anybody asks for them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from images.jobs import queue, warming
from images.jobs.foreground import do_now, went_well
from images.jobs.lists import identifiers_in_list, identifiers_in_manifest, pictures_in_log
from images.jobs.model import ENDED, Job, JobState

USUAL_TOP = 10_000


class Command(BaseCommand):
    help = "Makes pictures before anybody asks for them. Interrupted, it goes on where it was when it is asked again."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--identifier", action="append", metavar="IDENTIFIER", help="one image; may be repeated")
        which.add_argument("--list", metavar="FILE", help="a file with an identifier a line; -: standard input")
        which.add_argument("--manifest", metavar="FILE", help="a IIIF manifest: the images that it names; -: the same")
        which.add_argument("--log", metavar="FILE", help="an access log: the pictures asked for most; -: the same")
        which.add_argument("--source", metavar="NAME", help="all images of a source that can list what it has")
        parser.add_argument("--folder", default="", metavar="FOLDER", help="with --source: only what is in this folder")
        parser.add_argument("--top", type=int, default=USUAL_TOP, metavar="N", help="with --log: so many pictures")
        parser.add_argument("--only", choices=("sizes", "tiles"), help="the listed sizes, or the tiles; else both")
        parser.add_argument(
            "--per-second", type=float, default=warming.USUAL_PER_SECOND, metavar="N", help="0: as quick as it can"
        )
        parser.add_argument("--queue", action="store_true", help="leave it to the job runner and return at once")
        parser.add_argument("--again", action="store_true", help="begin anew, even if the same was interrupted")
        parser.add_argument("--quiet", action="store_true", help="draw no progress bar")

    def handle(self, *args: Any, quiet: bool, **options: Any) -> None:
        job = job_for(wanted(options), begins_anew=options["again"])
        if options["queue"]:
            self.stdout.write(f"{job.title}: job {job.uuid} waits for a job runner.")
            return
        done = do_now(job, sys.stderr, shows_progress=not quiet)
        if done.state == JobState.WAITING:
            raise CommandError("Interrupted. The job runner goes on, or this command when it is asked again.")
        if not went_well(done):
            raise CommandError(done.outcome or "A job runner does it already.")
        self.stdout.write(done.outcome)


def job_for(arguments: dict[str, Any], *, begins_anew: bool) -> Job:
    """The same job if it waits to go on, else a new one."""
    for row in Job.objects.filter(kind="warm").exclude(state__in=ENDED):
        if row.arguments == arguments and row.state == JobState.WAITING:
            if not begins_anew:
                return row
            queue.cancel(row)
    return queue.order("warm", arguments)


def wanted(options: dict[str, Any]) -> dict[str, Any]:
    """Raises `CommandError` where there is nothing to warm."""
    if options["per_second"] < 0 or options["top"] < 1:
        raise CommandError("--per-second and --top are not below 0 and 1.")
    shared = {
        "sizes": options["only"] != "tiles",
        "tiles": options["only"] != "sizes",
        "per_second": options["per_second"],
    }
    if options["source"]:
        return warming.arguments(source=options["source"], folder=options["folder"], **shared)
    if options["log"]:
        pictures = pictures_in_log(text_of(options["log"]).splitlines(), options["top"])
        return warming.arguments(pictures=some(pictures, options["log"]), **shared)
    if options["manifest"]:
        return warming.arguments(identifiers=some(in_manifest(options["manifest"]), options["manifest"]), **shared)
    if options["list"]:
        identifiers = identifiers_in_list(text_of(options["list"]))
        return warming.arguments(identifiers=some(identifiers, options["list"]), **shared)
    return warming.arguments(identifiers=options["identifier"], **shared)


def in_manifest(file: str) -> list[str]:
    try:
        return identifiers_in_manifest(text_of(file))
    except ValueError as error:
        raise CommandError(f"{file} is not JSON.") from error


def some(found: list[Any], file: str) -> list[Any]:
    if not found:
        raise CommandError(f"{file} names no image of this server.")
    return found


def text_of(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
