"""`manage.py iiif_purge`: has caches forget."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from caching.purging import PurgeOrder, Tally, What, shared, swept
from images.jobs.foreground import Bar, do_now, went_well
from images.jobs.model import JobState
from images.jobs.purging import order_purge
from images.management.prepared import PreparedCommand
from sources.models import Source

DAY = 86_400


class Command(PreparedCommand):
    help = "Has all caches, of all machines, forget something. What is purged is not given out again from that moment."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--everything", action="store_true", help="all that is kept")
        what.add_argument("--expired", action="store_true", help="what has outlived its time to live")
        what.add_argument("--infos", action="store_true", help="what is known of images; their pictures stay")
        what.add_argument("--identifier", metavar="IDENTIFIER", help="what belongs to one image")
        what.add_argument("--prefix", metavar="TEXT", help="what belongs to images whose identifiers begin so")
        what.add_argument("--source", metavar="NAME", help="what belongs to images that this source had")
        what.add_argument("--older-than", metavar="DAYS", type=float, help="pictures that were made before that time")
        parser.add_argument("--dry-run", action="store_true", help="only count what would go")
        parser.add_argument("--quiet", action="store_true", help="draw no progress bar")

    def handle(self, *args: Any, dry_run: bool, quiet: bool, **options: Any) -> None:
        order = ordered(options)
        if order.what is What.SOURCE and not Source.objects.filter(name=order.value).exists():
            self.stderr.write(f"There is no source “{order.value}” now: this is about what it left behind.")
        if dry_run:
            self.stdout.write(self.counted(order, quiet).sentence("would be removed"))
            return
        job = do_now(order_purge(order, hands_over=False), sys.stderr, shows_progress=not quiet)
        if job.state == JobState.WAITING:
            raise CommandError("Interrupted. The purge holds; a job runner goes on removing what it fills.")
        if job.state == JobState.RUNNING:
            self.stdout.write("The purge holds; a job runner has begun to remove what it fills.")
            return
        if not went_well(job):
            raise CommandError(job.outcome)
        self.stdout.write(job.outcome)

    def counted(self, order: PurgeOrder, quiet: bool) -> Tally:
        """What would go, however long it takes to count."""
        tally, bar = Tally(), Bar(None if quiet else sys.stderr)
        for step in swept(order, shared(), removes=False):
            tally.add(step)
            bar.show(step.done, step.total)
        bar.end()
        return tally


def ordered(options: dict[str, Any]) -> PurgeOrder:
    """Raises `CommandError` where a value makes no sense."""
    if (days := options["older_than"]) is not None:
        if not 0 <= days < 100_000:
            raise CommandError("--older-than is a number of days, such as 30.")
        return PurgeOrder(What.OLDER, f"{time.time() - days * DAY:.0f}")
    for what in (What.IDENTIFIER, What.PREFIX, What.SOURCE):
        value = options[what.value]
        if value is not None:
            if not value:
                raise CommandError(f"--{what.value} is empty. Use --everything to purge everything.")
            return PurgeOrder(what, value)
    return PurgeOrder(next(what for what in (What.EVERYTHING, What.EXPIRED, What.INFOS) if options[what.value]))
