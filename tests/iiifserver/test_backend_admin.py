from __future__ import annotations

import pytest
from django import forms
from django.contrib.auth.models import Permission
from django.urls import reverse

from iiifserver.backend import Backend
from iiifserver.changes import one_act
from iiifserver.secrets import SecretField, revealed
from images.models import Revision
from sources.base import SourceBackend
from sources.models import Source
from sources.registry import sources

pytestmark = pytest.mark.django_db


class VaultForm(forms.Form):
    shelf = forms.CharField()
    password = SecretField()
    token = SecretField(required=False)


class VaultSource(SourceBackend):
    """A kind of source with a secret."""

    label = "Vault"
    used_for = "Tests."
    secret_options = frozenset({"password", "token"})
    form_class = VaultForm
    built_with: list[str] = []

    def __init__(self, options):
        super().__init__(options)

    @classmethod
    def build(cls, options):
        cls.built_with.append(options.get("password"))
        return Backend.__new__(cls)

    def problems(self):
        return ()

    def find(self, identifier):
        return None


@pytest.fixture
def vault(monkeypatch):
    monkeypatch.setitem(sources._backends, "vault", VaultSource)


@pytest.fixture
def folder(settings):
    folder = settings.IIIFSERVER["HOME"] / "images"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def scans(folder):
    return Source.objects.create(name="scans", kind="filesystem", options={"path_prefix": str(folder)})


def change(row):
    return reverse("admin:iiif_sources_source_change", args=[row.pk])


def posted(**values):
    choices = {"answers_for": "everything", "when_missing": "next", "lookup": "affixes", "formats": ["jpeg", "tiff"]}
    choices["largest_upload_megabytes"] = 500
    return {"name": "scans", "enabled": "on", "position": "10", **choices, **values}


def test_adding_asks_for_name_and_kind_alone(admin_client):
    form = admin_client.get(reverse("admin:iiif_sources_source_add")).context["adminform"].form
    assert list(form.fields) == ["name", "kind"]


def test_adding_goes_on_to_the_form_of_the_kind(admin_client):
    answer = admin_client.post(reverse("admin:iiif_sources_source_add"), {"name": "scans", "kind": "filesystem"})
    row = Source.objects.get()
    assert answer.url == change(row)
    assert not row.enabled


def test_the_form_of_a_row_that_was_just_added_proposes_to_enable_it(admin_client):
    row = Source.objects.create(name="scans", kind="filesystem", enabled=False)
    assert admin_client.get(change(row)).context["adminform"].form["enabled"].value() is True


def test_changing_shows_the_fields_of_the_kind(admin_client, scans, folder):
    form = admin_client.get(change(scans)).context["adminform"].form
    assert form["option_path_prefix"].value() == str(folder)


def test_what_is_saved_is_what_the_kinds_form_cleaned(admin_client, scans, folder):
    admin_client.post(change(scans), posted(option_path_prefix=f"{folder}/"))
    assert Source.objects.get().options == {"path_prefix": "images/"}


def test_an_error_of_the_kinds_form_stands_at_its_field_and_nothing_is_saved(admin_client, scans):
    answer = admin_client.post(change(scans), posted(option_path_prefix="/etc"))
    assert "may not read" in answer.context["adminform"].form.errors["option_path_prefix"][0]
    assert Source.objects.get().options == scans.options


def test_a_change_is_one_revision_by_the_person_who_saved(admin_client, admin_user, scans, folder):
    count = Revision.objects.count()
    admin_client.post(change(scans), posted(name="maps", option_path_prefix=str(folder)))
    newest = Revision.objects.first()
    assert (Revision.objects.count(), newest.author) == (count + 1, admin_user)


def test_several_rows_changed_in_the_list_are_one_revision(admin_client, scans):
    other = Source.objects.create(name="maps", kind="filesystem", options=scans.options)
    count = Revision.objects.count()
    rows = {"form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 2, "_save": "Save"}
    for number, row in enumerate([scans, other]):
        rows |= {f"form-{number}-id": row.pk, f"form-{number}-position": 30 + number, f"form-{number}-enabled": "on"}
    admin_client.post(reverse("admin:iiif_sources_source_changelist"), rows)
    assert sorted(Source.objects.values_list("position", flat=True)) == [30, 31]
    assert Revision.objects.count() == count + 1


def test_several_rows_deleted_by_the_action_are_one_revision(admin_client, scans):
    Source.objects.create(name="maps", kind="filesystem", options=scans.options)
    count = Revision.objects.count()
    chosen = list(Source.objects.values_list("pk", flat=True))
    admin_client.post(
        reverse("admin:iiif_sources_source_changelist"),
        {"action": "delete_selected", "_selected_action": chosen, "post": "yes"},
    )
    assert not Source.objects.exists()
    assert Revision.objects.count() == count + 1


def test_a_row_whose_kind_is_gone_stays_readable_and_keeps_its_options(admin_client):
    row = Source.objects.create(name="tape", kind="tape", options={"reel": 7})
    answer = admin_client.post(change(row), posted(name="old tape"))
    row.refresh_from_db()
    assert (answer.status_code, row.name, row.options) == (302, "old tape", {"reel": 7})


def test_the_list_says_why_a_row_does_not_work(admin_client):
    Source.objects.create(name="tape", kind="tape")
    page = admin_client.get(reverse("admin:iiif_sources_source_changelist")).content.decode()
    assert "iiif-broken" in page
    assert "The kind “tape” is not installed." in page


def test_a_secret_is_stored_encrypted_and_given_to_the_backend_in_clear(admin_client, vault):
    row = Source.objects.create(name="scans", kind="vault", enabled=False)
    admin_client.post(change(row), posted(option_shelf="a", option_password="open sesame"))
    row.refresh_from_db()
    assert "sesame" not in str(row.options)
    assert revealed(row.options["password"]) == "open sesame"
    assert "open sesame" in VaultSource.built_with


def test_a_secret_is_never_shown_again(admin_client, vault):
    row = Source.objects.create(name="scans", kind="vault", enabled=False)
    admin_client.post(change(row), posted(option_shelf="a", option_password="open sesame"))
    row.refresh_from_db()
    page = admin_client.get(change(row)).content.decode()
    assert "sesame" not in page
    assert row.options["password"] not in page


def test_a_secret_left_empty_stays(admin_client, vault):
    row = Source.objects.create(name="scans", kind="vault", enabled=False)
    admin_client.post(change(row), posted(option_shelf="a", option_password="open sesame"))
    admin_client.post(change(row), posted(option_shelf="b", option_password=""))
    row.refresh_from_db()
    assert (row.options["shelf"], revealed(row.options["password"])) == ("b", "open sesame")


@pytest.fixture
def with_token(vault, admin_client):
    row = Source.objects.create(name="scans", kind="vault")
    admin_client.post(change(row), posted(option_shelf="a", option_password="open sesame", option_token="bearer"))
    row.refresh_from_db()
    assert revealed(row.options["token"]) == "bearer"
    return row


def test_a_secret_that_need_not_be_is_removed_where_its_box_is_ticked(with_token, admin_client):
    boxes = {"option_token-clear": "on", "option_password-clear": "on"}
    answer = admin_client.post(
        change(with_token), posted(option_shelf="b", option_password="", option_token="", **boxes)
    )
    assert answer.status_code == 302
    with_token.refresh_from_db()
    assert with_token.options["token"] == ""
    assert (with_token.options["shelf"], revealed(with_token.options["password"])) == ("b", "open sesame")


def test_only_a_stored_secret_that_need_not_be_has_a_box(with_token, admin_client):
    page = admin_client.get(change(with_token)).content.decode()
    assert 'type="checkbox" name="option_token-clear" id="option_token-clear_id"' in page
    assert 'for="option_token-clear_id">Remove<span class="visually-hidden"> Token</span></label>' in page
    assert "option_password-clear" not in page
    Source.objects.update(options={"shelf": "a", "password": with_token.options["password"]})
    assert "option_token-clear" not in admin_client.get(change(with_token)).content.decode()


def test_a_secret_is_not_replaced_and_removed_at_once(with_token, admin_client):
    both = {"option_token": "new", "option_token-clear": "on"}
    answer = admin_client.post(change(with_token), posted(option_shelf="a", option_password="", **both))
    assert "not both" in answer.context["adminform"].form.errors["option_token"][0]
    with_token.refresh_from_db()
    assert revealed(with_token.options["token"]) == "bearer"


def test_a_secret_that_somebody_may_not_change_is_not_removed(with_token, client, django_user_model, monkeypatch):
    monkeypatch.setattr(VaultSource, "guarded_options", {"token": "iiif_sources.write_sql"})
    user = django_user_model.objects.create_user("somebody", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="change_source"))
    client.force_login(user)
    assert "option_token-clear" not in client.get(change(with_token)).content.decode()
    client.post(change(with_token), posted(option_shelf="a", option_password="", **{"option_token-clear": "on"}))
    with_token.refresh_from_db()
    assert revealed(with_token.options["token"]) == "bearer"


def test_a_secret_that_is_asked_for_must_be_typed_once(admin_client, vault):
    row = Source.objects.create(name="scans", kind="vault", enabled=False)
    answer = admin_client.post(change(row), posted(option_shelf="a", option_password=""))
    assert "option_password" in answer.context["adminform"].form.errors


def test_the_page_of_a_single_row_is_called_like_its_section(admin_client):
    answer = admin_client.get(reverse("admin:iiif_images_endpointsettings_changelist"), follow=True)
    assert (answer.status_code, answer.context["title"], answer.context["subtitle"]) == (200, "Endpoints", None)


def test_the_fields_of_a_kind_are_called_by_their_own_names(admin_client, scans):
    form = admin_client.get(change(scans)).context["adminform"].form
    assert form["option_path_prefix"].label == "Path prefix"


GUARD = "iiif_sources.write_sql"


@pytest.fixture
def guarded(vault, monkeypatch):
    """A row whose kind has an option that not everybody may write."""
    monkeypatch.setattr(VaultSource, "guarded_options", {"shelf": GUARD})
    return Source.objects.create(name="scans", kind="vault", options={})


@pytest.fixture
def librarian(client, django_user_model):
    """Somebody who may change sources, and has no other permission."""
    user = django_user_model.objects.create_user("librarian", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=["change_source", "view_source"]))
    client.force_login(user)
    return user


def test_an_option_that_needs_a_permission_is_locked_for_others(client, librarian, guarded):
    form = client.get(change(guarded)).context["adminform"].form
    assert (form.fields["option_shelf"].disabled, form.fields["option_password"].disabled) == (True, False)


def test_what_is_sent_for_a_locked_option_changes_nothing(client, librarian, guarded):
    guarded.options = {"shelf": "A", "password": "encrypted:x"}
    with one_act():
        guarded.save()
    client.post(change(guarded), posted(option_shelf="B", option_password="other"))
    assert Source.objects.get().options == {"shelf": "A", "password": "encrypted:x"}


def test_beside_a_locked_option_that_is_written_all_are_locked(client, librarian, guarded):
    guarded.options = {"shelf": "A"}
    with one_act():
        guarded.save()
    form = client.get(change(guarded)).context["adminform"].form
    assert all(field.disabled for name, field in form.fields.items() if name.startswith("option_"))


def test_who_has_the_permission_writes_the_option(client, librarian, guarded):
    librarian.user_permissions.add(Permission.objects.get(codename="write_sql"))
    client.post(change(guarded), posted(option_shelf="B", option_password="secret"))
    assert Source.objects.get().options["shelf"] == "B"
