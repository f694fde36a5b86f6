from __future__ import annotations

import pytest

from iiifserver.watching.reports import Ending, Reports
from iiifserver.watching.slots import Table
from iiifserver.watching.watch import watch
from iiifserver.watching.work import File
from images.failed_files.known import FailedFiles, Known, Reason
from images.failed_files.model import FailedFile
from images.failed_files.reading import reports
from images.failed_files.recording import record

pytestmark = pytest.mark.django_db

FILE = File("a.tif", "1")


def test_a_row_reaches_who_looks(accuse, reader):
    record(accuse("a.tif"))
    assert reader.failed.reason_for(FILE) is None
    reader.look()
    assert reader.failed.reason_for(FILE) is Reason.CRASHED
    assert reader.failed.reason_for(File("a.tif", "2")) is None


def test_a_row_that_was_cleared_is_forgotten(accuse, reader):
    record(accuse("a.tif", "b.tif"))
    reader.look()
    FailedFile.objects.filter(identifier="a.tif").delete()
    reader.look()
    assert reader.failed.reason_for(FILE) is None


def test_another_reason_reaches_who_looks(accuse, reader):
    record(accuse("a.tif", ending=Ending.KILLED, ago=60))
    reader.look()
    record(accuse("a.tif"))
    reader.look()
    assert reader.failed.reason_for(FILE) is Reason.CRASHED


def test_a_look_is_one_query(accuse, reader, django_assert_num_queries):
    record(accuse("a.tif"))
    reader.look()
    with django_assert_num_queries(1):
        reader.look()


def test_after_its_time_a_file_is_like_any_other():
    seconds = [100.0]
    failed = FailedFiles(lambda: seconds[0])
    failed.learn({FILE.digest: Known(Reason.SLOW, until=200.0)})
    assert failed.reason_for(FILE) is Reason.SLOW
    seconds[0] = 200.0
    assert failed.reason_for(FILE) is None


class TestReports:
    @pytest.fixture(autouse=True)
    def watched(self, service, monkeypatch):
        table = Table(1)
        monkeypatch.setattr(watch, "block", table.block(table.take()))

    def test_they_become_rows_once(self, accuse, reader):
        reports().add(accuse("a.tif"))
        reader.look()
        reader.look()
        assert FailedFile.objects.get().times == 1
        assert reports().is_empty

    def test_one_that_cannot_be_read_is_left_out(self, accuse, reader, caplog):
        reports().add(accuse("a.tif"))
        (reports()._folder / "0.json").write_text("{")
        reader.look()
        assert FailedFile.objects.count() == 1
        assert reports().is_empty
        assert "cannot be read" in caplog.text

    def test_they_wait_where_nobody_is_watched(self, accuse, reader, monkeypatch):
        monkeypatch.setattr(watch, "block", None)
        reports().add(accuse("a.tif"))
        reader.look()
        assert not reports().is_empty

    def test_there_are_never_too_many(self, accuse, monkeypatch, tmp_path, caplog):
        monkeypatch.setattr("iiifserver.watching.reports.MOST_REPORTS", 2)
        waiting = Reports(tmp_path / "reports")
        for _ in range(3):
            waiting.add(accuse("a.tif"))
        assert len(list(waiting.waiting())) == 2
        assert "is lost" in caplog.text
