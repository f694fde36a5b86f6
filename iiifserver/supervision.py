"""Looking after processes that decode: one that is overdue is ended, and what a dead one was decoding is told."""

from __future__ import annotations

import logging
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iiifserver.watching.reports import Ending, Reports, report_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from iiifserver.watching.slots import Table
    from iiifserver.watching.work import Noted

logger = logging.getLogger("iiifserver.watching")

SECONDS_BETWEEN_LOOKS = 0.9
LOOKS_OVERDUE = 2
"""So often a piece of work must be found overdue. Two, since time passes for a machine that stands still too."""
LONGEST_FAREWELL_SECONDS = 10.0
"""How long other work of a process that is ended may take to come to its own end."""
ASKED_TO_END = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP})


@dataclass(slots=True)
class Ward:
    """A process that is looked after."""

    block: int
    found_overdue: dict[int, int] = field(default_factory=dict)
    """By number of the piece of work: how often."""
    ends_at: float | None = None
    """When it is killed at the latest; `None` as long as nothing is overdue."""
    condemned: frozenset[int] = frozenset()
    """The pieces of work for which it is ended."""


class Supervisor:
    """The processes of one parent. It is that parent which calls, from one thread."""

    def __init__(
        self,
        table: Table,
        reports: Reports,
        clock: Callable[[], float] = time.monotonic,
        send_signal: Callable[[int, int], None] = os.kill,
    ) -> None:
        self._table = table
        self._reports = reports
        self._clock = clock
        self._send_signal = send_signal
        self._wards: dict[int, Ward] = {}
        self._next_look = 0.0

    def look_after(self, process: int, block: int) -> None:
        """Begins with a process that notes its work in that block."""
        self._wards[process] = Ward(block)

    def look(self) -> None:
        """Ends what is overdue; to be called about once a second or more often."""
        now = self._clock()
        if now < self._next_look:
            return
        self._next_look = now + SECONDS_BETWEEN_LOOKS
        for process, ward in self._wards.items():
            work = self._table.at_work(ward.block)
            if ward.ends_at is None:
                self._judge(process, ward, work, now)
            elif now >= ward.ends_at or {one.number for one in work} <= ward.condemned:
                self._signal(process, signal.SIGKILL)

    def ended(self, process: int, status: int | None, *, hung: bool = False) -> None:
        """Tells what a process was decoding when it ended, and forgets it. The status is that of `os.waitpid`, `None`
        where it is not known; `hung` says that it was ended since it gave no sign of life.
        """
        ward = self._wards.pop(process, None)
        if ward is None:
            return
        ending = Ending.HUNG if hung else ending_of(status)
        work = self._table.at_work(ward.block)
        self._table.give_back(ward.block)
        if ending is not None and work and ward.ends_at is None:
            self._tell(process, ending, describe(status), work)

    def forget_all(self) -> None:
        """Lets all processes end as they like, as at the end of the server."""
        self._wards.clear()

    def _judge(self, process: int, ward: Ward, work: list[Noted], now: float) -> None:
        overdue = [one for one in work if now > one.deadline]
        ward.found_overdue = {one.number: ward.found_overdue.get(one.number, 0) + 1 for one in overdue}
        condemned = [one for one in overdue if ward.found_overdue[one.number] >= LOOKS_OVERDUE]
        if not condemned:
            return
        ward.ends_at = now + LONGEST_FAREWELL_SECONDS
        ward.condemned = frozenset(one.number for one in condemned)
        self._tell(process, Ending.OVERDUE, "", condemned)
        # It takes no more requests, and finishes those that do not hang.
        self._signal(process, signal.SIGTERM)

    def _tell(self, process: int, ending: Ending, detail: str, work: list[Noted]) -> None:
        for one in work:
            logger.error(
                "The process %d (%s) was decoding the %s of “%s” in thread %d.",
                process,
                " ".join(filter(None, (ending.value, detail))),
                one.kind.name.lower(),
                one.identifier,
                one.thread,
            )
        self._reports.add(report_on(ending, detail, work))

    def _signal(self, process: int, number: int) -> None:
        with suppress(ProcessLookupError):
            self._send_signal(process, number)


def ending_of(status: int | None) -> Ending | None:
    """How a process ended; `None` when it was asked to."""
    if status is None:
        return Ending.KILLED
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL:
            return Ending.KILLED
        return None if number in ASKED_TO_END else Ending.FAULT
    return Ending.FAULT if os.WEXITSTATUS(status) else None


def describe(status: int | None) -> str:
    """The name of the signal, or the exit status."""
    if status is None:
        return ""
    if not os.WIFSIGNALED(status):
        return f"exit status {os.WEXITSTATUS(status)}"
    number = os.WTERMSIG(status)
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
