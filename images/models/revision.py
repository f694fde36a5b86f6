"""The history of the configuration."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Revision(models.Model):
    """One state of the whole configuration. The newest is the one in use."""

    number = models.BigAutoField(primary_key=True)
    created_at = models.DateTimeField(auto_now_add=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    summary = models.CharField(max_length=300)
    document = models.JSONField(default=dict, editable=False)

    class Meta:
        ordering = ("-number",)
        permissions = [("roll_back_revision", "Can go back to a revision")]

    def __str__(self) -> str:
        return f"Revision {self.number}"
