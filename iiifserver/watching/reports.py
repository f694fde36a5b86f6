"""What a supervisor tells of a process that it has lost or ended: a file in the home, until somebody has read it.

The supervisor forks processes, so it never talks to a database itself.
"""

from __future__ import annotations

import enum
import json
import logging
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from .work import Kind, Noted

logger = logging.getLogger("iiifserver.watching")

MOST_REPORTS = 200
"""As many as may wait for a database that is away."""


class Ending(enum.Enum):
    """How a process came to its end."""

    FAULT = "fault"
    """By a fault of its own: a signal such as SIGSEGV, or a library that gave up."""
    KILLED = "killed"
    """By SIGKILL from elsewhere: most often the system, for want of memory."""
    HUNG = "hung"
    """It gave no sign of life any more."""
    OVERDUE = "overdue"
    """It was ended since a file took longer than it may."""


@dataclass(frozen=True, slots=True)
class Accused:
    """A file that was being decoded."""

    digest: str
    """Hexadecimal."""
    identifier: str
    version: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Report:
    """The end of one process."""

    ending: Ending
    detail: str
    """A few words, such as the name of a signal."""
    files: tuple[Accused, ...]
    """Each file once."""
    at: float
    """Seconds since 1970."""


def report_on(ending: Ending, detail: str, work: list[Noted]) -> Report:
    """The report on a process that was doing this."""
    accused = {one.digest: Accused(one.digest.hex(), one.identifier, one.version, one.kind) for one in work}
    return Report(ending, detail, tuple(accused.values()), time.time())


class Reports:
    """The folder of reports."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, report: Report) -> None:
        """Keeps a report; what cannot be kept is in the log alone."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if len(os.listdir(self._folder)) >= MOST_REPORTS:
                logger.error("Too many reports wait for the database: the last one is lost.")
                return
            name = f"{time.time_ns():020}-{secrets.token_hex(4)}"
            half = self._folder / f"{name}.new"
            half.write_text(json.dumps(document_of(report)), encoding="utf-8")
            half.rename(self._folder / f"{name}.json")
        except OSError:
            logger.exception("A report on a process that has ended could not be written.")

    @property
    def is_empty(self) -> bool:
        try:
            return not any(name.endswith(".json") for name in os.listdir(self._folder))
        except FileNotFoundError:
            return True

    def waiting(self) -> Iterator[tuple[Path, Report]]:
        """The reports, the oldest first, each with its file, which whoever has dealt with it removes."""
        for path in sorted(self._folder.glob("*.json")):
            try:
                yield path, read_report(path.read_text(encoding="utf-8"))
            except (OSError, ValueError, KeyError, TypeError):
                logger.exception("The report %s cannot be read; it is left out.", path.name)
                path.unlink(missing_ok=True)


def document_of(report: Report) -> dict[str, object]:
    return {**asdict(report), "ending": report.ending.value}


def read_report(text: str) -> Report:
    """Raises `ValueError`, `KeyError` or `TypeError` for what is no report."""
    document = json.loads(text)
    files = tuple(Accused(**{**one, "kind": Kind(one["kind"])}) for one in document["files"])
    return Report(Ending(document["ending"]), str(document["detail"]), files, float(document["at"]))
