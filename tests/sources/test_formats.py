"""Which kinds of file may be read from a source."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from iiifserver.iiif.source_formats import FORMAT_NAMES, PICTURES
from iiifserver.iiif.values import Identifier
from sources.formats import check_formats
from sources.models import Source
from sources.runtime import active_sources

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(settings):
    folder = settings.IIIFSERVER["HOME"] / "images"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.png").write_bytes(b"png")
    Source.objects.all()._raw_delete("default")
    return Source.objects.create(name="scans", kind="filesystem", options={"path_prefix": f"{folder}/"})


def test_a_new_source_gives_pictures(row):
    assert set(row.formats) == PICTURES
    assert PICTURES.isdisjoint({"pdf", "svg", "raw", "mp4"})


def test_what_is_found_knows_what_may_be_read(row):
    row.formats = ["png", "pdf"]
    row.save()
    assert active_sources([row]).find(Identifier("a.png")).formats == {"png", "pdf"}


@pytest.mark.parametrize("names", [["png"], sorted(FORMAT_NAMES)])
def test_formats_that_there_are_may_be_chosen(names):
    check_formats(names)


@pytest.mark.parametrize("names", ["png", ["exe"], [1], {"png": True}, None])
def test_anything_else_may_not(names):
    with pytest.raises(ValidationError):
        check_formats(names)


def test_staff_choose_them_with_checkboxes(admin_client, row):
    address = reverse("admin:iiif_sources_source_change", args=[row.pk])
    page = admin_client.get(address)
    fields = page.context["adminform"].form.initial | {
        "formats": ["jpeg", "pdf"],
        "option_path_prefix": row.options["path_prefix"],
    }
    assert 'type="checkbox" name="formats" value="svg"' in page.content.decode()
    answer = admin_client.post(address, {name: value for name, value in fields.items() if value not in (None, False)})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.formats == ["jpeg", "pdf"]


def test_none_at_all_is_refused(admin_client, row):
    address = reverse("admin:iiif_sources_source_change", args=[row.pk])
    answer = admin_client.post(address, {"name": "scans", "enabled": "on", "position": "1", "formats": []})
    assert "formats" in answer.context["adminform"].form.errors
