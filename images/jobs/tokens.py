"""Tokens: what programs show instead of a name and a password."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

BEGINNING = "iiif_"
"""Tells people, and programs that look for lost secrets, what it is."""
NOTE_USE_EVERY = timedelta(minutes=1)


class ApiToken(models.Model):
    """What a program may do that shows the token; of the token itself only a digest is kept."""

    name = models.CharField(max_length=100, unique=True, help_text="Who uses it, such as “catalogue”.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    may_purge = models.BooleanField(
        "tasks", default=True, help_text="May purge caches at /tasks, and ask for images with the argument cache."
    )
    may_tell_changes = models.BooleanField("news", default=False, help_text="May tell at /changed what has changed.")
    may_read_numbers = models.BooleanField("numbers", default=False, help_text="May read /metrics and /status.")
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: never.")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("name",)
        verbose_name = "token"

    def __str__(self) -> str:
        return self.name

    @property
    def is_valid(self) -> bool:
        return self.expires_at is None or self.expires_at > timezone.now()


def new_token() -> str:
    """A token that nobody can guess; to be shown once."""
    return f"{BEGINNING}{secrets.token_urlsafe(32)}"


def digest_of(token: str) -> str:
    # It has 256 random bits: there is nothing to slow down for those who guess.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def valid_token(text: str) -> ApiToken | None:
    """The row of a token that still holds; notes now and then that it was used."""
    row: Any = ApiToken._default_manager.filter(digest=digest_of(text)).first()
    if row is None or not row.is_valid:
        return None
    now = timezone.now()
    if row.last_used_at is None or now - row.last_used_at > NOTE_USE_EVERY:
        ApiToken._default_manager.filter(pk=row.pk).update(last_used_at=now)
    return row  # type: ignore[no-any-return]
