from __future__ import annotations

import logging
from pathlib import Path

import pytest

from iiifserver.iiif.errors import (
    Forbidden,
    SourceMissing,
    SourceNonsense,
    SourceTooSlow,
    SourceUnavailable,
)
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Identifier
from iiifserver.testing import in_memory
from sources.base import SourceBackend
from sources.models import Source
from sources.runtime import ActiveSource, Sources, active_sources


class Drawer(SourceBackend):
    """Has one image, or none, or raises an error."""

    label = "Drawer"

    def __init__(self, outcome: Found | Exception | None) -> None:
        super().__init__(None)
        self.outcome = outcome

    def find(self, identifier: Identifier) -> Found | None:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def asked(*outcomes: Found | Exception | None) -> Found:
    active = (ActiveSource(f"number {number}", Drawer(outcome)) for number, outcome in enumerate(outcomes))
    return Sources(tuple(active)).find(Identifier("a.png"))


ONE, OTHER = in_memory(b"one"), in_memory(b"other")
SILENT = [SourceUnavailable("away"), SourceTooSlow("slow"), SourceNonsense("nonsense")]


def test_the_first_source_that_has_the_image_gives_it():
    assert asked(None, ONE, OTHER) is ONE


@pytest.mark.parametrize("outcomes", [(), (None,), (None, None)])
def test_an_image_that_none_has_is_missing(outcomes):
    with pytest.raises(SourceMissing):
        asked(*outcomes)


@pytest.mark.parametrize("error", SILENT, ids=lambda error: type(error).__name__)
def test_a_source_that_cannot_tell_does_not_keep_the_next_from_answering(error: Exception):
    assert asked(error, ONE) is ONE


@pytest.mark.parametrize("error", SILENT, ids=lambda error: type(error).__name__)
def test_an_image_that_might_be_where_nobody_can_tell_is_not_missing(error: Exception):
    with pytest.raises(type(error)):
        asked(None, error, None)


def test_a_source_that_refuses_decides():
    with pytest.raises(Forbidden):
        asked(Forbidden("no"), ONE)


def test_a_source_that_cannot_tell_is_named_in_the_log(caplog):
    with caplog.at_level(logging.WARNING):
        asked(SourceUnavailable("away"), ONE)
    assert "number 0" in caplog.text


def test_a_row_that_could_not_be_built_is_unavailable():
    with pytest.raises(SourceUnavailable):
        Sources((ActiveSource("scans", None),)).find(Identifier("a.png"))


@pytest.fixture
def rows(db, tmp_path: Path) -> None:
    options = {"path_prefix": str(tmp_path)}
    Source.objects.create(name="second", kind="filesystem", position=2, options=options)
    Source.objects.create(name="first", kind="filesystem", position=1, options=options)
    Source.objects.create(name="off", kind="filesystem", position=3, enabled=False, options=options)


def of_this_test():
    return Source.objects.filter(name__in=["first", "second", "off", "broken", "strange"])


@pytest.mark.usefixtures("rows")
def test_enabled_rows_are_asked_in_their_order():
    assert [source.name for source in active_sources(of_this_test()).active] == ["first", "second"]


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(("kind", "options"), [("filesystem", {"path_prefix": "images"}), ("unknown", {})])
def test_a_broken_row_keeps_its_place_without_a_backend(kind: str, options: dict[str, str]):
    Source.objects.create(name="broken", kind=kind, position=1, options=options)
    active = active_sources(of_this_test()).active
    assert {source.name: source.backend is None for source in active} == {
        "broken": True,
        "first": False,
        "second": False,
    }
