"""Putting an image into a source with a browser."""

from __future__ import annotations

import os

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from caching.models import Invalidation
from caching.purges import Purge
from iiifserver.watching.slots import Table
from iiifserver.watching.watch import watch
from iiifserver.watching.work import Kind
from images.runtime import keeper
from processors.runtime import Processors
from sources.models import Source
from tests.images.conftest import draw_card, png_of

pytestmark = pytest.mark.django_db

CARD = png_of(draw_card((40, 30)))


@pytest.fixture
def row(service):
    row = Source.objects.get(name="FilesystemSource")
    row.accepts_uploads = True
    row.save()
    keeper.forget()
    return row


def member(django_user_model, *codenames):
    user = django_user_model.objects.create_user("somebody", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


@pytest.fixture
def uploader(client, django_user_model):
    client.force_login(member(django_user_model, "view_source", "upload_image"))
    return client


@pytest.fixture
def upload(uploader, row):
    def send(content=CARD, called="new.png", folder="", client=None, **fields):
        address = reverse("admin:iiif_sources_source_upload", args=[row.pk]) + (f"?folder={folder}" if folder else "")
        sent = {"upload-file": SimpleUploadedFile(called, content), **{f"upload-{key}": fields[key] for key in fields}}
        return (client or uploader).post(address, sent)

    return send


def in_folder(service):
    return sorted(path.name for path in service.folder.iterdir())


def problems(answer):
    return [error for errors in answer.context["upload_form"].errors.values() for error in errors]


def test_an_image_is_served_as_soon_as_it_is_there(upload, service):
    answer = upload()
    assert answer.status_code == 302
    assert (service.folder / "new.png").read_bytes() == CARD
    assert service.info("new.png")["width"] == 40


def test_it_comes_into_the_folder_that_was_shown(upload, service, row):
    (service.folder / "maps").mkdir()
    answer = upload(folder="maps", called="x.png")
    assert answer.url.endswith(f"/source/{row.pk}/browse/?folder=maps")
    assert (service.folder / "maps" / "x.png").exists()


def test_it_gets_the_name_that_was_typed_with_plain_accents(upload, service):
    upload(called="IMG_1.png", name="Ka\u0308se & Brot.png")
    assert (service.folder / "K\u00e4se & Brot.png").exists()


def test_who_uploaded_what_is_noted(upload, row):
    upload()
    entry = LogEntry.objects.get()
    assert (str(entry.user), entry.object_id) == ("somebody", str(row.pk))
    assert "Uploaded “new.png”." in entry.get_change_message()


def test_nothing_is_replaced_unasked(upload, service):
    before = (service.folder / "card.png").read_bytes()
    answer = upload(called="card.png")
    assert answer.status_code == 409
    assert problems(answer) == ["There is something of this name already: choose another name, or have it replaced."]
    assert (service.folder / "card.png").read_bytes() == before
    assert in_folder(service) == ["card.png"]


def test_the_page_that_says_no_leads_on_like_any_other(upload, uploader, service):
    service.draw("maps/a.png")
    html = upload(called="card.png").content.decode()
    assert 'href="?' not in html
    assert 'action=""' not in html
    links = [link.split('"')[0].replace("&amp;", "&") for link in html.split('href="/admin/')[1:] if "/browse/" in link]
    assert links
    assert {uploader.get(f"/admin/{link}").status_code for link in links} == {200}


def test_asked_to_it_replaces_and_the_new_image_is_served(upload, service):
    assert service.info("card.png")["width"] == 300
    assert upload(called="card.png", replaces="on").status_code == 302
    assert service.info("card.png")["width"] == 40
    assert in_folder(service) == ["card.png"]


def test_no_worker_remembers_what_was_replaced(upload, service):
    assert not Invalidation.objects.exists()
    upload(called="new.png")
    assert not Invalidation.objects.exists()
    upload(called="card.png", replaces="on")
    assert [line.purge for line in Invalidation.objects.all()] == [Purge.of_image("card.png")]


def test_a_folder_is_not_replaced(upload, service):
    (service.folder / "maps.png").mkdir()
    assert upload(called="maps.png", replaces="on").status_code == 409
    assert upload(called="maps.png").status_code == 409
    assert in_folder(service) == ["card.png", "maps.png"]


def test_a_link_is_replaced_and_not_followed(upload, service, tmp_path):
    outside = tmp_path / "outside.png"
    outside.write_bytes(b"precious")
    (service.folder / "link.png").symlink_to(service.folder / "card.png")
    upload(called="link.png", replaces="on")
    assert not (service.folder / "link.png").is_symlink()
    assert service.info("card.png")["width"] == 300
    (service.folder / "out.png").symlink_to(outside)
    assert upload(called="out.png", replaces="on").status_code == 403
    assert outside.read_bytes() == b"precious"


@pytest.mark.parametrize("folder", ["..", "../samples", "nowhere", "card.png", ".hidden", "a/../.."])
def test_it_does_not_leave_the_folders_that_there_are(upload, service, folder):
    (service.folder / ".hidden").mkdir()
    before = sorted(service.folder.parent.rglob("*"))
    assert upload(folder=folder).status_code in {403, 404}
    assert (
        sorted(path for path in service.folder.parent.rglob("*") if path in before or path.suffix == ".png") == before
    )


def test_a_folder_that_leads_out_by_a_link(upload, service, tmp_path):
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (service.folder / "maps").symlink_to(outside)
    assert upload(folder="maps").status_code == 404
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["../x.png", "a/x.png", ".x.png", "x\u202egnp.png", "x" * 199 + "ä.png", "x.php", "x", "x.jpg"]
)
def test_names_that_may_not_be(upload, service, name):
    answer = upload(name=name)
    assert answer.status_code in {400, 403, 404}
    assert in_folder(service) == ["card.png"]


@pytest.mark.parametrize(
    ("content", "status"), [(b"<?php evil(); ?>", 501), (b"", 400), (b"<html><script>", 501), (CARD[:60], 302)]
)
def test_what_it_is_its_bytes_say(upload, service, content, status):
    """A header that promises an image is enough: archives keep damaged originals."""
    assert upload(content).status_code == status
    assert ("new.png" in in_folder(service)) == (status == 302)


def test_a_kind_of_file_that_the_source_does_not_give_out_is_not_taken(upload, service, row):
    row.formats = ["jpeg"]
    row.save()
    answer = upload()
    assert answer.status_code == 501
    assert problems(answer) == ["Files of the kind PNG are not read from this source."]
    assert in_folder(service) == ["card.png"]


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_file_that_is_too_large_is_not_kept(upload, uploader, service, row, is_announced, settings, tmp_path):
    row.largest_upload_megabytes = 1
    row.save()
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "temporary")
    (tmp_path / "temporary").mkdir()
    content = CARD + bytes(1_200_000 if is_announced else 1_000_001)
    answer = upload(content)
    assert answer.status_code == 413
    assert "larger than 1 megabytes" in answer.content.decode()
    assert in_folder(service) == ["card.png"]
    assert os.listdir(tmp_path / "temporary") == []


def test_a_row_that_takes_none_takes_none(upload, row, service):
    row.accepts_uploads = False
    row.save()
    assert upload().status_code == 403
    assert in_folder(service) == ["card.png"]


def test_new_rows_take_none():
    assert not Source(name="new", kind="filesystem").accepts_uploads


@pytest.mark.parametrize("codenames", [("view_source",), ("upload_image",), ("change_source",)])
def test_looking_and_uploading_are_both_needed(codenames, django_user_model, upload, service):
    client = Client()
    django_user_model.objects.all().delete()
    client.force_login(member(django_user_model, *codenames))
    assert upload(client=client).status_code == 403
    assert in_folder(service) == ["card.png"]


def test_a_kind_that_cannot_write_takes_none(uploader, db):
    web = Source.objects.create(
        name="Web", kind="http", options={"base_url": "https://a.example/"}, accepts_uploads=True
    )
    assert uploader.post(reverse("admin:iiif_sources_source_upload", args=[web.pk])).status_code == 403


def test_it_comes_into_a_storage_of_the_site_and_is_served_and_listed(uploader, service, settings, tmp_path):
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "media"}}
    settings.STORAGES = {**settings.STORAGES, "media": local}
    settings.IIIFSERVER = {**settings.IIIFSERVER, "STORAGE_ALIASES": ["media:scans"]}
    options = {"alias": "media", "path_prefix": "scans/"}
    media = Source.objects.create(name="Media", kind="storage", enabled=True, options=options, accepts_uploads=True)
    keeper.forget()
    address = reverse("admin:iiif_sources_source_upload", args=[media.pk])
    assert uploader.post(address, {"upload-file": SimpleUploadedFile("new.png", CARD)}).status_code == 302
    assert (tmp_path / "media" / "scans" / "new.png").read_bytes() == CARD
    assert service.info("new.png")["width"] == 40
    page = uploader.get(reverse("admin:iiif_sources_source_browse", args=[media.pk])).context["page"]
    assert [item.identifier for item in page.items] == ["new.png"]


def test_a_forged_form_is_refused(row, django_user_model, upload, service):
    client = Client(enforce_csrf_checks=True)
    client.force_login(django_user_model.objects.get(username="somebody"))
    assert upload(client=client).status_code == 403
    assert in_folder(service) == ["card.png"]


def test_a_form_with_its_token_is_taken(row, django_user_model, upload, service):
    client = Client(enforce_csrf_checks=True)
    client.force_login(django_user_model.objects.get(username="somebody"))
    page = client.get(reverse("admin:iiif_sources_source_browse", args=[row.pk]))
    token = page.context["csrf_token"]
    address = reverse("admin:iiif_sources_source_upload", args=[row.pk])
    sent = {"csrfmiddlewaretoken": str(token), "upload-file": SimpleUploadedFile("new.png", CARD)}
    assert client.post(address, sent).status_code == 302
    assert in_folder(service) == ["card.png", "new.png"]


def test_a_folder_that_may_not_be_written_to(upload, service, monkeypatch):
    def closed(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("sources.putting.write_draft", closed)
    answer = upload()
    assert answer.status_code == 403
    assert "may not write into this folder" in problems(answer)[0]


def test_whoever_watches_over_decoders_knows_which_file_is_looked_at(upload, monkeypatch):
    """So that one that hangs, or brings the worker down, is ended and named."""
    table, seen, inspect = Table(1), [], Processors.inspect
    place = table.take()
    monkeypatch.setattr(watch, "block", table.block(place))

    def inspected(self, *arguments):
        seen.extend((noted.identifier, noted.kind) for noted in table.at_work(place))
        return inspect(self, *arguments)

    monkeypatch.setattr(Processors, "inspect", inspected)
    assert upload().status_code == 302
    assert seen == [("new.png", Kind.HEADER)]
    assert table.at_work(place) == []
