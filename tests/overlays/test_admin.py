from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import ProtectedError
from django.urls import reverse
from PIL import Image

from images.models import Revision
from overlays.models import Overlay
from overlays.protection import protection_changed
from sources.models import Source
from tests.overlays.backends import test_text
from tests.overlays.pixels import file_of

TEXT = {f"option_{name}": value for name, value in test_text.GIVEN.items()}
PICTURE = {name: value for name, value in TEXT.items() if name.split("_", 1)[1] in {
    "position", "anchor", "inset", "spacing", "angle", "opacity_percent"}}  # fmt: skip
ROW = {
    "name": "notice",
    "enabled": "on",
    "position": "10",
    "audience": "everybody",
    "region_kind": "any",
    "on_failure": "leave out",
}


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
    assert "choose a PNG, a JPEG, a WebP or an SVG file" in answer.content.decode()
    assert Overlay.objects.get().options == {}


def test_a_bad_colour_is_told_at_its_field(admin_client, added):
    answer = admin_client.post(added("text"), {**ROW, **TEXT, "option_colour": "wite"})
    assert "“wite” is not a colour" in answer.content.decode()


def test_a_picture_that_vanished_is_red_in_the_list(admin_client, red, storage):
    Overlay.objects.create(name="logo", kind="picture", options={"picture": red})
    (storage / red).unlink()
    page = admin_client.get(reverse("admin:iiif_overlays_overlay_changelist")).content.decode()
    assert '<span class="iiif-state iiif-broken">The picture is no longer in the storage' in page


@pytest.fixture
def redaction(admin_client, added):
    """The address of the form of a redaction, and what it is filled in with."""
    fields = {"option_shapes": "1,2,3,4", "option_look": "filled", "option_colour": "black"}
    return added("redaction"), {"name": "notice", "enabled": "on", "position": "10", "audience": "everybody", **fields}


@pytest.fixture
def listener():
    """Stands for who sees to protections: notes the rows, and has something to say."""
    rows = []

    def listen(sender, *, row, **kwargs):
        rows.append(row)
        return ["Somebody does not keep to it."] if row.enabled else []

    receivers = protection_changed.receivers
    protection_changed.receivers = []
    protection_changed.connect(listen)
    yield rows
    protection_changed.receivers = receivers


@pytest.mark.django_db(transaction=True)
def test_who_does_not_keep_to_a_redaction_yet_is_told_on_the_next_page(client, django_user_model, listener):
    client.force_login(django_user_model.objects.create_superuser("admin", password="x"))
    answer = client.post(reverse("admin:iiif_overlays_overlay_add"), {"name": "notice", "kind": "redaction"})
    form = {"name": "notice", "enabled": "on", "position": "10", "audience": "everybody",
            "option_shapes": "1,2,3,4", "option_look": "filled", "option_colour": "black"}  # fmt: skip
    listener.clear()
    page = client.post(answer["Location"], form, follow=True).content.decode()
    assert [row.name for row in listener] == ["notice"]
    assert page.count("Somebody does not keep to it.") == 1


def test_a_redaction_has_no_conditions_by_which_it_could_be_evaded(admin_client, redaction):
    address, form = redaction
    answer = admin_client.post(address, {**form, "min_width": "5000", "region_kind": "whole"})
    assert answer.status_code == 302, answer.content
    row = Overlay.objects.get()
    assert (row.min_width, row.region_kind, row.protects) == (None, "any", True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"identifier": "a", "identifier_pattern": "b"}, "Write an identifier or a pattern, not both."),
        ({"first_day": "2030-01-02", "last_day": "2030-01-01"}, "Make the last day no earlier than the first."),
        ({"audience": "others"}, "Choose at least one group."),
        ({"option_shapes": "1,2,3"}, "is no shape"),
    ],
)
def test_what_makes_no_sense_is_told(admin_client, redaction, change, sentence):
    address, form = redaction
    assert sentence in admin_client.post(address, {**form, **change}).content.decode()


def test_groups_are_chosen_by_name_and_days_go_into_the_history(admin_client, redaction):
    Group.objects.create(name="Curators")
    address, form = redaction
    change = {"audience": "others", "groups": ["Curators"], "first_day": "2030-01-02"}
    assert admin_client.post(address, {**form, **change}).status_code == 302
    row = Overlay.objects.get()
    assert (row.groups, str(row.first_day)) == (["Curators"], "2030-01-02")
    document = Revision.objects.first().document["iiif_overlays.overlay"]["notice"]
    assert (document["groups"], document["first_day"]) == (["Curators"], "2030-01-02")


def test_a_source_that_a_rule_names_is_not_deleted(db):
    source = Source.objects.create(name="Scans", kind="filesystem", options={"path_prefix": "/", "path_suffix": ""})
    Overlay.objects.create(name="mark", kind="text", options={"text": "x"}, source=source)
    with pytest.raises(ProtectedError):
        source.delete()
