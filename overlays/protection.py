"""News of rows that protect, for whoever must see to it that no old picture is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.dispatch import Signal

if TYPE_CHECKING:
    from .models import Overlay

protection_changed = Signal()
"""Sent when the change of a row that protects has been committed. Argument: `row`, the overlay. A receiver returns
sentences on what does not keep to it yet, for staff; it may take seconds.
"""


def tell_of_protection(row: Overlay) -> None:
    """Tells, once the change is committed; what is answered stands in `row.warnings` then."""
    transaction.on_commit(lambda: tell_now(row))


def tell_now(row: Overlay) -> None:
    answers = protection_changed.send(type(row), row=row)
    row.warnings = tuple(sentence for _, sentences in answers for sentence in sentences or ())
