from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from images.management import prepared

COMMANDS = [
    ("iiif_config", "export"),
    ("iiif_copies", "--source", "x"),
    ("iiif_first_rows",),
    ("iiif_jobs",),
    ("iiif_maintain",),
    ("iiif_purge", "--everything"),
    ("iiif_warm", "--identifier", "x"),
    ("worker",),
]


@pytest.mark.django_db
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_command_that_needs_tables_asks_for_those_that_are_missing(command):
    recorder = MigrationRecorder(connection)
    newest = recorder.migration_qs.filter(app="iiif_images").latest("name")
    recorder.record_unapplied(newest.app, newest.name)
    with pytest.raises(CommandError, match=r"Run manage\.py migrate first"):
        call_command(*command)


def test_a_database_that_does_not_answer_is_told_in_a_sentence(monkeypatch):
    def away(connection):
        raise OperationalError("no route to host")

    monkeypatch.setattr(prepared, "MigrationExecutor", away)
    with pytest.raises(CommandError, match="The database does not answer: no route to host"):
        call_command("iiif_config", "export")


@pytest.mark.django_db
def test_a_home_that_cannot_be_written_is_told_in_a_sentence(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.IIIFSERVER = {**settings.IIIFSERVER, "HOME": tmp_path / "file" / "home"}
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("iiif_copies", "--identifier", "x")
