from __future__ import annotations

import pytest

from iiifserver.watching.reports import Accused, Ending, Report
from iiifserver.watching.work import Kind
from images.failed_files.known import Reason
from images.failed_files.verdicts import message, verdict


def report(ending, count=1, detail="SIGSEGV"):
    return Report(ending, detail, tuple(Accused(f"{n:032x}", f"{n}.tif", "1", Kind.PIXELS) for n in range(count)), 0.0)


@pytest.mark.parametrize(
    ("ending", "count", "is_suspect", "expected"),
    [
        (Ending.FAULT, 1, False, Reason.CRASHED),
        (Ending.FAULT, 3, False, Reason.SUSPECT),
        (Ending.FAULT, 3, True, Reason.SUSPECT),
        (Ending.FAULT, 1, True, Reason.CRASHED),
        (Ending.KILLED, 1, False, Reason.SUSPECT),
        (Ending.KILLED, 1, True, Reason.CRASHED),
        (Ending.KILLED, 2, True, Reason.SUSPECT),
        (Ending.HUNG, 1, False, Reason.SLOW),
        (Ending.HUNG, 2, False, Reason.SUSPECT),
        (Ending.OVERDUE, 1, False, Reason.SLOW),
        (Ending.OVERDUE, 2, False, Reason.SLOW),
    ],
)
def test_what_a_file_is_from_then_on(ending, count, is_suspect, expected):
    assert verdict(report(ending, count), is_suspect=is_suspect) is expected


@pytest.mark.parametrize(
    ("ending", "count", "sentence"),
    [
        (Ending.FAULT, 1, "The process broke down (SIGSEGV) while the file was decoded."),
        (Ending.FAULT, 2, "The process broke down (SIGSEGV) while the file was decoded, together with 1 other file."),
        (
            Ending.KILLED,
            3,
            "The process was killed, perhaps for want of memory, while the file was decoded"
            ", together with 2 other files.",
        ),
        (Ending.OVERDUE, 2, "The time limit was over while the file was decoded."),
        (Ending.HUNG, 1, "The process stood still while the file was decoded."),
    ],
)
def test_staff_are_told_what_happened(ending, count, sentence):
    assert message(report(ending, count), Kind.PIXELS) == sentence
