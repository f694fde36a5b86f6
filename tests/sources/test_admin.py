"""The list of sources, and the form of one."""

from __future__ import annotations

import pytest
from django.urls import reverse

from sources.models import Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings):
    folder = settings.IIIFSERVER["HOME"] / "images"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def scans(folder):
    return Source.objects.create(name="scans", kind="filesystem", options={"path_prefix": str(folder)})


def page(client, row):
    return client.get(reverse("admin:iiif_sources_source_change", args=[row.pk]))


def send(client, row, folder, **values):
    usual = {
        "name": "scans",
        "enabled": "on",
        "position": "10",
        "answers_for": "everything",
        "when_missing": "next",
        "largest_upload_megabytes": 500,
        "lookup": "affixes",
        "formats": ["jpeg"],
        "option_path_prefix": str(folder),
    }
    return client.post(reverse("admin:iiif_sources_source_change", args=[row.pk]), {**usual, **values})


def test_only_kinds_that_can_keep_images_ask_for_uploads(admin_client, scans):
    web = Source.objects.create(name="web", kind="http", options={"base_url": "https://images.example.org/"})
    asked = {
        one.kind: "accepts_uploads" in form_of(admin_client, one).fields and "Takes" in titles_of(admin_client, one)
        for one in (scans, web)
    }
    assert asked == {"filesystem": True, "http": False}


def form_of(client, row):
    answer = client.get(reverse("admin:iiif_sources_source_change", args=[row.pk]))
    return answer.context["adminform"].form


def titles_of(client, row):
    answer = client.get(reverse("admin:iiif_sources_source_change", args=[row.pk]))
    return [fieldset.name for fieldset in answer.context["adminform"]]


def test_a_kind_without_uploads_is_saved_without_them(admin_client):
    web = Source.objects.create(name="web", kind="http", options={"base_url": "https://images.example.org/"})
    form = form_of(admin_client, web)
    shown = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {name: value for name, value in shown.items() if value not in (None, False)}
    answer = admin_client.post(
        reverse("admin:iiif_sources_source_change", args=[web.pk]),
        {**sent, "enabled": "on", "option_base_url": "https://images.example.org/b/"},
    )
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    web.refresh_from_db()
    assert (web.options["base_url"], web.largest_upload_megabytes) == ("https://images.example.org/b/", 500)


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        ({}, "every"),
        ({"answers_for": "prefix", "identifier_prefix": "maps/"}, "maps/…"),
        ({"answers_for": "pattern", "identifier_pattern": "m[0-9]+"}, "m[0-9]+"),
        ({"identifier_pattern": "m[0-9]+"}, "every"),
    ],
)
def test_the_list_shows_which_identifiers_a_source_answers_for(admin_client, scans, columns, shown):
    Source.objects.update(**columns)
    text = admin_client.get(reverse("admin:iiif_sources_source_changelist")).content.decode()
    assert f'<td class="field-identifiers">{shown}</td>' in text


def test_the_form_tells_place_identifiers_and_names_apart(admin_client, scans):
    titles = [fieldset[0] for fieldset in page(admin_client, scans).context["adminform"].fieldsets]
    assert titles[:2] == [None, "Filesystem"]
    assert {"Answers for", "Looks up"} <= set(titles)


def test_what_is_chosen_is_saved(admin_client, scans, folder):
    choices = {"answers_for": "pattern", "identifier_pattern": "(?P<shelf>[a-z]+)-.*", "when_missing": "stop"}
    send(admin_client, scans, folder, lookup="template", lookup_template="{shelf}/{identifier}.tif", **choices)
    row = Source.objects.get()
    assert (row.identifier_pattern, row.when_missing) == ("(?P<shelf>[a-z]+)-.*", "stop")
    assert (row.lookup, row.lookup_template) == ("template", "{shelf}/{identifier}.tif")


@pytest.mark.parametrize(
    ("values", "field", "cure"),
    [
        ({"answers_for": "pattern", "identifier_pattern": "("}, "identifier_pattern", "not a regular expression"),
        ({"lookup": "template", "lookup_template": "{shelf}"}, "lookup_template", "no “shelf”"),
    ],
)
def test_what_cannot_work_is_told_at_its_field(admin_client, scans, folder, values, field, cure):
    form = send(admin_client, scans, folder, **values).context["adminform"].form
    assert cure in form.errors[field][0]
