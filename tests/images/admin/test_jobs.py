from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from caching import runtime
from caching.models import Cache, Invalidation
from caching.purges import Purges
from iiifserver.shelf import Shelf
from images.jobs import queue
from images.jobs.model import Job, JobState
from images.jobs.runner import Runner
from images.jobs.tokens import ApiToken, valid_token
from tests.sources.web_server import web_server

JOBS = "admin:iiif_images_job_changelist"
PURGE = "admin:iiif_images_job_purge"
WARM = "admin:iiif_images_job_warm"


@pytest.fixture(autouse=True)
def own_process(monkeypatch, service):
    """Each test begins like a process that has just started, with the first rows and one finished picture."""
    monkeypatch.setattr(runtime, "purges", Purges())
    monkeypatch.setattr(runtime, "shelf", Shelf(runtime.caches))
    monkeypatch.setattr(runtime, "_in_use", runtime.Caches())
    service.image("full/50,/0/default.jpg")


@pytest.fixture
def viewer(client):
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


def page(response) -> str:
    assert response.status_code == 200, response
    return response.content.decode()


def schedule(**fields) -> Job:
    return Job.objects.create(kind="clean", machine="here", interval_seconds=3600, **fields)


class TestThePage:
    def test_it_tells_when_nobody_does_jobs(self, admin_client):
        assert "Nobody does jobs at present" in page(admin_client.get(reverse(JOBS)))
        Runner("here").give_a_sign()
        assert "Nobody does jobs" not in page(admin_client.get(reverse(JOBS)))

    def test_it_shows_the_schedule_with_its_last_and_next_run(self, admin_client):
        times = {"started_at": timezone.now(), "ended_at": timezone.now()}
        schedule(last_state=JobState.DONE, outcome="3 entries removed.", freed_bytes=2_000_000, **times)
        text = page(admin_client.get(reverse(JOBS)))
        for shown in ("Clean up caches", "here", "3 entries removed.", "1.9\xa0MB", "Run now", "iiif-ready"):
            assert shown in text

    def test_it_shows_what_was_ordered_how_far_it_is_and_what_failed(self, admin_client):
        running = queue.order("sleep", {"seconds": 3})
        Job.objects.filter(pk=running.pk).update(state=JobState.RUNNING, progress_done=1, progress_total=4)
        failed = queue.order("from-the-future")
        Job.objects.filter(pk=failed.pk).update(state=JobState.FAILED, outcome="It is <b>not</b> known.")
        text = page(admin_client.get(reverse(JOBS)))
        for shown in (
            '<progress value="25" max="100"',
            "25 %",
            "Do nothing for 3 seconds",
            "&lt;b&gt;not",
            "iiif-broken",
        ):
            assert shown in text
        assert "<b>not" not in text

    def test_a_job_has_a_page_of_its_own(self, admin_client):
        job = queue.order("sleep", {"seconds": 3})
        text = page(admin_client.get(reverse("admin:iiif_images_job_change", args=[job.pk])))
        assert str(job.uuid) in text
        assert ">Cancel</button>" in text

    def test_who_may_only_look_sees_no_buttons(self, viewer):
        schedule()
        text = page(viewer.get(reverse(JOBS)))
        assert "Clean up caches" in text
        for hidden in ("Run now", reverse(PURGE), reverse(WARM), "Order again"):
            assert hidden not in text


class TestButtons:
    def test_run_now(self, admin_client):
        job = schedule(due_at=timezone.now() + timezone.timedelta(hours=1))
        assert "is next" in page(admin_client.post(reverse("admin:iiif_images_job_run", args=[job.pk]), follow=True))
        job.refresh_from_db()
        assert job.due_at <= timezone.now()

    def test_cancel_and_order_again(self, admin_client):
        job = queue.order("sleep", {"seconds": 3})
        cancel = reverse("admin:iiif_images_job_cancel", args=[job.pk])
        assert "cancelled" in page(admin_client.post(cancel, follow=True))
        assert "nothing to cancel" in page(admin_client.post(cancel, follow=True))
        admin_client.post(reverse("admin:iiif_images_job_again", args=[job.pk]))
        again = Job.objects.first()
        assert (again.arguments, again.state, again.ordered_by.username) == ({"seconds": 3}, JobState.WAITING, "admin")

    def test_several_at_once(self, admin_client):
        jobs = [queue.order("sleep", {"seconds": 3}) for _ in range(2)]
        chosen = {"action": "cancel_selected", "_selected_action": [job.pk for job in jobs]}
        admin_client.post(reverse(JOBS), chosen)
        assert {job.state for job in Job.objects.all()} == {JobState.CANCELLED}
        admin_client.post(reverse(JOBS), {**chosen, "action": "order_selected_again"})
        assert Job.objects.count() == 4

    @pytest.mark.parametrize("name", ["run", "cancel", "again"])
    def test_they_need_a_permission_and_a_post(self, viewer, admin_client, name):
        address = reverse(f"admin:iiif_images_job_{name}", args=[schedule().pk])
        assert admin_client.get(address).status_code == 405
        user = User.objects.get(username="viewer")
        viewer.force_login(user)
        assert viewer.post(address).status_code == 403


class TestPurging:
    def test_it_asks_what_then_counts_then_orders(self, admin_client):
        address = reverse(PURGE)
        assert "What is to be forgotten" in page(admin_client.get(address))
        form = {"what": "identifier", "identifier": "card.png"}
        asked = page(admin_client.get(address, form))
        assert "2 entries (0.0 MB) would be removed." in asked
        assert 'type="hidden" name="identifier" value="card.png"' in asked
        assert not Invalidation.objects.exists()
        done = page(admin_client.post(address, form, follow=True))
        assert "“Purge “card.png”” holds" in done
        assert "Nobody does jobs at present" in done
        job = Job.objects.get()
        assert (job.kind, job.arguments) == ("purge", {"what": "identifier", "value": "card.png"})
        assert Invalidation.objects.count() == 1

    @pytest.mark.parametrize(
        ("form", "title"),
        [
            ({"what": "everything"}, "Purge everything"),
            ({"what": "expired"}, "Purge what is expired"),
            ({"what": "infos"}, "Purge what is known of images"),
            ({"what": "prefix", "beginning": "scans/"}, "Purge all that begins with “scans/”"),
            ({"what": "source", "source": "FilesystemSource"}, "Purge the images of the source “FilesystemSource”"),
            ({"what": "older", "days": "30"}, "Purge what was made before"),
        ],
    )
    def test_every_choice(self, admin_client, form, title):
        assert title in page(admin_client.get(reverse(PURGE), form))
        admin_client.post(reverse(PURGE), form)
        assert Job.objects.get().title.startswith(title)

    @pytest.mark.parametrize(
        "form",
        [
            {"what": "identifier", "identifier": " "},
            {"what": "prefix"},
            {"what": "source", "source": "nowhere"},
            {"what": "older", "days": "-1"},
            {"what": "older"},
            {"what": "world"},
            {"what": ""},
        ],
    )
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_what_makes_no_sense_is_said_and_purges_nothing(self, admin_client, form, method):
        assert "errorlist" in page(getattr(admin_client, method)(reverse(PURGE), form))
        assert not Invalidation.objects.exists()
        assert not Job.objects.exists()

    def test_an_identifier_is_shown_as_text(self, admin_client):
        form = {"what": "identifier", "identifier": "<script>alert(1)</script>"}
        assert "<script>alert" not in page(admin_client.get(reverse(PURGE), form))

    def test_who_may_only_look_may_not(self, viewer):
        assert viewer.get(reverse(PURGE)).status_code == 403
        assert viewer.post(reverse(PURGE), {"what": "everything"}).status_code == 403
        assert not Invalidation.objects.exists()

    def test_it_needs_the_token_of_its_page(self):
        from django.test import Client

        client = Client(enforce_csrf_checks=True)
        client.force_login(User.objects.create_superuser("admin2"))
        assert client.post(reverse(PURGE), {"what": "everything"}).status_code == 403
        assert not Invalidation.objects.exists()

    def test_caches_that_are_switched_off_are_named(self, admin_client):
        Cache.objects.update(enabled=False)
        assert "(switched off)" in page(admin_client.get(reverse(PURGE), {"what": "everything"}))


class TestWarming:
    FORM = {"pictures": "sizes", "per_second": "5", "identifiers": "", "source": "", "folder": ""}

    def test_images_by_identifier_and_by_manifest(self, admin_client):
        document = {"service": {"id": "https://testserver/iiif/3/map.tif"}}
        manifest = SimpleUploadedFile("manifest.json", json.dumps(document).encode())
        form = {**self.FORM, "identifiers": "card.png\ncard.png", "manifest": manifest}
        assert "was ordered" in page(admin_client.post(reverse(WARM), form, follow=True))
        arguments = Job.objects.get().arguments
        assert arguments["identifiers"] == ["card.png", "map.tif"]
        assert (arguments["sizes"], arguments["tiles"], arguments["per_second"]) == (True, False, 5.0)

    def test_the_images_of_this_server_in_a_manifest_at_an_address(self, admin_client, fence):
        services = [{"id": f"https://{host}/iiif/3/map.tif"} for host in ("testserver", "other.example.org")]
        fence(PRIVATE_NETWORKS=["127.0.0.0/8"])
        with web_server() as web:
            web.put("/manifest", json.dumps({"items": [{"service": services}, {"service": services[:1]}]}).encode())
            form = {**self.FORM, "manifest_address": f"{web.address}/manifest"}
            assert "was ordered" in page(admin_client.post(reverse(WARM), form, follow=True))
        assert Job.objects.get().arguments["identifiers"] == ["map.tif"]

    def test_an_address_that_this_server_may_not_ask_is_not_asked(self, admin_client):
        with web_server() as web:
            form = {**self.FORM, "manifest_address": f"{web.address}/manifest"}
            assert "PRIVATE_NETWORKS" in page(admin_client.post(reverse(WARM), form))
            assert web.requests == []
        assert not Job.objects.exists()

    def test_a_folder_of_a_source(self, admin_client):
        admin_client.post(reverse(WARM), {**self.FORM, "source": "FilesystemSource", "folder": "/maps/"})
        assert Job.objects.get().arguments["folder"] == "maps"

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({}, "or choose a source."),
            ({"identifiers": "a", "source": "FilesystemSource"}, "not both"),
            ({"identifiers": "a", "folder": "maps"}, "choose the source too"),
        ],
    )
    def test_what_is_missing_or_too_much_is_told(self, admin_client, wrong, sentence):
        assert sentence in page(admin_client.post(reverse(WARM), {**self.FORM, **wrong}))
        assert not Job.objects.exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"identifiers": "a", "per_second": "-1"},
            {"manifest": SimpleUploadedFile("m.json", b"<html>")},
            {"manifest": SimpleUploadedFile("m.json", b"{}")},
            {"manifest_address": "ftp://example.org/manifest"},
            {"manifest": SimpleUploadedFile("m.json", b'{"service": {"id": "https://other.org/iiif/3/a"}}')},
        ],
    )
    def test_what_makes_no_sense_is_said(self, admin_client, wrong):
        assert "errorlist" in page(admin_client.post(reverse(WARM), {**self.FORM, **wrong}))
        assert not Job.objects.exists()

    def test_who_may_only_look_may_not(self, viewer):
        assert viewer.post(reverse(WARM), {**self.FORM, "identifiers": "a"}).status_code == 403


def test_a_token_is_shown_once(admin_client):
    form = {"name": "Catalogue", "may_purge": "on"}
    text = page(admin_client.post(reverse("admin:iiif_images_apitoken_add"), form, follow=True))
    token = text.split("<code>")[1].split("</code>")[0]
    assert valid_token(token).name == "Catalogue"
    row = ApiToken.objects.get()
    change = reverse("admin:iiif_images_apitoken_change", args=[row.pk])
    admin_client.post(change, {"name": "Catalogue", "may_tell_changes": "on"}, follow=True)
    assert token not in page(admin_client.get(change))
    row.refresh_from_db()
    assert (valid_token(token), row.may_purge, row.may_tell_changes) == (row, False, True)


@pytest.mark.parametrize("name", ["maintenancesettings", "apisettings"])
def test_settings_have_their_page(admin_client, name):
    assert "Save" in page(admin_client.get(reverse(f"admin:iiif_images_{name}_changelist"), follow=True))


def test_the_front_page_leads_to_jobs(admin_client):
    text = page(admin_client.get(reverse("admin:index")))
    assert reverse(JOBS) in text
    assert reverse("admin:iiif_images_apitoken_changelist") in text
