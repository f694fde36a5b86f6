"""Writing the history: once a minute, by the job runner of a machine. Requests take no part in it."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import close_old_connections, connections, transaction

from iiifserver.times import as_kept

from ..metrics import SHARED_FOLDER_VARIABLE
from ..runtime import current_runtime
from . import top_images
from .counts import Counts, growth
from .model import ActivitySample
from .readings import counters, holdings
from .resolution import KEPT, Resolution
from .spans import Span, joined, most_wanted

logger = logging.getLogger("iiifserver.jobs")

LAST_READING = "activity.json"
LONGEST_GAP_SECONDS = 300
"""What was counted while nobody noted it for longer than this belongs to no minute, and is left out."""
MINUTE_SECONDS = 60
LATE_SECONDS = 1.0
"""How long after a minute it is noted, so that whoever counted at its end has done so."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the counters showed at a time, in seconds since 1970."""

    at: float
    counts: Counts


class Notary:
    """Writes the history of one machine. What it has read last lies beside the counters and goes with them."""

    def __init__(self, machine: str, folder: Path) -> None:
        self._machine = machine
        self._folder = folder
        self._last = folder / LAST_READING

    def begin(self, now: float) -> None:
        """What is counted from now on belongs to the history, and what was since somebody last noted it lately."""
        if not follows(self._last_reading(), now):
            self._remember(Reading(now, counters()))

    def note(self, now: float) -> None:
        """Notes what happened in the minute that has ended last. Raises `DatabaseError` and `OSError`; then the next
        call notes it too.
        """
        before, reading = self._last_reading(), Reading(now, counters())
        if before is not None and follows(before, now):
            self._write(before, reading)
        self._remember(reading)
        top_images.remove_left_behind(self._folder)

    def _write(self, before: Reading, reading: Reading) -> None:
        minute = int(reading.at) // MINUTE_SECONDS - 1
        span = Span(
            begins_at=datetime.fromtimestamp(minute * MINUTE_SECONDS, UTC),
            seconds=reading.at - before.at,
            counts=growth(before.counts, reading.counts),
            held=holdings(current_runtime()),
            images=most_wanted({name: times} for name, times in top_images.counted_in(self._folder, minute)),
        )
        with transaction.atomic():
            for resolution in Resolution:
                add(span, self._machine, resolution)
            forget_old(reading.at)

    def _last_reading(self) -> Reading | None:
        """`None` where there is none, or where it is torn."""
        try:
            document = json.loads(self._last.read_bytes())
            counts = {tuple(key): value for *key, value in document["counts"]}
            return Reading(float(document["at"]), counts)
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def _remember(self, reading: Reading) -> None:
        document: dict[str, Any] = {
            "at": reading.at,
            "counts": [[*key, value] for key, value in reading.counts.items()],
        }
        half = self._last.with_suffix(".new")
        half.write_text(json.dumps(document), encoding="utf-8")
        half.replace(self._last)


def follows(before: Reading | None, now: float) -> bool:
    """Whether what happened between the two is known well enough; a clock that was set back makes it unknown."""
    return before is not None and 0 < now - before.at <= LONGEST_GAP_SECONDS


def add(span: Span, machine: str, resolution: Resolution) -> None:
    """Adds what happened to the row to which its time belongs."""
    begun = int(span.begins_at.timestamp())
    begins_at = as_kept(datetime.fromtimestamp(begun - begun % resolution, UTC))
    rows = ActivitySample.objects.select_for_update()
    row = rows.filter(machine=machine, resolution=resolution, begins_at=begins_at).first()
    together = joined([row.span, span]) if row else span
    ActivitySample.objects.update_or_create(
        machine=machine,
        resolution=resolution,
        begins_at=begins_at,
        defaults=ActivitySample.values_of(together),
    )


def forget_old(now: float) -> None:
    """Removes what is older than the history reaches back, of machines that are gone too."""
    for resolution, kept in KEPT.items():
        limit = as_kept(datetime.fromtimestamp(now, UTC) - kept)
        ActivitySample.objects.filter(resolution=resolution, begins_at__lt=limit).delete()


def shared_folder() -> Path | None:
    """Where the processes of this machine count together; `None` where each counts for itself."""
    name = os.environ.get(SHARED_FOLDER_VARIABLE)
    return Path(name) if name else None


def seconds_to_next_note(now: float) -> float:
    return MINUTE_SECONDS - now % MINUTE_SECONDS + LATE_SECONDS


def keep_notes(machine: str, is_ending: threading.Event, clock: Callable[[], float] = time.time) -> None:
    """Writes the history of the machine until it is told to end, where there are counters of all its processes."""
    folder = shared_folder()
    if folder is None:
        return
    notary = Notary(machine, folder)
    guarded(lambda: notary.begin(clock()))
    try:
        while not is_ending.wait(seconds_to_next_note(clock())):
            guarded(lambda: notary.note(clock()))
    finally:
        connections.close_all()


def guarded(act: Callable[[], None]) -> None:
    """What goes wrong leaves a gap in the history, and no more."""
    try:
        close_old_connections()
        act()
    # A database that is away, a full disk, a counter's file that a dead worker has left half written: the next minute
    # is noted all the same, and the log tells of this one.
    except Exception:
        logger.exception("What happened in the last minute could not be noted.")
        connections.close_all()
