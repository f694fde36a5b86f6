"""A format that the processor of a plug-in brings is a format like any other."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from iiifserver.iiif.source_formats import SourceFormat, bring, label_of
from iiifserver.iiif.values import Extent, SourceFacts
from iiifserver.registry import RegistryError
from iiifserver.testing import drawn, encoded, in_memory
from images.admin.file_endings import format_of_ending
from processors.backends.pillow import PillowProcessor
from processors.detection import detect, name_of
from processors.inspected_form import read_facts, written_facts
from processors.matrix import matrix_of
from processors.models import FormatAssignment
from processors.models import Processor as ProcessorRow
from processors.registry import ProcessorRegistry, processors
from processors.runtime import active_processors
from sources.formats import check_formats
from sources.listing import is_named_like_an_image

BITMAP = SourceFormat(
    name="xbm", label="X bitmap", start=re.compile(rb"#define[ \t]+\w+_width\b"), endings=("xbm", "bm")
)
START = b"#define card_width 30\n#define card_height 20\n"


class BitmapProcessor(PillowProcessor):
    label = "X bitmaps"
    formats = frozenset({"xbm"})
    brings = (BITMAP,)


@pytest.fixture
def installed(monkeypatch):
    """The processor is registered for as long as the test runs."""
    monkeypatch.setattr("iiifserver.iiif.source_formats._brought", {})
    monkeypatch.setattr(processors, "_backends", dict(processors._backends))
    processors.register("bitmap", BitmapProcessor)


def test_its_files_are_known_by_their_first_bytes(installed):
    assert detect(in_memory(START)) == "xbm"


def test_without_its_processor_they_are_not():
    assert name_of(START) is None


def test_a_file_of_a_built_in_kind_is_never_taken_for_it(monkeypatch):
    monkeypatch.setattr("iiifserver.iiif.source_formats._brought", {})
    bring(SourceFormat(name="anything", label="Anything", start=re.compile(rb".", re.DOTALL)))
    assert name_of(encoded(drawn(8, 8))) == "png"
    assert name_of(encoded(drawn(8, 8), "TIFF")) == "tiff"
    assert name_of(b"junk") == "anything"


def test_a_source_reads_it_when_staff_have_chosen_it(installed):
    check_formats(["png", "xbm"])


def test_a_source_cannot_choose_what_nobody_brings():
    with pytest.raises(ValidationError, match="no format “xbm”"):
        check_formats(["xbm"])


def test_sources_list_its_files_and_uploads_know_their_endings(installed):
    assert is_named_like_an_image("card.XBM")
    assert format_of_ending(".bm") == "xbm"


def test_names_of_files_that_nobody_brings_are_not_listed():
    assert not is_named_like_an_image("card.xbm")


@pytest.mark.django_db
def test_it_stands_in_the_table_and_can_be_assigned(installed, admin_client):
    row = ProcessorRow.objects.create(name="Bitmaps", kind="bitmap")
    assignment = FormatAssignment(format_name="xbm", processor=row)
    assignment.full_clean()
    assignment.save()
    active = active_processors([row], [assignment])
    (line,) = (
        line
        for _, lines in matrix_of(processors, [row], [assignment], active).families
        for line in lines
        if line.label == "X bitmap"
    )
    assert (line.is_read, line.assigned_to, str(assignment), label_of("xbm")) == (
        True,
        "Bitmaps",
        "X bitmap",
        "X bitmap",
    )
    assert "X bitmap" in admin_client.get(reverse("admin:iiif_processors_processor_formats")).content.decode()
    form = admin_client.get(reverse("admin:iiif_processors_formatassignment_add"))
    assert '<option value="xbm">' in form.content.decode()


def test_what_is_known_of_its_images_can_be_remembered(installed):
    facts = SourceFacts(extent=Extent(30, 20), format_name="xbm", has_color=False, has_alpha=False)
    assert read_facts(written_facts(facts)) == facts


def test_what_was_remembered_of_a_format_that_is_gone_is_not_sound():
    facts = SourceFacts(extent=Extent(30, 20), format_name="xbm", has_color=False, has_alpha=False)
    with pytest.raises(ValueError, match="no such format"):
        read_facts(written_facts(facts))


def test_two_processors_may_bring_the_same(installed):
    class Another(BitmapProcessor):
        pass

    processors.register("another", Another)


@pytest.mark.parametrize(
    ("names", "brought", "sentence"),
    [
        ({"xbm"}, (), "It reads “xbm”, which it does not bring, and there is only avi, avif,"),
        ({"png"}, (("png", b"P"),), "It brings a format “png”, and there is another one of that name."),
        ({"bitmap"}, (("bitmap", b"Q"),), "It brings a format “bitmap”, and there is another one of that name."),
    ],
)
def test_a_format_that_is_not_known_or_taken_is_refused(monkeypatch, names, brought, sentence):
    monkeypatch.setattr("iiifserver.iiif.source_formats._brought", {})
    bring(SourceFormat(name="bitmap", label="Bitmap", start=re.compile(b"B")))

    class Strange(BitmapProcessor):
        formats = frozenset(names)
        brings = tuple(SourceFormat(name=name, label="Strange", start=re.compile(start)) for name, start in brought)

    with pytest.raises(RegistryError, match=re.escape(sentence)):
        ProcessorRegistry("tests.processors", PillowProcessor).register("strange", Strange)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "X Bitmap"},
        {"name": ""},
        {"start": b"#define"},
        {"start": re.compile("#")},
        {"endings": ".xbm"},
        {"endings": (".xbm",)},
    ],
    ids=str,
)
def test_what_makes_no_format_is_refused(changed):
    values = {"name": "xbm", "label": "X bitmap", "start": re.compile(b"#"), **changed}
    with pytest.raises(ValueError, match="“"):
        SourceFormat(**values)
