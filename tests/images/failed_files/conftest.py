from __future__ import annotations

import time

import pytest

from iiifserver.watching.reports import Accused, Ending, Report
from iiifserver.watching.work import File, Kind
from images.failed_files import reading
from images.failed_files.known import FailedFiles
from images.failed_files.reading import Reader


@pytest.fixture
def accuse():
    """A report on files, by identifier; of version 1 unless told otherwise."""

    def report(*identifiers, ending=Ending.FAULT, ago=0.0, version="1"):
        files = [File(identifier, version) for identifier in identifiers]
        accused = tuple(Accused(file.digest.hex(), file.identifier, file.version, Kind.PIXELS) for file in files)
        return Report(ending, "SIGSEGV", accused, time.time() - ago)

    return report


@pytest.fixture(autouse=True)
def knows_nothing(monkeypatch):
    """Each test begins with a process that knows of no file."""
    reading.failed_files.learn({})
    reading.reader.forget()
    yield
    reading.failed_files.learn({})
    reading.reader.forget()


@pytest.fixture
def reader():
    """The reader of another process."""
    return Reader(FailedFiles())
