from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django import forms
from django.test import override_settings

from iiifserver.secrets import SecretError, SecretField, encrypted, is_secret, revealed


def fence(**values):
    from django.conf import settings

    return override_settings(IIIFSERVER={**settings.IIIFSERVER, **values})


def test_what_is_encrypted_can_be_revealed_and_does_not_show():
    stored = encrypted("open sesame")
    assert revealed(stored) == "open sesame"
    assert is_secret(stored)
    assert "sesame" not in stored


def test_an_old_key_still_decrypts_when_a_new_one_stands_before_it():
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    with fence(ENCRYPTION_KEYS=(old,)):
        stored = encrypted("open sesame")
    with fence(ENCRYPTION_KEYS=(new, old)):
        assert revealed(stored) == "open sesame"


def test_without_its_key_a_secret_says_that_it_must_be_typed_again():
    with fence(ENCRYPTION_KEYS=(Fernet.generate_key().decode(),)):
        stored = encrypted("open sesame")
    with pytest.raises(SecretError, match="Type it again"):
        revealed(stored)


def test_a_variable_of_the_open_kind_is_read(monkeypatch):
    monkeypatch.setenv("IIIF_SECRET_TOKEN", "open sesame")
    assert revealed("env:IIIF_SECRET_TOKEN") == "open sesame"


@pytest.mark.parametrize("name", ["PATH", "IIIFSERVER_SECRET_KEY", "DATABASE_URL", "", "IIIF_SECRET_ X"])
def test_any_other_variable_is_refused(name, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://me:secret@localhost/")
    with pytest.raises(SecretError, match="may not be read"):
        revealed(f"env:{name}")


def test_a_variable_that_the_fence_lists_is_read(monkeypatch):
    monkeypatch.setenv("SCANS_KEY", "open sesame")
    with fence(SECRET_VARIABLES=("SCANS_KEY",)):
        assert revealed("env:SCANS_KEY") == "open sesame"


def test_a_variable_that_is_not_set_is_named():
    with pytest.raises(SecretError, match="IIIF_SECRET_MISSING is not set"):
        revealed("env:IIIF_SECRET_MISSING")


class Login(forms.Form):
    password = SecretField(required=False)


def test_the_field_stores_what_is_typed_encrypted():
    form = Login({"password": "open sesame"})
    assert form.is_valid()
    assert revealed(form.cleaned_data["password"]) == "open sesame"


def test_the_field_never_shows_what_is_stored():
    stored = encrypted("open sesame")
    assert stored not in str(Login(initial={"password": stored}))


def test_the_field_refuses_a_variable_that_may_not_be_read():
    form = Login({"password": "env:PATH"})
    assert "may not be read" in form.errors["password"][0]


def test_without_any_key_the_field_says_which_setting_is_missing():
    with fence(ENCRYPTION_KEYS=()):
        form = Login({"password": "open sesame"})
        assert "set ENCRYPTION_KEYS" in form.errors["password"][0]
