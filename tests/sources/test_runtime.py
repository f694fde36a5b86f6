from __future__ import annotations

import logging
from dataclasses import replace
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
from sources.base import FolderEntry, Place, SourceBackend
from sources.lookup import Affixes, WithPrefix
from sources.models import Source
from sources.runtime import ActiveSource, Sources, active_sources


class Drawer(SourceBackend):
    """Has one image, or none, or raises an error."""

    label = "Drawer"

    def __init__(self, outcome: Found | Exception | None) -> None:
        super().__init__(None)
        self.outcome = outcome

    def find(self, place: Place) -> Found | None:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def asked(*outcomes: Found | Exception | None) -> Found:
    active = (ActiveSource(f"number {number}", Drawer(outcome)) for number, outcome in enumerate(outcomes))
    return replace(Sources(tuple(active)).find(Identifier("a.png")), source="")


ONE, OTHER = in_memory(b"one"), in_memory(b"other")
SILENT = [SourceUnavailable("away"), SourceTooSlow("slow"), SourceNonsense("nonsense")]


def test_the_first_source_that_has_the_image_gives_it():
    assert asked(None, ONE, OTHER) == ONE


@pytest.mark.parametrize("outcomes", [(), (None,), (None, None)])
def test_an_image_that_none_has_is_missing(outcomes):
    with pytest.raises(SourceMissing):
        asked(*outcomes)


@pytest.mark.parametrize("error", SILENT, ids=lambda error: type(error).__name__)
def test_a_source_that_cannot_tell_does_not_keep_the_next_from_answering(error: Exception):
    assert asked(error, ONE) == ONE


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


def test_a_source_that_fails_as_nobody_foresaw_does_not_keep_the_next_from_answering(caplog):
    assert asked(RuntimeError("no such key"), ONE) == ONE
    assert "Source “number 0” failed" in caplog.text
    assert "RuntimeError: no such key" in caplog.text


def test_a_source_that_fails_as_nobody_foresaw_cannot_tell():
    with pytest.raises(SourceUnavailable) as told:
        asked(RuntimeError("/srv/private"), None)
    assert str(told.value) == "A source of images failed."


def test_a_source_that_gives_what_is_no_image_cannot_tell():
    with pytest.raises(SourceUnavailable):
        asked("a path")  # type: ignore[arg-type]


def test_a_source_that_fails_when_it_lists_does_not_keep_others_from_it():
    class Jammed(Drawer):
        def entries(self, folder, after, limit):
            raise RuntimeError("jammed")

    class Open(Drawer):
        def entries(self, folder, after, limit):
            return [FolderEntry("a.png")]

    both = Sources((ActiveSource("jammed", Jammed(None)), ActiveSource("open", Open(None))))
    assert both.entries("", "", 10) == [FolderEntry("a.png")]


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
@pytest.mark.parametrize(("kind", "options"), [("filesystem", {"path_prefix": "../images"}), ("unknown", {})])
def test_a_broken_row_keeps_its_place_without_a_backend(kind: str, options: dict[str, str]):
    Source.objects.create(name="broken", kind=kind, position=1, options=options)
    active = active_sources(of_this_test()).active
    assert {source.name: source.backend is None for source in active} == {
        "broken": True,
        "first": False,
        "second": False,
    }


class Listed(SourceBackend):
    """Has images under some names, and remembers what it was asked for."""

    label = "Listed"

    def __init__(self, *names: str) -> None:
        super().__init__(None)
        self.names = names
        self.asked: list[str] = []

    def find(self, place: Place) -> Found | None:
        self.asked.append(place.name)
        return ONE if place.name in self.names else None


def found_by(*active: ActiveSource, identifier: str = "maps/1") -> str:
    return Sources(active).find(Identifier(identifier)).source


def test_a_source_is_asked_only_for_what_it_answers_for():
    scans = Listed("maps/1")
    active = ActiveSource("scans", scans, scope=WithPrefix("scans/")), ActiveSource("rest", Listed("maps/1"))
    assert found_by(*active) == "rest"
    assert scans.asked == []


def test_the_lookup_begins_with_what_the_scope_leaves():
    maps = ActiveSource("maps", Listed("tif/1.tif"), scope=WithPrefix("maps/"), lookup=Affixes("tif/", ".tif"))
    assert found_by(maps) == "maps"


def test_without_the_image_the_next_source_is_asked():
    assert found_by(ActiveSource("maps", Listed()), ActiveSource("rest", Listed("maps/1"))) == "rest"


@pytest.mark.parametrize("outcome", [None, SourceUnavailable("away")])
def test_a_source_that_is_the_last_keeps_the_next_from_being_asked(outcome: Exception | None):
    rest = Listed("maps/1")
    with pytest.raises(SourceUnavailable if outcome else SourceMissing):
        found_by(ActiveSource("maps", Drawer(outcome), is_last=True), ActiveSource("rest", rest))
    assert rest.asked == []


def test_a_source_is_the_last_only_for_what_it_answers_for():
    maps = ActiveSource("maps", Listed(), scope=WithPrefix("scans/"), is_last=True)
    assert found_by(maps, ActiveSource("rest", Listed("maps/1"))) == "rest"


def test_no_backend_is_asked_for_an_identifier_that_climbs():
    maps = Listed("../secret")
    with pytest.raises(SourceMissing):
        found_by(ActiveSource("maps", maps), identifier="../secret")
    assert maps.asked == []


def test_a_row_with_all_its_columns_becomes_what_requests_use(db, tmp_path: Path):
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "12.tif").write_bytes(b"map")
    Source.objects.create(
        name="first",
        kind="filesystem",
        options={"path_prefix": str(tmp_path)},
        answers_for="pattern",
        identifier_pattern=r"(?P<shelf>[a-z]+)-(?P<number>\d+)",
        lookup="template",
        lookup_template="{shelf}/{number}.tif",
        when_missing="stop",
    )
    Source.objects.create(name="second", kind="filesystem", position=20, options={"path_prefix": str(tmp_path)})
    active = active_sources(of_this_test())
    assert active.find(Identifier("maps-12")).source == "first"
    assert active.find(Identifier("maps/12.tif")).source == "second"
    with pytest.raises(SourceMissing):
        active.find(Identifier("maps-13"))


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    "columns",
    [
        {"answers_for": "pattern", "identifier_pattern": "("},
        {"lookup": "template", "lookup_template": "{nothing}"},
    ],
)
def test_a_row_whose_pattern_or_template_is_broken_is_unavailable(columns: dict[str, str]):
    Source.objects.filter(name="first").update(**columns)
    first = next(source for source in active_sources(of_this_test()).active if source.name == "first")
    assert first.backend is None


@pytest.mark.usefixtures("rows")
def test_a_lookup_by_the_delegate_without_a_delegate_is_unavailable():
    Source.objects.filter(name="first").update(lookup="delegate")
    Source.objects.filter(name="second").delete()
    with pytest.raises(SourceUnavailable):
        active_sources(of_this_test()).find(Identifier("a.png"))
