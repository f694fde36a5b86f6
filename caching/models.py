"""The caches as staff have set them up, and the journal of purges."""

from __future__ import annotations

from typing import Any

from django.db import models

from iiifserver.configured import ConfiguredBackend

from .base import TIER_LABELS
from .freshness import FreshnessSettings
from .purges import Purge, Scope
from .registry import caches
from .stored_pictures import StoredInfo, StoredPicture

__all__ = ["Cache", "FreshnessSettings", "Invalidation", "StoredInfo", "StoredPicture"]


class Cache(ConfiguredBackend):
    """A cache as staff have set it up."""

    tier = models.CharField(
        max_length=20, choices=[(tier.value, label) for tier, label in TIER_LABELS.items()], blank=True, editable=False
    )
    """Follows from the kind; kept so that a row whose plug-in is gone still says what it was for."""

    class Meta(ConfiguredBackend.Meta):
        ordering = ("tier", "position", "name")  # type: ignore[assignment]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.kind in caches:
            self.tier = caches.get(self.kind).tier.value
        super().save(*args, **kwargs)


class Invalidation(models.Model):
    """A line in the journal of purges: every process reads it and forgets. Not part of the configuration."""

    created_at = models.DateTimeField(auto_now_add=True)
    scope = models.CharField(
        max_length=10, choices=[(scope.value, scope.value) for scope in Scope], default=Scope.IMAGE.value
    )
    image = models.CharField(max_length=32, blank=True, db_index=True, help_text="The image's digest; empty for all.")
    value = models.TextField(blank=True, help_text="What the other scopes are about, such as a prefix.")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.scope} {self.purge.value}" if self.purge.value else "everything"

    @property
    def purge(self) -> Purge:
        return Purge(Scope(self.scope), self.image if self.scope == Scope.IMAGE else self.value)
