"""The address of a service that staff type: checked when it is typed, and again whenever it is used."""

from __future__ import annotations

from typing import Any

from django import forms

from iiifserver.conf import conf

from .fence import OutOfBounds, current_fence

AMBIENT_CLOSED = "The settings of this server do not let it use the machine's own credentials (AMBIENT_CREDENTIALS)."


class ServiceField(forms.CharField):
    """An address of a service; where it may not be asked, the form says so."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"class": "vTextField"}), **kwargs)

    def clean(self, value: Any) -> Any:
        cleaned: str = super().clean(value)
        try:
            if cleaned:
                check_service(cleaned)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return cleaned


def check_service(address: str) -> None:
    """Raises `ValueError` with a sentence when the service may not be asked, or when its address holds a secret."""
    try:
        parts = current_fence().check(address)
    except OutOfBounds as error:
        raise ValueError(str(error)) from error
    if parts.query or parts.username or parts.password:
        raise ValueError("Write the credentials into their own fields, where they are encrypted, not into the address.")


def check_ambient() -> None:
    """Raises `ValueError` with a sentence where the machine's own credentials may not be used."""
    if not conf.ambient_credentials:
        raise ValueError(AMBIENT_CLOSED)
