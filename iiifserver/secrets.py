"""Secrets that staff type into the admin: encrypted in the database, never shown again, revealed to backends alone."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.forms.renderers import BaseRenderer
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .conf import conf

ENCRYPTED = "encrypted:"
FROM_VARIABLE = "env:"
OPEN_VARIABLES = "IIIF_SECRET_"
BLANK = "••••••"
"""What stands for a secret wherever people look at the configuration."""

VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class SecretError(Exception):
    """A secret cannot be read. The message is a sentence for staff and holds nothing secret."""


def encrypted(text: str) -> str:
    """The text as it is stored."""
    return ENCRYPTED + keys().encrypt(text.encode()).decode()


def revealed(stored: str) -> str:
    """The secret behind what is stored: decrypted, or read from the variable that it names.

    Raises `SecretError` when no key fits, or when the variable is not one that may be read or is not set.
    """
    if stored.startswith(FROM_VARIABLE):
        return from_variable(stored.removeprefix(FROM_VARIABLE))
    try:
        return keys().decrypt(stored.removeprefix(ENCRYPTED).encode()).decode()
    except InvalidToken as error:
        raise SecretError("A secret was encrypted with a key that this server does not have. Type it again.") from error


def from_variable(name: str) -> str:
    if not may_be_read(name):
        raise SecretError(f"The variable {name} may not be read: use one whose name begins with {OPEN_VARIABLES}.")
    value = os.environ.get(name)
    if not value:
        raise SecretError(f"The variable {name} is not set on this server.")
    return value


def may_be_read(name: str) -> bool:
    """Whether rows may name this variable: by its beginning, or because the fence lists it."""
    return bool(VARIABLE_NAME.fullmatch(name)) and (name.startswith(OPEN_VARIABLES) or name in conf.secret_variables)


def is_secret(value: object) -> bool:
    """Whether a stored value is one of ours, encrypted."""
    return isinstance(value, str) and value.startswith(ENCRYPTED)


def keys() -> MultiFernet:
    """The keys of this installation: the first encrypts, all decrypt. Raises `SecretError` when there is none."""
    if not conf.encryption_keys:
        raise SecretError("This server has no keys for secrets: set ENCRYPTION_KEYS in IIIFSERVER of its settings.")
    return MultiFernet([Fernet(key) for key in conf.encryption_keys])


class RemovableSecret(forms.Widget):
    """A widget for a secret; beside it stands a box to tick that removes the one that is stored."""

    removable = ""
    """What the secret is called, where one is stored that need not be."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        own = super().render(name, value, attrs, renderer)
        if not self.removable:
            return own
        box = box_name(name)
        return format_html(
            '{} <span class="clearable-file-input iiif-remove"><input type="checkbox" name="{}" id="{}_id"> '
            '<label for="{}_id">Remove<span class="visually-hidden"> {}</span></label></span>',
            *(own, box, box, box, self.removable),
        )

    def is_removed(self, data: Mapping[str, Any], name: str) -> bool:
        """Whether the box was ticked."""
        return bool(self.removable and data.get(box_name(name)))


def box_name(name: str) -> str:
    return f"{name}-clear"


class SecretInput(RemovableSecret, forms.PasswordInput):
    """Shows whether there is a secret, never the secret."""

    def format_value(self, value: Any) -> None:
        return None


class SecretField(forms.CharField):
    """A secret to type; left empty, the one that is stored stays. Cleaned, it is what will be stored."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", SecretInput(attrs={"autocomplete": "new-password", "class": "vTextField"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text or is_secret(text):
            return text
        try:
            if not text.startswith(FROM_VARIABLE):
                return encrypted(text)
            from_variable(text.removeprefix(FROM_VARIABLE))
        except SecretError as error:
            raise forms.ValidationError(str(error)) from error
        return text
