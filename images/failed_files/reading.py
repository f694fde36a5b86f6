"""How rows and reports reach every process: looked for as often as a newer configuration is."""

from __future__ import annotations

import logging

from django.db.models import Count, Max

from iiifserver.conf import conf
from iiifserver.home import Home
from iiifserver.watching.reports import Reports
from iiifserver.watching.watch import watch

from .known import FailedFiles
from .model import DecodingSettings, FailedFile
from .recording import record

logger = logging.getLogger("iiifserver.watching")

Mark = tuple[object, ...]


class Reader:
    """Keeps what a process knows as the rows are. For one thread at a time."""

    def __init__(self, failed: FailedFiles) -> None:
        self.failed = failed
        self._mark: Mark = ()

    def look(self) -> None:
        """Takes over what has changed. One query where nothing has."""
        try:
            take_reports()
        except OSError:
            logger.exception("The reports on workers that ended could not be read.")
        mark = newest()
        if mark != self._mark:
            hours = DecodingSettings.current().retry_hours
            self.failed.learn({bytes.fromhex(row.digest): row.known(hours) for row in FailedFile.objects.all()})
            self._mark = mark

    def forget(self) -> None:
        """Has the next look read all rows."""
        self._mark = ()


def newest() -> Mark:
    """Differs whenever the rows do."""
    found = FailedFile.objects.aggregate(rows=Count("pk"), newest=Max("pk"), last=Max("last_at"))
    return tuple(found.values())


def reports() -> Reports:
    """The reports of this home."""
    return Reports(conf.home / "run" / "failures")


def take_reports() -> None:
    """Makes rows of the reports that wait, where there is a supervisor to write some."""
    if not watch.is_on:
        return
    waiting = reports()
    if waiting.is_empty:
        return
    with Home(conf.home).locked("failures"):
        for path, report in waiting.waiting():
            record(report)
            path.unlink()


failed_files = FailedFiles()
"""Those that this process knows of."""
reader = Reader(failed_files)
