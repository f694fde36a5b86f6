from __future__ import annotations

import pytest
from django.core.checks import run_checks

from processors import capabilities
from processors.models import Processor
from sources.models import Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def without_heif(monkeypatch):
    monkeypatch.setattr(capabilities, "is_installed", lambda module: module != "pillow_heif")
    Processor.objects.create(name="Plain", kind="pillow")


def warnings(**options: object) -> list[tuple[str, str]]:
    return [(one.msg, one.hint) for one in run_checks(**options) if one.id == "iiif_images.W030"]


def source(**values: object) -> Source:
    return Source.objects.create(name="scans", kind="filesystem", options={"root": "/nowhere"}, **values)


def test_a_format_that_waits_for_a_library_is_told_with_the_line_that_brings_it(without_heif):
    source(formats=["heif", "jpeg"])
    ((text, hint),) = warnings(databases=["default"])
    assert text == "HEIC, HEIF is given out by a source, and nothing here can read it."
    assert "pip install pillow-heif" in hint


@pytest.mark.parametrize("values", [{"formats": ["jpeg"]}, {"formats": ["heif"], "enabled": False}])
def test_what_no_enabled_source_gives_out_is_not_missed(without_heif, values: dict):
    source(**values)
    assert warnings(databases=["default"]) == []


def test_nothing_is_said_where_the_library_is_there():
    Processor.objects.create(name="Plain", kind="pillow")
    source(formats=["heif"])
    assert warnings(databases=["default"]) == []


def test_a_row_that_lacks_all_it_needs_speaks_for_itself(monkeypatch):
    monkeypatch.setattr(capabilities, "is_installed", lambda module: module != "pypdfium2")
    Processor.objects.create(name="Books", kind="pdf")
    source(formats=["pdf"])
    assert warnings(databases=["default"]) == []


def test_nothing_is_said_without_a_look_at_the_rows(without_heif):
    source(formats=["heif"])
    assert warnings() == []
