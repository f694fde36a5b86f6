"""`manage.py iiif_warm`: makes pictures before anybody asks for them."""

from __future__ import annotations

import gzip
import math
import sys
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TextIO

from django.core.management.base import CommandError, CommandParser

from images.jobs import queue, warming
from images.jobs.access_logs import pictures_in_log
from images.jobs.fetching import CannotFetch, fetched, is_address
from images.jobs.foreground import do_now, went_well
from images.jobs.lists import identifiers_in_list
from images.jobs.manifests import Here, identifiers_in_manifest
from images.jobs.model import ENDED, Job, JobState
from images.management.options import refuse_empty, refuse_strays
from images.management.prepared import PreparedCommand
from images.runtime import current_runtime

USUAL_TOP = 10_000


class Command(PreparedCommand):
    help = "Makes pictures before anybody asks for them. Interrupted, it goes on where it was when it is asked again."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--identifier", action="append", metavar="IDENTIFIER", help="one image; may be repeated")
        which.add_argument("--list", metavar="FILE", help="a file with an identifier a line; -: standard input")
        which.add_argument(
            "--manifest", metavar="FILE", help="a IIIF manifest, a file or its address: the images of this server in it"
        )
        which.add_argument("--log", metavar="FILE", help="an access log: the pictures asked for most; -: the same")
        which.add_argument("--source", metavar="NAME", help="all images of a source that can list what it has")
        parser.add_argument("--folder", default="", metavar="FOLDER", help="with --source: only what is in this folder")
        parser.add_argument("--top", type=int, metavar="N", help=f"with --log: so many pictures, at first {USUAL_TOP}")
        parser.add_argument("--only", choices=("sizes", "tiles"), help="the listed sizes, or the tiles; else both")
        parser.add_argument(
            "--per-second", type=float, default=warming.USUAL_PER_SECOND, metavar="N", help="0: as quick as it can"
        )
        parser.add_argument("--queue", action="store_true", help="leave it to the job runner and return at once")
        parser.add_argument("--again", action="store_true", help="begin anew, even if the same was interrupted")
        parser.add_argument("--quiet", action="store_true", help="draw no progress bar")

    def handle(self, *args: Any, quiet: bool, **options: Any) -> None:
        job = job_for(wanted(options), begins_anew=options["again"], hands_over=options["queue"])
        if options["queue"]:
            self.stdout.write(f"{job.title}: job {job.uuid} waits for a job runner.")
            return
        done = do_now(job, sys.stderr, shows_progress=not quiet)
        if done.state == JobState.WAITING:
            raise CommandError("Interrupted. The job runner goes on, or this command when it is asked again.")
        if not went_well(done):
            raise CommandError(done.outcome or "A job runner does it already.")
        self.stdout.write(done.outcome)


def job_for(arguments: dict[str, Any], *, begins_anew: bool, hands_over: bool) -> Job:
    """The same job if it waits to go on, else a new one."""
    for row in Job.objects.filter(kind="warm").exclude(state__in=ENDED):
        if row.arguments == arguments and row.state == JobState.WAITING:
            if not begins_anew:
                return row
            queue.cancel(row)
    return queue.order("warm", arguments, hands_over=hands_over)


def wanted(options: dict[str, Any]) -> dict[str, Any]:
    """Raises `CommandError` where there is nothing to warm."""
    refuse_empty(options, ("list", "manifest", "log", "source"))
    refuse_strays(options, {"folder": "source", "top": "log"})
    if not 0 <= options["per_second"] < math.inf:
        raise CommandError("--per-second is a number, such as 5; 0 for no limit.")
    shared = {
        "sizes": options["only"] != "tiles",
        "tiles": options["only"] != "sizes",
        "per_second": options["per_second"],
    }
    if options["source"]:
        return warming.arguments(source=options["source"], folder=options["folder"], **shared)
    if options["log"]:
        pictures = pictures_in_log(lines_of(options["log"]), most_pictures(options["top"]))
        return warming.arguments(pictures=some(pictures, options["log"]), **shared)
    if options["manifest"]:
        return warming.arguments(identifiers=some(in_manifest(options["manifest"]), options["manifest"]), **shared)
    if options["list"]:
        identifiers = identifiers_in_list(text_of(options["list"]))
        return warming.arguments(identifiers=some(identifiers, options["list"]), **shared)
    return warming.arguments(identifiers=options["identifier"], **shared)


def most_pictures(top: int | None) -> int:
    if top is not None and top < 1:
        raise CommandError("--top is not below 1.")
    return top or USUAL_TOP


def in_manifest(file: str) -> list[str]:
    try:
        text = fetched(file) if is_address(file) else text_of(file)
        return identifiers_in_manifest(text, here())
    except CannotFetch as error:
        raise CommandError(f"{file}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{file} is not JSON.") from error


def here() -> Here:
    """As the public URL has it; without one every service may be ours."""
    http = current_runtime().http
    return Here(http.public_url or "", http.slash_substitute)


def some(found: list[Any], file: str) -> list[Any]:
    if not found:
        raise CommandError(f"{file} names no image of this server.")
    return found


def text_of(file: str) -> str:
    return "".join(lines_of(file))


def lines_of(file: str) -> Iterator[str]:
    """Line by line, so that a log may be as long as it likes; one whose name ends with .gz is unpacked."""
    try:
        with opened(file) as lines:
            yield from lines
    except (OSError, EOFError, zlib.error) as error:
        raise CommandError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def opened(file: str) -> AbstractContextManager[TextIO]:
    if file == "-":
        return nullcontext(sys.stdin)
    return (gzip.open if file.endswith(".gz") else open)(file, "rt", encoding="utf-8", errors="replace")
