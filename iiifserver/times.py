"""Times on their way to the database and back: all have a zone here, none has one in columns with `USE_TZ = False`."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone


def with_zone(time: datetime) -> datetime:
    """A time that a column gave, which is of the site's own zone where it has none."""
    return timezone.make_aware(time, timezone.get_default_timezone()) if timezone.is_naive(time) else time


def as_kept(time: datetime) -> datetime:
    """A time with its zone, as the columns of this site take it and as they give it back."""
    return time if settings.USE_TZ else timezone.make_naive(time, timezone.get_default_timezone())
