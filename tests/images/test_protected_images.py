"""A redaction whose image nobody has: it is saved, and whoever saved it is told."""

from __future__ import annotations

import pytest

from images import protection
from images.protected_images import look_for_image
from images.runtime import keeper
from overlays.models import Overlay
from sources.models import Source


def told_of(identifier, enabled=True, source=None):
    row = Overlay(name="Face", kind="redaction", enabled=enabled, identifier=identifier, source=source)
    return look_for_image(Overlay, row=row)


def test_an_image_that_is_there_needs_no_word(service):
    assert told_of("card.png") == ()


def test_an_image_that_no_source_has_is_told(service):
    (sentence,) = told_of("crad.png")
    assert sentence.startswith("No source has an image “crad.png” at present.")


@pytest.mark.parametrize("row", [{"identifier": ""}, {"identifier": "crad.png", "enabled": False}])
def test_a_row_of_many_images_and_one_that_is_switched_off_are_not_looked_at(service, row):
    assert told_of(**row) == ()


def test_an_image_of_another_source_is_told(service):
    elsewhere = Source.objects.create(name="Elsewhere", kind="filesystem", enabled=False)
    (sentence,) = told_of("card.png", source=elsewhere)
    assert sentence == "“card.png” comes from the source “FilesystemSource”. “Face” is only on images of “Elsewhere”."


def test_a_source_that_cannot_be_asked_is_told(service):
    Source.objects.create(name="Broken", kind="gone", position=20)
    keeper.forget()
    (sentence,) = told_of("crad.png")
    assert sentence.startswith("Nobody knows at present whether there is an image “crad.png”")


def test_whoever_saves_a_redaction_hears_of_it(service, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(protection, "late_in", lambda revision: [])
    with django_capture_on_commit_callbacks(execute=True):
        row = Overlay.objects.create(name="Face", kind="redaction", identifier="crad.png")
    assert any("No source has an image “crad.png”" in sentence for sentence in row.warnings)
