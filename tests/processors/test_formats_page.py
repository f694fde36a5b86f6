"""The page of the admin that shows who reads what."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.core.checks import run_checks
from django.urls import reverse

from iiifserver.iiif.source_formats import format_labels
from processors import capabilities, encoders, matrix
from processors.matrix import Cell, Line, Matrix, matrix_of
from processors.models import FormatAssignment, Processor
from processors.registry import processors
from processors.runtime import active_processors

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(db):
    Processor.objects.all()._raw_delete("default")
    tiles = Processor.objects.create(name="Quick", kind="tiles", position=1)
    pillow = Processor.objects.create(name="Plain", kind="pillow", position=2)
    return {"tiles": tiles, "pillow": pillow}


def current() -> Matrix:
    rows, assignments = list(Processor.objects.all()), list(FormatAssignment.objects.all())
    return matrix_of(processors, rows, assignments, active_processors(rows, assignments))


def line_of(label: str) -> Line:
    return next(line for _, lines in current().families for line in lines if line.label == label)


def cell_of(label: str, kind: str) -> Cell:
    labels = [column.label for column in current().columns]
    return line_of(label).cells[labels.index(processors.get(kind).label)]


def test_there_is_a_line_for_every_format(rows):
    assert sorted(line.label for _, lines in current().families for line in lines) == sorted(format_labels().values())


def test_the_numbers_are_the_order_in_which_they_are_asked(rows):
    assert (cell_of("TIFF", "tiles").turn, cell_of("TIFF", "pillow").turn) == (1, 2)
    assert (cell_of("PNG", "tiles").turn, cell_of("PNG", "pillow").turn) == (None, 1)


def test_an_assignment_changes_the_order_and_is_named(rows):
    FormatAssignment.objects.create(format_name="tiff", processor=rows["pillow"])
    assert (cell_of("TIFF", "pillow").turn, cell_of("TIFF", "tiles").turn) == (1, 2)
    assert line_of("TIFF").assigned_to == "Plain"


def test_one_that_is_not_set_up_could_read(rows):
    assert cell_of("JPEG XL", "jpegxl") == Cell(turn=None, is_able=True)
    assert not line_of("JPEG XL").is_read


def test_a_missing_library_is_named_with_the_line_that_brings_it(rows, monkeypatch):
    monkeypatch.setattr(capabilities, "is_installed", lambda module: module != "pillow_heif")
    assert cell_of("HEIC, HEIF", "pillow") == Cell(install="pip install pillow-heif")
    assert cell_of("PNG", "pillow").turn == 1
    column = next(column for column in current().columns if column.label == "Pillow")
    assert column.missing == (("HEIC, HEIF", "pip install pillow-heif"),)


def test_what_is_written_is_said(rows):
    assert (line_of("PNG").is_written, line_of("BMP").is_written) == (True, None)


def test_what_cannot_be_written_here_is_said(rows, monkeypatch):
    without_avif = tuple(one for one in encoders.formats_out() if one.value != "avif")
    monkeypatch.setattr(matrix, "formats_out", lambda: without_avif)
    assert line_of("AVIF").is_written is False
    assert current().unwritable == (("avif", "pip install --upgrade pillow"),)


def test_features_are_explained(rows):
    column = next(column for column in current().columns if column.label == "Tiled TIFF")
    assert {name for name, _ in column.features} >= {"regions", "stored tiles"}
    assert column.names == ("Quick",)


def test_a_kind_says_which_requests_it_is_given(rows):
    column = next(column for column in current().columns if column.label == "libvips")
    assert "whole JPEGs are left to the next processor" in column.suited_to


# --- The page -----------------------------------------------------------------------------------------------------

PAGE = "admin:iiif_processors_processor_formats"


def test_the_page_shows_it_all(admin_client, rows, monkeypatch):
    monkeypatch.setattr(capabilities, "is_installed", lambda module: module != "pypdfium2")
    text = admin_client.get(reverse(PAGE)).content.decode()
    assert all(label in text for label in format_labels().values())
    assert "pip install pypdfium2" in text


def test_the_list_of_processors_leads_to_it(admin_client, rows):
    assert reverse(PAGE) in admin_client.get(reverse("admin:iiif_processors_processor_changelist")).content.decode()


def test_a_missing_library_makes_a_row_red(admin_client, rows, monkeypatch):
    Processor.objects.create(name="Books", kind="pdf", position=3)
    monkeypatch.setattr(capabilities, "is_installed", lambda module: module != "pypdfium2")
    text = admin_client.get(reverse("admin:iiif_processors_processor_changelist")).content.decode()
    assert "Bring it with: pip install pypdfium2" in text


def test_the_checks_name_the_line_that_brings_a_missing_library(rows, monkeypatch):
    Processor.objects.create(name="Books", kind="pdf", position=3)
    monkeypatch.setattr(capabilities, "is_installed", lambda module: module != "pypdfium2")
    found = [
        str(one.msg) for one in run_checks(tags=["iiif"], databases=["default"]) if one.id == "iiif_processors.W001"
    ]
    assert any("Books" in message and "pip install pypdfium2" in message for message in found)


def test_who_may_see_processors_may_see_it(client, django_user_model, rows):
    person = django_user_model.objects.create_user("eve", password="secret", is_staff=True)
    client.force_login(person)
    assert client.get(reverse(PAGE)).status_code == 403
    person.user_permissions.add(Permission.objects.get(codename="view_processor"))
    assert client.get(reverse(PAGE)).status_code == 200


def test_strangers_are_sent_to_sign_in(client, rows):
    assert client.get(reverse(PAGE)).status_code == 302
