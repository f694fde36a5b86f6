from __future__ import annotations

import signal

import pytest

from iiifserver.supervision import LONGEST_FAREWELL_SECONDS, SECONDS_BETWEEN_LOOKS, Supervisor, ending_of
from iiifserver.watching.reports import Ending, Reports
from iiifserver.watching.slots import Table
from iiifserver.watching.work import File, Kind

PROCESS = 4711


class Scene:
    """A supervisor of one process, whose work and clock the test moves."""

    def __init__(self, folder):
        self.seconds = 100.0
        self.signals = []
        self.table = Table(1)
        self.own = self.table.block(self.table.take())
        self.reports = Reports(folder)
        self.supervisor = Supervisor(
            self.table, self.reports, lambda: self.seconds, lambda *sent: self.signals.append(sent)
        )
        self.supervisor.look_after(PROCESS, 0)

    def note(self, identifier, seconds=10.0):
        return self.own.note(File(identifier, "1"), Kind.PIXELS, self.seconds + seconds)

    def pass_by(self, seconds):
        """Time passes, and the supervisor looks as often as it does."""
        end = self.seconds + seconds
        while self.seconds < end:
            self.seconds += SECONDS_BETWEEN_LOOKS
            self.supervisor.look()

    @property
    def told(self):
        return [(report.ending, sorted(one.identifier for one in report.files)) for _, report in self.reports.waiting()]


@pytest.fixture
def scene(tmp_path):
    return Scene(tmp_path / "failures")


def test_work_in_time_is_left_alone(scene):
    scene.note("a.tif")
    scene.pass_by(9)
    assert (scene.signals, scene.told) == ([], [])


def test_a_process_with_overdue_work_is_asked_to_end_and_the_file_is_told(scene):
    scene.note("a.tif")
    scene.note("b.tif", seconds=60)
    scene.pass_by(14)
    assert scene.signals == [(PROCESS, signal.SIGTERM)]
    assert scene.told == [(Ending.OVERDUE, ["a.tif"])]


def test_once_overdue_is_not_enough(scene):
    scene.note("a.tif")
    scene.seconds += 3600
    scene.supervisor.look()
    assert scene.signals == []


def test_it_is_killed_when_nothing_else_is_left_to_finish(scene):
    scene.note("a.tif")
    other = scene.note("b.tif", seconds=60)
    scene.pass_by(14)
    scene.pass_by(2)
    assert scene.signals == [(PROCESS, signal.SIGTERM)]
    scene.own.clear(other)
    scene.pass_by(0.5)
    assert scene.signals == [(PROCESS, signal.SIGTERM), (PROCESS, signal.SIGKILL)]


def test_it_is_killed_after_a_while_even_though_others_are_left(scene):
    scene.note("a.tif")
    scene.note("b.tif", seconds=60)
    scene.pass_by(14 + LONGEST_FAREWELL_SECONDS)
    assert (PROCESS, signal.SIGKILL) in scene.signals
    scene.supervisor.ended(PROCESS, signal.SIGKILL)
    assert scene.told == [(Ending.OVERDUE, ["a.tif"])]


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        (signal.SIGSEGV, Ending.FAULT),
        (signal.SIGBUS | 0x80, Ending.FAULT),
        (signal.SIGABRT, Ending.FAULT),
        (7 << 8, Ending.FAULT),
        (signal.SIGKILL, Ending.KILLED),
        (None, Ending.KILLED),
        (signal.SIGTERM, None),
        (0, None),
    ],
)
def test_how_a_process_ended_is_read_from_its_status(status, ending):
    assert ending_of(status) is ending


def test_what_a_dead_process_was_decoding_is_told(scene):
    scene.note("a.tif")
    scene.own.clear(scene.note("b.tif"))
    scene.own.pause(scene.note("c.tif"))
    scene.note("d.tif")
    scene.supervisor.ended(PROCESS, signal.SIGSEGV)
    assert scene.told == [(Ending.FAULT, ["a.tif", "d.tif"])]


def test_one_that_decoded_nothing_is_told_of_nowhere(scene):
    scene.supervisor.ended(PROCESS, signal.SIGSEGV)
    assert scene.told == []


def test_one_that_was_asked_to_end_is_told_of_nowhere(scene):
    scene.note("a.tif")
    scene.supervisor.ended(PROCESS, signal.SIGTERM)
    assert scene.told == []


def test_at_the_end_of_the_server_nobody_is_accused(scene):
    scene.note("a.tif")
    scene.supervisor.forget_all()
    scene.pass_by(30)
    scene.supervisor.ended(PROCESS, signal.SIGKILL)
    assert (scene.signals, scene.told) == ([], [])


def test_one_that_stood_still_is_told_so(scene):
    scene.note("a.tif")
    scene.supervisor.ended(PROCESS, signal.SIGKILL, hung=True)
    assert scene.told == [(Ending.HUNG, ["a.tif"])]


def test_the_block_of_a_dead_process_is_free_again(scene):
    scene.note("a.tif")
    scene.supervisor.ended(PROCESS, signal.SIGSEGV)
    assert scene.table.take() == 0
    assert scene.table.at_work(0) == []


def test_a_home_that_cannot_be_written_keeps_nobody_from_going_on(scene, tmp_path, caplog):
    (tmp_path / "failures").write_text("not a folder")
    scene.note("a.tif")
    scene.supervisor.ended(PROCESS, signal.SIGSEGV)
    assert "could not be written" in caplog.text
