from __future__ import annotations

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from processors.models import Processor

pytestmark = pytest.mark.django_db


def messages(**options: object) -> list[str]:
    return [message.msg for message in run_checks(**options) if message.id == "iiif_processors.I001"]


def test_the_check_says_which_library_decodes_jpeg_2000():
    Processor.objects.create(name="OpenJPEG", kind="openjpeg")
    (message,) = messages(databases=["default"])
    assert message.startswith("JPEG 2000 is decoded with OpenJPEG 2.")


def test_nothing_is_said_without_a_look_at_the_rows():
    Processor.objects.create(name="OpenJPEG", kind="openjpeg")
    assert messages() == []


def test_nothing_is_said_where_nobody_decodes_it_so():
    assert messages(databases=["default"]) == []


def test_without_a_library_the_row_itself_says_so(tmp_path):
    Processor.objects.create(name="OpenJPEG", kind="openjpeg")
    with override_settings(IIIFSERVER={"HOME": tmp_path, "OPENJPEG_LIBRARY": "/nowhere/libopenjp2.so"}):
        assert messages(databases=["default"]) == []
        found = [message.msg for message in run_checks(databases=["default"]) if message.id == "iiif_processors.W001"]
    assert any("no OpenJPEG library" in text for text in found)
