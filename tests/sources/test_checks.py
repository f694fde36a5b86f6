from __future__ import annotations

from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.db import connection

from iiifserver.registry import BrokenPlugin
from sources.models import Source
from sources.registry import sources


def ids(**kwargs: object) -> list[str | None]:
    return [message.id for message in run_checks(**kwargs) if (message.id or "").startswith("iiif_sources")]


def test_nothing_is_wrong_with_what_is_installed():
    assert ids() == []


def test_a_plugin_that_cannot_be_loaded_is_an_error(monkeypatch):
    monkeypatch.setattr(sources, "broken", (BrokenPlugin("vault", "ImportError: vault"),))
    assert ids() == ["iiif_sources.E001"]


@pytest.fixture
def only(db, monkeypatch):
    """Makes a row the only one."""
    Source.objects.all()._raw_delete("default")
    return Source.objects.create


def test_a_row_that_works_is_no_warning(only, tmp_path: Path):
    only(name="scans", kind="filesystem", options={"path_prefix": str(tmp_path)})
    assert ids(databases=["default"]) == []


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("filesystem", {"path_prefix": "/no/such/folder"}),
        ("filesystem", {"path_prefix": "/etc"}),
        ("filesystem", {}),
        ("storage", {"alias": "nobody"}),
        ("unknown", {}),
    ],
)
def test_a_row_that_does_not_work_is_a_warning(only, kind: str, options: dict[str, str]):
    only(name="scans", kind=kind, options=options)
    assert ids(databases=["default"]) == ["iiif_sources.W001"]


def test_a_row_that_is_switched_off_is_no_warning(only):
    only(name="scans", kind="filesystem", enabled=False, options={"path_prefix": "/no/such/folder"})
    assert ids(databases=["default"]) == []


def test_rows_are_not_looked_at_without_a_database(only):
    only(name="scans", kind="filesystem", options={"path_prefix": "/no/such/folder"})
    assert ids() == []


@pytest.mark.django_db(transaction=True)
def test_a_database_without_tables_is_no_problem():
    with connection.schema_editor() as editor:
        editor.delete_model(Source)
    try:
        assert ids(databases=["default"]) == []
    finally:
        with connection.schema_editor() as editor:
            editor.create_model(Source)
