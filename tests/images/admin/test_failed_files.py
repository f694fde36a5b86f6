from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from iiifserver.watching.slots import Table
from iiifserver.watching.watch import watch
from iiifserver.watching.work import File
from images.failed_files import reading
from images.failed_files.model import DecodingSettings, FailedFile
from images.runtime import current_runtime, keeper

LIST = "admin:iiif_images_failedfile_changelist"
ONE = "admin:iiif_images_failedfile_clear"
ALL = "admin:iiif_images_failedfile_clear_all"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def knows_nothing(service):
    yield
    reading.failed_files.learn({})
    reading.reader.forget()


def failed(identifier="bad.tif", reason="crashed", **fields):
    digest = File(identifier, "1").digest.hex()
    return FailedFile.objects.create(
        identifier=identifier, version="1", digest=digest, reason=reason, message="It broke down.", **fields
    )


@pytest.fixture
def staff(client):
    """Somebody with those permissions alone, by the beginning of their names."""

    def sign_in(*names):
        user = User.objects.create_user("somebody", is_staff=True)
        wanted = Permission.objects.filter(content_type__app_label="iiif_images", codename__in=names)
        user.user_permissions.set(wanted)
        client.force_login(user)
        return client

    return sign_in


def page(response):
    assert response.status_code == 200, response
    return response.content.decode()


def test_the_list_tells_what_happened(admin_client):
    failed(times=3)
    text = page(admin_client.get(reverse(LIST)))
    assert all(word in text for word in ("bad.tif", "crashed", "It broke down.", "when it is cleared, or has changed"))


def test_a_slow_file_tells_when_it_is_tried_again(admin_client):
    failed(reason="slow")
    assert " on</td>" in page(admin_client.get(reverse(LIST)))
    DecodingSettings.objects.update(retry_hours=0)
    assert "when it is cleared, or has changed" in page(admin_client.get(reverse(LIST)))


def test_an_identifier_with_markup_stays_text(admin_client):
    failed("<script>alert(1)</script>")
    assert "<script>alert(1)" not in page(admin_client.get(reverse(LIST)))


def test_one_is_cleared_and_used_at_once(admin_client):
    row, other = failed(), failed("other.tif")
    keeper.look_now()
    assert current_runtime().guard.failed.reason_for(File("bad.tif", "1")) is not None
    assert admin_client.post(reverse(ONE, args=[row.pk])).status_code == 302
    assert list(FailedFile.objects.all()) == [other]
    assert current_runtime().guard.failed.reason_for(File("bad.tif", "1")) is None


def test_all_are_cleared(admin_client):
    for number in range(3):
        failed(f"{number}.tif")
    assert "3 files were cleared" in page(admin_client.post(reverse(ALL), follow=True))
    assert not FailedFile.objects.exists()


def test_those_that_are_ticked_are_cleared(admin_client):
    row, other = failed(), failed("other.tif")
    admin_client.post(reverse(LIST), {"action": "clear_selected", "_selected_action": [row.pk]})
    assert list(FailedFile.objects.all()) == [other]


@pytest.mark.parametrize("method", ["get", "put"])
def test_nothing_is_cleared_by_looking(admin_client, method):
    row = failed()
    assert getattr(admin_client, method)(reverse(ONE, args=[row.pk])).status_code == 405
    assert getattr(admin_client, method)(reverse(ALL)).status_code == 405
    assert FailedFile.objects.exists()


def test_who_only_looks_finds_no_button_and_clears_nothing(staff):
    row, client = failed(), staff("view_failedfile")
    assert "Clear" not in page(client.get(reverse(LIST)))
    assert client.post(reverse(ONE, args=[row.pk])).status_code == 403
    assert client.post(reverse(ALL)).status_code == 403
    client.post(reverse(LIST), {"action": "clear_selected", "_selected_action": [row.pk]})
    assert FailedFile.objects.exists()


def test_who_may_clear_does(staff):
    row, client = failed(), staff("view_failedfile", "delete_failedfile")
    assert "Clear all" in page(client.get(reverse(LIST)))
    assert client.post(reverse(ONE, args=[row.pk])).status_code == 302
    assert not FailedFile.objects.exists()


def test_under_a_server_that_watches_nobody_the_pages_say_so(admin_client, monkeypatch):
    pages = [reverse(LIST), reverse("admin:iiif_images_status_changelist")]
    assert all("only" in page(admin_client.get(address)) for address in pages)
    table = Table(1)
    monkeypatch.setattr(watch, "block", table.block(table.take()))
    for address in pages:
        text = page(admin_client.get(address))
        assert "nobody notices files" not in text.lower()


def test_the_status_page_counts_them(admin_client):
    failed()
    text = page(admin_client.get(reverse("admin:iiif_images_status_changelist")))
    assert f'Files that failed</th><td><a href="{reverse(LIST)}">1</a>' in text
