"""How long the spans are of which there is a history, and how far back it reaches. Plain values."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum


class Resolution(IntEnum):
    """In seconds."""

    MINUTE = 60
    QUARTER = 900


KEPT = {Resolution.MINUTE: timedelta(hours=2), Resolution.QUARTER: timedelta(hours=48)}
"""A machine has 120 rows of minutes and 192 of quarters of an hour, or one more of each, whatever happens."""
