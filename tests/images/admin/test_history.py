"""The page that asks before it goes back."""

from __future__ import annotations

import pytest
from django.urls import reverse

from images.models import Revision
from sources.models import Source


@pytest.fixture
def scans(db):
    return Source.objects.create(name="scans", kind="filesystem", formats=["jpeg", "png"])


def changes_back_to(client, revision):
    return client.get(reverse("admin:iiif_images_revision_roll_back", args=[revision.number])).context


def test_it_tells_what_would_change_and_changes_nothing(admin_client, scans):
    before = Revision.objects.first()
    scans.enabled = False
    scans.save()
    assert "source “scans”: enabled no → yes" in changes_back_to(admin_client, before)["changes"]
    assert not Source.objects.get().enabled


def test_formats_in_another_order_are_no_change(admin_client, scans):
    document = Revision.objects.first().document
    document["iiif_sources.source"]["scans"]["formats"] = ["png", "jpeg"]
    turned = Revision.objects.create(document=document, summary="As a form has saved it")
    assert "<li>nothing</li>" in changes_back_to(admin_client, turned)["changes"]


def test_a_revision_that_is_no_longer_a_configuration_is_refused_before_anybody_chooses_it(admin_client, scans):
    document = {"iiif_sources.source": {"scans": {"options": [1]}}}
    old = Revision.objects.create(document=document, summary="Long ago")
    assert "must be an object" in changes_back_to(admin_client, old)["refusal"]
