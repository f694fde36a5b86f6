from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from overlays.models import Overlay
from tests.overlays.backends import test_text
from tests.overlays.pixels import file_of

TEXT = {f"option_{name}": value for name, value in test_text.GIVEN.items()}
PICTURE = {name: value for name, value in TEXT.items() if name.split("_", 1)[1] in {
    "position", "inset", "spacing", "opacity_percent"}}  # fmt: skip
ROW = {"name": "notice", "enabled": "on", "position": "10"}


@pytest.fixture
def added(admin_client):
    """Adds a row of a kind and returns the address of its form."""

    def add(kind):
        answer = admin_client.post(reverse("admin:iiif_overlays_overlay_add"), {"name": "notice", "kind": kind})
        assert answer.status_code == 302, answer.content
        return answer["Location"]

    return add


def upload(content, name="logo.png"):
    return {"option_picture": SimpleUploadedFile(name, content)}


def test_a_text_is_set_up(admin_client, added):
    answer = admin_client.post(added("text"), {**ROW, **TEXT, "identifier_pattern": "scans/.*", "min_width": "200"})
    assert answer.status_code == 302, answer.content
    row = Overlay.objects.get()
    assert (row.options["size"], row.identifier_pattern, row.min_width, row.enabled) == (24, "scans/.*", 200, True)


def test_the_form_groups_what_it_asks(admin_client, added):
    page = admin_client.get(added("text")).content.decode()
    places = [page.index(f'name="{name}"') for name in ("name", "option_text", "option_position", "identifier_pattern")]
    assert places == sorted(places)
    assert "Applies to" in page


def test_a_picture_is_uploaded(admin_client, added, storage):
    address = added("picture")
    answer = admin_client.post(address, {**ROW, **PICTURE, **upload(file_of(Image.new("L", (5, 5))))})
    assert answer.status_code == 302, answer.content
    name = Overlay.objects.get().options["picture"]
    assert (storage / name).is_file()
    assert "data:image/png" in admin_client.get(address).content.decode()


def test_saving_again_keeps_the_picture(admin_client, added, storage):
    address = added("picture")
    admin_client.post(address, {**ROW, **PICTURE, **upload(file_of(Image.new("L", (5, 5))))})
    before = Overlay.objects.get().options["picture"]
    answer = admin_client.post(address, {**ROW, **PICTURE, "option_inset": "33"})
    assert answer.status_code == 302, answer.content
    assert Overlay.objects.get().options["picture"] == before
    assert Overlay.objects.get().options["inset"] == 33


def test_a_bad_upload_is_told_at_its_field(admin_client, added, storage):
    answer = admin_client.post(added("picture"), {**ROW, **PICTURE, **upload(b"<svg/>", "logo.svg")})
    assert "choose a PNG, a JPEG or a WebP file" in answer.content.decode()
    assert Overlay.objects.get().options == {}


def test_a_bad_colour_is_told_at_its_field(admin_client, added):
    answer = admin_client.post(added("text"), {**ROW, **TEXT, "option_colour": "wite"})
    assert "“wite” is not a colour" in answer.content.decode()


def test_a_picture_that_vanished_is_red_in_the_list(admin_client, red, storage):
    Overlay.objects.create(name="logo", kind="picture", options={"picture": red})
    (storage / red).unlink()
    page = admin_client.get(reverse("admin:iiif_overlays_overlay_changelist")).content.decode()
    assert '<span class="iiif-state iiif-broken">The picture is no longer in the storage' in page
