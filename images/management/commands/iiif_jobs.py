"""`manage.py iiif_jobs`: a job runner of its own."""

from __future__ import annotations

import signal
from typing import Any

from images.jobs.ending import set_by_signals
from images.jobs.runner import run_until
from images.management.prepared import PreparedCommand


class Command(PreparedCommand):
    help = (
        "Does jobs until a signal ends it: purges, maintenance, warming. The command serve starts one of these by "
        "itself; a machine has one at work, others wait for their turn."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        is_ending = set_by_signals((signal.SIGTERM, signal.SIGINT))
        self.stdout.write("Doing jobs. Ctrl+C ends it.")
        self.stdout.flush()
        run_until(is_ending)
