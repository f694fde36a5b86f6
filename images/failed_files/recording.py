"""Reports become rows."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from iiifserver.times import as_kept
from iiifserver.watching.reports import Accused, Report

from ..metrics import failed_files_total
from .known import Reason
from .model import MOST_ROWS, SUSPECTED_FOR, DecodingSettings, FailedFile
from .verdicts import message, verdict

WEIGHTS = {Reason.SUSPECT: 0, Reason.SLOW: 1, Reason.CRASHED: 2}


def record(report: Report) -> None:
    """Remembers the files of a report; what is older than the newest thousand goes."""
    hours = DecodingSettings.current().retry_hours
    with transaction.atomic():
        for accused in report.files:
            remember(accused, report, hours)
        forget_some()


def remember(accused: Accused, report: Report, retry_hours: int) -> None:
    row = FailedFile.objects.select_for_update().filter(digest=accused.digest).first() or new_row(accused, report)
    known = known_before(row, time_of(report), retry_hours)
    reason = verdict(report, is_suspect=known is Reason.SUSPECT)
    # What is known is not put in doubt again.
    if known is None or WEIGHTS[reason] >= WEIGHTS[known]:
        row.reason, row.message = reason.value, message(report, accused.kind)
    row.times += 1
    row.last_at = max(row.last_at, time_of(report))
    row.save()
    failed_files_total.labels(reason.value).inc()


def known_before(row: FailedFile, at: datetime, retry_hours: int) -> Reason | None:
    """What the file was at that time; `None` where it was like any other."""
    if row.pk is None:
        return None
    until = row.until(retry_hours)
    return Reason(row.reason) if until is None or at < until else None


def new_row(accused: Accused, report: Report) -> FailedFile:
    at = time_of(report)
    return FailedFile(
        digest=accused.digest,
        identifier=printable(accused.identifier),
        version=printable(accused.version),
        first_at=at,
        last_at=at,
    )


def time_of(report: Report) -> datetime:
    return min(as_kept(datetime.fromtimestamp(report.at, UTC)), timezone.now())


def printable(text: str) -> str:
    """What every database keeps."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def forget_some() -> None:
    """Suspicions that came to nothing, and the oldest where there are too many."""
    rows = FailedFile.objects.all()
    rows.filter(reason=FailedFile.State.SUSPECT, last_at__lt=timezone.now() - SUSPECTED_FOR).delete()
    if (oldest := rows.values_list("pk", flat=True)[MOST_ROWS:]) and (kept := list(oldest)):
        rows.filter(pk__in=kept).delete()
