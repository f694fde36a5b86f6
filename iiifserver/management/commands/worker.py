"""`manage.py worker`: what `iiif_jobs` does, by the name that goes with `serve`."""

from __future__ import annotations

from images.management.commands.iiif_jobs import Command as IiifJobs


class Command(IiifJobs):
    help = "Do the jobs of this machine until a signal ends it: beside a server that was started with --no-jobs."
