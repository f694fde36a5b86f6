from __future__ import annotations

import logging

import pytest
from django import forms

from iiifserver.iiif.errors import TryAgainLater
from iiifserver.iiif.values import Extent
from overlays.base import Overlay as OverlayBackend
from overlays.models import Overlay
from overlays.registry import overlays
from overlays.runtime import Overlays, active_overlays, shelf
from overlays.scope import Scope
from tests.overlays.pixels import answer_of, plain, touched

LARGE = Extent(400, 300)
CARD = answer_of((400, 300))


class Shutter(OverlayBackend):
    """Covers everything, or else closes."""

    label = "Shutter"
    used_for = "Tests."
    protects = True
    options_class = dict
    form_class = forms.Form
    fingerprint = "shutter"
    works = True

    @classmethod
    def build(cls, options):
        if options:
            raise overlay_error()
        return cls(options)

    def is_ready(self):
        return self.works

    def draw(self, image, answer):
        image.paste(0, (0, 0, *image.size))
        return image


def overlay_error():
    from iiifserver.backend import BackendError

    return BackendError("Broken.")


@pytest.fixture(autouse=True)
def empty_shelf(db):
    shelf.fill([])
    yield
    shelf.fill([])


@pytest.fixture
def shutter(monkeypatch):
    monkeypatch.setitem(overlays._backends, "shutter", Shutter)


def row(name="one", kind="text", options=None, **columns):
    options = {"text": name} if options is None else options
    return Overlay.objects.create(name=name, kind=kind, options=options, **columns)


def active():
    return active_overlays(Overlay.objects.all())


def applies(identifier="card.png", output=LARGE):
    answer = answer_of((output.width, output.height), identifier=identifier)
    return len(active().applying(answer).backends)


def test_without_rows_nothing_is_drawn():
    image = plain()
    applied = Overlays().applying(CARD)
    assert applied.is_empty
    assert applied.fingerprints == ()
    assert applied.draw(image) is image


def test_enabled_rows_are_drawn_in_their_order():
    row("second", position=20)
    row("first", position=10)
    row("off", enabled=False)
    backends = active().applying(CARD).backends
    assert [backend.options.text for backend in backends] == ["first", "second"]


def test_each_has_its_fingerprint():
    row("one")
    row("two")
    prints = active().applying(CARD).fingerprints
    assert len(set(prints)) == 2


def test_the_given_picture_is_left_as_it_was():
    row()
    image = plain()
    copy = image.copy()
    after = active().applying(CARD).draw(image)
    assert image.tobytes() == copy.tobytes()
    assert touched(image, after) is not None


def test_a_row_that_did_not_change_keeps_its_backend():
    row()
    first, second = active(), active()
    assert first.active[0].backend is second.active[0].backend


def test_a_changed_row_has_another_fingerprint():
    changed = row()
    before = active().applying(CARD).fingerprints
    changed.options = {**changed.options, "colour": "red"}
    changed.save()
    assert active().applying(CARD).fingerprints != before


@pytest.mark.parametrize(
    ("pattern", "identifier", "expected"),
    [
        ("", "anything", 1),
        ("scans/.*", "scans/1.tif", 1),
        ("scans/.*", "photos/1.tif", 0),
        ("scans", "scans/1", 0),
        (".*é.*", "café", 1),
    ],
)
def test_the_pattern_says_which_images(pattern, identifier, expected):
    row(identifier_pattern=pattern)
    assert applies(identifier) == expected


@pytest.mark.parametrize(
    ("columns", "output", "expected"),
    [
        ({"min_width": 400}, (400, 1), 1),
        ({"min_width": 401}, (400, 400), 0),
        ({"min_height": 300}, (1, 300), 1),
        ({"min_height": 301}, (400, 300), 0),
        ({"min_width": 100, "min_height": 100}, (100, 99), 0),
        ({"max_width": 400}, (400, 900), 1),
        ({"max_width": 399}, (400, 1), 0),
        ({"max_height": 300}, (900, 300), 1),
        ({"max_height": 299}, (1, 300), 0),
        ({"min_width": 10, "max_width": 20, "min_height": 10, "max_height": 20}, (15, 15), 1),
        ({}, (1, 1), 1),
    ],
)
def test_thresholds_say_which_outputs(columns, output, expected):
    row(**columns)
    assert applies(output=Extent(*output)) == expected


@pytest.mark.parametrize(
    "broken",
    [{"options": {}}, {"kind": "gone"}, {"options": {"text": "x", "font": "None"}}, {"identifier_pattern": "("}],
)
def test_a_broken_row_is_left_out_and_logged(broken, caplog):
    row("broken", **broken)
    row("sound")
    with caplog.at_level(logging.ERROR):
        assert applies() == 1
    assert "“broken”" in caplog.text


def test_a_picture_that_vanished_is_left_out_of_drawing_and_key(red, storage):
    row("logo", kind="picture", options={"picture": red})
    (storage / red).unlink()
    assert active().applying(CARD).is_empty


def test_a_row_that_protects_and_works_is_drawn(shutter):
    row("shutter", kind="shutter", options={})
    assert active().applying(CARD).fingerprints == ("shutter",)


def test_a_broken_row_that_protects_closes_what_it_covers(shutter):
    row("shutter", kind="shutter", options={"bad": 1}, identifier_pattern="secret/.*")
    assert applies("open/1") == 0
    with pytest.raises(TryAgainLater, match="What protects this image does not work"):
        applies("secret/1")


def test_one_that_protects_and_is_not_ready_closes(shutter, monkeypatch):
    row("shutter", kind="shutter", options={})
    monkeypatch.setattr(Shutter, "works", False)
    with pytest.raises(TryAgainLater):
        applies()


def test_one_that_protects_with_a_broken_pattern_closes_everything(shutter):
    row("shutter", kind="shutter", options={}, identifier_pattern="(")
    with pytest.raises(TryAgainLater):
        applies("anything")


def test_one_that_protects_closes_when_its_plugin_is_gone(shutter, monkeypatch):
    row("shutter", kind="shutter", options={})
    monkeypatch.delitem(overlays._backends, "shutter")
    with pytest.raises(TryAgainLater):
        applies()


def test_one_that_is_switched_off_closes_nothing(shutter):
    row("shutter", kind="shutter", options={"bad": 1}, enabled=False)
    assert applies() == 0


def test_a_scope_without_bounds_has_everything():
    assert Scope().has(answer_of((1, 1)))


@pytest.mark.parametrize(
    ("columns", "covered"),
    [
        ({"identifier": "Scans/7.tif"}, ["Scans/7.tif", "scans/7.TIF", "scans\\7.tif", "Scans/7.tif. "]),
        ({"identifier_pattern": "scans/.*"}, ["scans/7.tif", "SCANS/7.tif", "scans\\7.tif", "scans/a\nb.tif"]),
    ],
)
def test_what_is_hidden_is_hidden_in_every_spelling_of_the_identifier(columns, covered):
    row = Overlay(pk=1, name="Face", kind="redaction", options={"shapes": "0,0,9,9"}, protects=True, **columns)
    active = active_overlays([row])
    assert all(active.of_image(identifier, "files") for identifier in covered)
    assert not active.of_image("prints/7.tif", "files")


def test_marks_are_for_the_identifier_as_it_is_written():
    active = active_overlays([Overlay(pk=1, name="Mark", kind="text", options={"text": "A"}, identifier="Scans/7.tif")])
    assert active.of_image("Scans/7.tif", "files")
    assert not active.of_image("scans/7.tif", "files")
