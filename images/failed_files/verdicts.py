"""What a report means for the files in it.

A file is remembered as crashed when its process broke down by a fault while it was the only file being decoded there.
Where several were, or where the system killed the process, which it does for memory that a neighbour may hold, each of
them is under suspicion: for a while it is decoded alone. If its process dies again, it was this file.
"""

from __future__ import annotations

from iiifserver.watching.reports import Ending, Report
from iiifserver.watching.work import Kind

from .known import Reason

WORKED_ON = {
    Kind.HEADER: "the header of the file was read",
    Kind.PIXELS: "the file was decoded",
    Kind.WORDS: "the metadata of the file was read",
}


def verdict(report: Report, *, is_suspect: bool) -> Reason:
    """What each file of the report is from now on."""
    if report.ending is Ending.OVERDUE:
        return Reason.SLOW
    is_alone = len(report.files) == 1
    if not is_alone:
        return Reason.SUSPECT
    if report.ending is Ending.HUNG:
        return Reason.SLOW
    return Reason.CRASHED if is_suspect or report.ending is Ending.FAULT else Reason.SUSPECT


def message(report: Report, kind: Kind) -> str:
    """What happened, for staff."""
    happened = {
        Ending.FAULT: f"The process broke down ({report.detail})",
        Ending.KILLED: "The process was killed, perhaps for want of memory,",
        Ending.HUNG: "The process stood still",
        Ending.OVERDUE: "The time limit was over",
    }[report.ending]
    others = len(report.files) - 1
    company = "" if report.ending is Ending.OVERDUE or not others else f", together with {others} other files"
    return f"{happened} while {WORKED_ON[kind]}{company if others != 1 else company.removesuffix('s')}."
