"""Kinds of jobs that tests can steer."""

from __future__ import annotations

import sqlite3
from threading import Event

import pytest
from django.db import connection

from caching import runtime
from caching.purges import Purges
from iiifserver.shelf import Shelf
from images.jobs import kinds, queue
from images.jobs.doing import do
from images.jobs.kinds import Kind, Lane, fixed
from images.jobs.model import Job


@pytest.fixture(autouse=True)
def own_process(monkeypatch):
    """Each test begins like a process that has just started."""
    monkeypatch.setattr(runtime, "purges", Purges())
    monkeypatch.setattr(runtime, "shelf", Shelf(runtime.caches))
    monkeypatch.setattr(runtime, "_in_use", runtime.Caches())


@pytest.fixture
def kind(monkeypatch):
    """Makes a kind of job of a function."""

    def add(body, name: str = "test", lane: Lane = Lane.QUICK) -> str:
        monkeypatch.setitem(kinds.KINDS, name, Kind(fixed(name.capitalize()), body, lane))
        return name

    return add


@pytest.fixture
def database_in_a_file(transactional_db, tmp_path, monkeypatch):
    """The database of a test whose threads write: one in memory locks whole tables, and lets nobody wait."""
    if connection.vendor != "sqlite":
        yield
        return
    path = tmp_path / "database.sqlite3"
    connection.ensure_connection()
    with sqlite3.connect(path) as file:
        connection.connection.backup(file)
    file.close()
    in_memory = connection.connection
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
    connection.connection = None
    yield
    connection.close()
    connection.connection = in_memory


@pytest.fixture
def done():
    """Takes a job and does it; the same as it stands afterwards."""

    def do_one(job: Job, runner: str = "here/1", ending: Event | None = None) -> Job:
        assert queue.take_one(job, runner)
        do(Job.objects.get(pk=job.pk), ending or Event())
        return Job.objects.get(pk=job.pk)

    return do_one
