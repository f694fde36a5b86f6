"""Checks of what staff type into the service's own settings."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from .http import networks


def validate_networks(text: str) -> None:
    """Each word is an address or a network."""
    for word in text.split():
        try:
            networks([word])
        except ValueError as error:
            raise ValidationError(f"“{word}” is neither an address nor a network such as 10.0.0.0/24.") from error
