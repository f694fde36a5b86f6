"""What the form of an overlay asks for while somebody draws and types."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from images.runtime import keeper
from overlays.backends.text import TextForm
from overlays.models import Overlay
from tests.images.conftest import draw_card, png_of

FORM = {
    "name": "Face",
    "enabled": "on",
    "position": "10",
    "option_shapes": "0,0,150,100",
    "option_look": "filled",
    "option_colour": "black",
    "audience": "everybody",
    "preview_identifier": "card.png",
    "preview_as": "stranger",
}


@pytest.fixture
def row(service):
    row = Overlay.objects.create(name="Face", kind="redaction", options={"shapes": "150,100,10,10"})
    keeper.forget()
    return row


@pytest.fixture
def storage(settings, tmp_path):
    backend = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "media")},
    }
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    return tmp_path / "media"


@pytest.fixture
def staff(client, django_user_model):
    """Signs in somebody of the staff with these permissions on overlays."""

    def sign_in(*codenames):
        user = django_user_model.objects.create_user("somebody", password="x", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return client

    return sign_in


def previewed(client, row, **change):
    return client.post(reverse("admin:iiif_images_overlay_preview", args=[row.pk]), {**FORM, **change})


def image_of(picture):
    return Image.open(io.BytesIO(base64.b64decode(picture["address"].partition(",")[2]))).convert("RGB")


def corner(picture):
    return np.asarray(image_of(picture))[5, 5]


def test_the_unsaved_form_is_shown_in_sizes_and_tiles(admin_client, row):
    answer = previewed(admin_client, row).json()
    assert answer["problems"] == []
    assert [(one["kind"], one["width"]) for one in answer["pictures"]] == [
        ("whole", 200),
        ("whole", 300),
        ("tile", 256),
        ("tile", 44),
    ]
    assert [one["isTouched"] for one in answer["pictures"]] == [True, True, True, False]
    assert corner(answer["pictures"][1]).max() < 10
    row.refresh_from_db()
    assert row.options["shapes"] == "150,100,10,10"


def test_what_is_wrong_is_told_in_sentences(admin_client, row):
    answer = previewed(admin_client, row, option_shapes="nothing").json()
    assert "is no shape" in answer["problems"][0]
    assert "pictures" not in answer


def test_an_image_that_is_not_there_is_told(admin_client, row):
    answer = previewed(admin_client, row, preview_identifier="none.png")
    assert answer.status_code == 404
    assert answer.json()["sentence"] == "There is no image with this identifier."


def test_who_looks_makes_a_difference(admin_client, row, admin_user):
    admin_user.groups.add(Group.objects.create(name="Curators"))
    keeper.forget()
    change = {"audience": "others", "groups": ["Curators"]}
    seen = previewed(admin_client, row, preview_as="me", **change).json()["pictures"][1]
    hidden = previewed(admin_client, row, **change).json()["pictures"][1]
    assert (seen["isTouched"], hidden["isTouched"]) == (False, True)


def test_a_picture_that_is_only_tried_is_not_stored(admin_client, service, storage):
    row = Overlay.objects.create(name="Logo", kind="picture", options={}, enabled=False)
    form = {
        **{"name": "Logo", "enabled": "on", "position": "10", "audience": "everybody", "region_kind": "any"},
        **{"on_failure": "leave out", "option_position": "top left", "option_anchor": "output", "option_inset": "0"},
        **{"option_spacing": "0", "option_angle": "0", "option_opacity_percent": "100"},
        "option_picture": SimpleUploadedFile("logo.png", png_of(draw_card((20, 20)))),
        "preview_identifier": "card.png",
    }
    answer = admin_client.post(reverse("admin:iiif_images_overlay_preview", args=[row.pk]), form).json()
    assert answer["problems"] == []
    assert all(one["isTouched"] for one in answer["pictures"])
    assert not [path for path in storage.rglob("*") if path.is_file()]


def test_previews_are_for_those_who_set_up_overlays(staff, row):
    assert previewed(staff("view_overlay"), row).status_code == 403


def test_the_board_shows_what_is_hidden_to_those_who_could_take_it_off(staff, row):
    client = staff("change_overlay")
    facts = client.get(reverse("admin:iiif_images_drawing_image"), {"identifier": "card.png"})
    assert facts.json() == {"width": 300, "height": 200, "tile": 512}
    asked = {"identifier": "card.png", "region": "140,90,40,40/40,40"}
    tile = client.get(reverse("admin:iiif_images_drawing_tile"), asked)
    assert tile["Cache-Control"].startswith("no-store")
    pixels = np.asarray(Image.open(io.BytesIO(tile.content)).convert("RGB"))
    assert pixels[15, 25].sum() > 300


@pytest.mark.parametrize("name", ["image", "tile"])
def test_the_board_is_for_nobody_else(staff, row, name):
    address = reverse(f"admin:iiif_images_drawing_{name}")
    assert staff("view_overlay").get(address, {"identifier": "card.png"}).status_code == 403


@pytest.mark.parametrize("region", ["", "0,0,10/10,10", "0,0,300,200/9999,9999", "0,0,300,200/600,600"])
def test_the_board_gives_out_tiles_and_nothing_larger(admin_client, row, region):
    asked = {"identifier": "card.png", "region": region}
    assert admin_client.get(reverse("admin:iiif_images_drawing_tile"), asked).status_code == 400


def test_a_font_shows_its_face(admin_client, db):
    answer = admin_client.get(reverse("admin:iiif_overlays_font_sample"), {"font": "DejaVu Sans Bold"})
    assert answer.json()["sentence"] == "Set in DejaVu Sans Bold."
    assert Image.open(io.BytesIO(base64.b64decode(answer.json()["picture"].partition(",")[2]))).width > 100
    assert admin_client.get(reverse("admin:iiif_overlays_font_sample"), {"font": "None"}).status_code == 404


def test_the_form_of_an_overlay_has_its_workbench(admin_client, row):
    page = admin_client.get(reverse("admin:iiif_overlays_overlay_change", args=[row.pk])).content.decode()
    assert 'id="workbench"' in page
    assert "min_width" not in page


def test_the_board_and_the_preview_need_no_version_of_their_own(admin_client, row, endpoints):
    endpoints(version_3_enabled=False, restricts_to_sizes=True)
    asked = {"identifier": "card.png", "region": "0,0,40,40/40,40"}
    assert admin_client.get(reverse("admin:iiif_images_drawing_image"), asked).status_code == 200
    assert admin_client.get(reverse("admin:iiif_images_drawing_tile"), asked).status_code == 200
    assert [one["isTouched"] for one in previewed(admin_client, row).json()["pictures"]] == [True, True, True, False]


def mark_form(**options):
    """The form of a text overlay with what it says at first, and these of its own fields."""
    initial = {name: field.initial for name, field in TextForm.base_fields.items() if field.initial is not None}
    own = {f"option_{name}": value for name, value in {**initial, **options}.items()}
    return {**FORM, **own, "name": "Mark", "region_kind": "any", "on_failure": "refuse"}


def test_the_preview_is_made_in_the_version_that_the_rule_is_for(admin_client, service, endpoints):
    endpoints(version_2_enabled=False)
    row = Overlay.objects.create(name="Mark", kind="text", options={"text": "Archive"}, enabled=False)
    form = mark_form(text="Archive")
    shown = previewed(admin_client, row, **form, api_version="3")
    assert any(one["isTouched"] for one in shown.json()["pictures"]), shown.json()
    switched_off = previewed(admin_client, row, **form, api_version="2")
    assert "Version 2 of the Image API is switched off" in switched_off.json()["sentence"]


def test_a_text_that_has_no_room_is_told_apart(admin_client, service):
    row = Overlay.objects.create(name="Mark", kind="text", options={"text": "Archive"}, enabled=False)
    form = mark_form(text="Archive of the city", size="40", minimum_size="40")
    shown = previewed(admin_client, row, **form).json()["pictures"]
    assert [one["isTouched"] for one in shown] == [False, False, False, False]


def test_who_may_only_add_overlays_sees_nothing_that_others_hid(staff, row):
    client = staff("add_overlay")
    assert previewed(client, row).status_code == 403
    asked = {"identifier": "card.png", "region": "0,0,40,40/40,40"}
    assert client.get(reverse("admin:iiif_images_drawing_tile"), asked).status_code == 403
