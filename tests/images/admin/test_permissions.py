"""Every page and action of the admin refuses those without the permission."""

from __future__ import annotations

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group
from django.urls import reverse

from caching.models import Cache
from images import first_rows
from images.admin.source_urls import source_urls
from images.description_links import DescriptionLink
from images.groups import GROUPS, create_groups
from images.jobs.model import Job
from images.jobs.tokens import ApiToken
from images.models import EndpointSettings, FailedFile, Revision, SlowImage
from overlays.models import Overlay
from processors.models import FormatAssignment, Processor
from sources.models import Source

pytestmark = pytest.mark.django_db

OURS = [model for model in site._registry if model._meta.app_label.startswith("iiif_")]
CONFIGURED = {"iiif_sources", "iiif_processors", "iiif_caching", "iiif_overlays"}


def addresses(model, row):
    """Every page of a model's admin, its own views included."""
    base = f"{model._meta.app_label}_{model._meta.model_name}"
    names = [pattern.name for pattern in site._registry[model].get_urls() if pattern.name]
    for name in names:
        needs_row = (
            not name.endswith(
                ("_changelist", "_add", "_proxies", "_formats", "_warm", "_clear_all", "image_source", "_activity")
            )
            and "purge" not in name
        )
        if name.startswith(base) or "purge" in name:
            yield name, reverse(f"admin:{name}", args=[row.pk if row else 1] if needs_row else [])


def source_pages(row):
    """The pages on one source, which are among those of its model."""
    names = {pattern.name for pattern in source_urls(site)}
    pages = [(name, address) for name, address in addresses(Source, row) if name in names]
    assert len(pages) == len(names) == 4
    return pages


@pytest.fixture
def rows():
    first_rows.create()
    create_groups()
    Cache.objects.get_or_create(name="nothing", kind="null", tier="derivative")
    Overlay.objects.create(name="mark", kind="text", options={"text": "mark"}, enabled=False)
    DescriptionLink.objects.create(name="record", address="https://example.org/{identifier}")
    FormatAssignment.objects.create(format_name="jpeg", processor=Processor.objects.get(kind="pillow"))
    Job.objects.create(kind="records", interval_seconds=60)
    ApiToken.objects.create(name="catalogue", digest="0" * 64)
    FailedFile.objects.create(identifier="bad.tif", version="1", digest="0" * 32, reason="crashed", message="Broken.")
    SlowImage.objects.create(identifier="large.jpg", version="1", digest="1" * 32)
    return {model: model._default_manager.first() for model in OURS if model._meta.managed}


@pytest.fixture
def member(client, django_user_model):
    def sign_in(group=None):
        user = django_user_model.objects.create_user("somebody", password="x", is_staff=True)
        if group:
            user.groups.add(Group.objects.get(name=group))
        client.force_login(user)
        return client

    return sign_in


def test_the_groups_of_a_first_start_are_made_once():
    create_groups()
    Group.objects.get(name="Viewers").permissions.clear()
    create_groups()
    assert sorted(Group.objects.values_list("name", flat=True)) == sorted(GROUPS)
    assert not Group.objects.get(name="Viewers").permissions.exists()


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_any_permission_are_refused_everywhere(model, method, rows, member):
    client = member()
    answers = {
        name: getattr(client, method)(address).status_code for name, address in addresses(model, rows.get(model))
    }
    assert set(answers.values()) <= {403, 405}, answers


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_a_stranger_is_sent_to_sign_in_everywhere(model, rows, client):
    for name, address in addresses(model, rows.get(model)):
        answer = client.get(address)
        assert (answer.status_code, answer.url.split("?")[0]) == (302, reverse("admin:login")), name


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_a_viewer_changes_nothing(model, rows, member):
    client = member("Viewers")
    revisions = Revision.objects.count()
    for name, address in addresses(model, rows.get(model)):
        answer = client.post(address, {"name": "changed", "post": "yes", "_save": "Save"})
        assert answer.status_code < 500, name
    assert Revision.objects.count() == revisions


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_a_viewer_sees_each_list_or_form(model, rows, member):
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    answer = member("Viewers").get(reverse(base), follow=True)
    assert answer.status_code == 200


def test_a_configurator_changes_the_four_roles(rows, member):
    client = member("Configurators")
    for model in OURS:
        if model._meta.app_label in CONFIGURED and rows.get(model):
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[rows[model].pk])
            assert client.get(address).context["has_change_permission"], model


def test_a_configurator_only_looks_at_the_rest(rows, member):
    client = member("Configurators")
    endpoints = EndpointSettings.objects.get()
    client.post(reverse("admin:iiif_images_endpointsettings_change", args=[1]), {"max_pixels": 1, "tile_size": 64})
    endpoints.refresh_from_db()
    assert endpoints.max_pixels == 50_000_000


def test_a_configurator_may_not_go_back_to_a_revision(rows, member):
    number = Revision.objects.first().number
    answer = member("Configurators").post(reverse("admin:iiif_images_revision_roll_back", args=[number]))
    assert answer.status_code == 403


def test_an_administrator_goes_back_to_a_revision(rows, member):
    number = Revision.objects.first().number
    Source.objects.all().first().delete()
    member("Administrators").post(reverse("admin:iiif_images_revision_roll_back", args=[number]))
    assert Source.objects.count() == 2


def test_a_viewer_looks_at_a_source_and_uploads_nothing(rows, member):
    client = member("Viewers")
    Source.objects.update(accepts_uploads=True)
    statuses = {
        name.rpartition("_")[2]: client.get(address).status_code for name, address in source_pages(rows[Source])
    }
    assert (statuses["test"], statuses["browse"], statuses["upload"]) == (200, 200, 405)
    [upload] = [address for name, address in source_pages(rows[Source]) if name.endswith("_upload")]
    assert client.post(upload).status_code == 403


def test_a_configurator_may_upload(rows, member):
    Source.objects.update(accepts_uploads=True)
    [upload] = [address for name, address in source_pages(rows[Source]) if name.endswith("_upload")]
    assert member("Configurators").post(upload).status_code == 400


def test_looking_at_a_roll_back_changes_nothing(rows, member):
    number = Revision.objects.first().number
    Source.objects.all().first().delete()
    page = member("Administrators").get(reverse("admin:iiif_images_revision_roll_back", args=[number]))
    assert "+ source “FilesystemSource”" in page.content.decode()
    assert Source.objects.count() == 1
