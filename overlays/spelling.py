"""How the identifier of an overlay must be written."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.dispatch import Signal

identifier_typed = Signal()
"""Sent while an overlay's form is checked. Argument: `identifier`, as it was typed. A receiver returns a sentence for
staff where no image is known by this spelling, else nothing.
"""


def check_spelling(identifier: str) -> None:
    """Raises `ValidationError` for the spelling of an address, by which an overlay would be on no image."""
    answers = identifier_typed.send(sender=check_spelling, identifier=identifier)
    if sentences := [sentence for _, sentence in answers if sentence]:
        raise ValidationError({"identifier": sentences})
