from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from iiifserver.testing.drawing import drawn
from images.copies.examined import WITHOUT_REASON
from images.copies.model import SlowImage, WorkingCopySettings
from images.jobs.model import Job, JobState
from images.runtime import keeper
from tests.images.copies.conftest import copied, done, own_process, rules, slow_reads

__all__ = ["copied", "own_process", "rules", "slow_reads"]

LIST = "admin:iiif_images_slowimage_changelist"


@pytest.fixture
def staff(service):
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("admin"))
    return client


@pytest.fixture
def slow(service, rules, slow_reads):
    """An image that somebody had to wait for."""
    service.draw("large.jpg", drawn(2400, 1600))
    assert service.get("/iiif/3/large.jpg/512,512,512,512/512,512/0/default.jpg").status_code == 200
    return SlowImage.objects.get()


def page(staff) -> str:
    answer = staff.get(reverse(LIST))
    assert answer.status_code == 200
    return answer.content.decode()


def said(answer) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_the_page_tells_what_is_slow_and_why(staff, slow):
    shown = page(staff)
    assert "large.jpg" in shown
    assert "One piece of 4 megapixels is decoded for each tile." in shown
    assert "Working copies take 0 of 20,000 MB, 0 files." in shown


@pytest.mark.parametrize(("times", "is_listed"), [(2, False), (3, True)])
def test_an_image_that_is_slow_for_no_known_reason_is_listed_when_it_is_so_again(staff, rules, times, is_listed):
    SlowImage.objects.create(identifier="tiled.tif", version="1", reason=WITHOUT_REASON, times=times, milliseconds=631)
    assert ("tiled.tif" in page(staff)) == is_listed


def test_a_copy_of_an_image_that_was_never_slow_is_listed(staff, rules):
    SlowImage.objects.create(identifier="tiled.tif", version="1", reason=WITHOUT_REASON, copied_version="1")
    assert "tiled.tif" in page(staff)


def test_a_click_orders_a_copy_and_the_page_follows_it(staff, slow):
    address = reverse("admin:iiif_images_slowimage_copy", args=[slow.pk])
    assert address in page(staff)
    answer = staff.post(address)
    assert "ordered" in said(answer)
    (job,) = Job.objects.filter(kind="copy")
    shown = page(staff)
    assert "waiting" in shown
    assert address not in shown
    assert done(job).state == JobState.DONE
    shown = page(staff)
    assert "ready" in shown
    assert " ms \N{RIGHTWARDS ARROW} " in shown
    assert address not in shown


def test_several_are_copied_by_the_action(staff, slow):
    staff.post(reverse(LIST), {"action": "copy_selected", "_selected_action": [slow.pk]})
    assert Job.objects.filter(kind="copy").count() == 1


def test_a_second_click_orders_nothing(staff, slow):
    address = reverse("admin:iiif_images_slowimage_copy", args=[slow.pk])
    staff.post(address)
    assert "being made already" in said(staff.post(address))
    assert Job.objects.filter(kind="copy").count() == 1


def test_a_copy_that_failed_says_why_and_can_be_ordered_again(staff, slow, service):
    path = service.folder / "large.jpg"
    path.write_bytes(path.read_bytes()[:3000])
    address = reverse("admin:iiif_images_slowimage_copy", args=[slow.pk])
    staff.post(address)
    job = done(Job.objects.get(kind="copy"))
    assert job.state == JobState.FAILED
    shown = page(staff)
    assert job.outcome in shown
    assert address in shown


def test_when_copies_are_switched_off_nothing_is_ordered(staff, slow, rules):
    rules(makes="never")
    assert "switched off" in page(staff)
    answer = staff.post(reverse("admin:iiif_images_slowimage_copy", args=[slow.pk]))
    assert "switched off" in said(answer)
    assert not Job.objects.filter(kind="copy").exists()


def test_a_whole_source_is_ordered_by_a_form(staff, slow):
    address = reverse("admin:iiif_images_slowimage_source")
    assert staff.get(address).status_code == 200
    staff.post(address, {"source": "FilesystemSource", "folder": "/maps/"})
    job = Job.objects.get(kind="copies")
    assert job.arguments == {"source": "FilesystemSource", "folder": "maps"}
    assert job.title == "Copy slow images of the folder “maps” of the source “FilesystemSource”"
    assert job.title in page(staff)


def test_the_form_wants_a_source_that_there_is(staff, slow):
    answer = staff.post(reverse("admin:iiif_images_slowimage_source"), {"source": "Elsewhere"})
    assert answer.status_code == 200
    assert not Job.objects.filter(kind="copies").exists()


def test_staff_set_the_rules(staff, service):
    address = reverse("admin:iiif_images_workingcopysettings_change", args=[1])
    sent = {
        **{"makes": "asked", "formats": ["jpeg", "tiff"], "least_megapixels": 20, "source_names": "FilesystemSource"},
        **{"quality": 80, "limit_gigabytes": 5, "at_once": 2, "slow_milliseconds": 500},
    }
    assert staff.post(address, sent).status_code == 302
    keeper.forget()
    frozen = keeper.current().copies.rules
    assert frozen.formats == {"jpeg", "tiff"}
    assert frozen.sources == {"FilesystemSource"}
    assert frozen.least_pixels == 20_000_000
    assert frozen.recipe.quality == 80
    assert keeper.current().copies.store.limit_bytes == 5_000_000_000


@pytest.mark.parametrize(
    ("field", "value"), [("quality", 0), ("limit_gigabytes", 0), ("at_once", 5), ("formats", ["nothing"])]
)
def test_rules_that_make_no_sense_are_refused(staff, service, field, value):
    sent = {
        **{"makes": "asked", "formats": ["jpeg"], "least_megapixels": 20, "source_names": ""},
        **{"quality": 80, "limit_gigabytes": 5, "at_once": 2, "slow_milliseconds": 500},
    }
    answer = staff.post(reverse("admin:iiif_images_workingcopysettings_change", args=[1]), {**sent, field: value})
    assert answer.status_code == 200
    assert WorkingCopySettings.current().makes == "chosen"
