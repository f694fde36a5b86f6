"""The history: a row for each span of time, on each machine."""

from __future__ import annotations

from typing import Any

from django.db import models

from iiifserver.times import with_zone

from .spans import Span, document_of, span_of


class ActivitySample(models.Model):
    """What happened in a span of time on one machine. Not part of the configuration."""

    machine = models.CharField(max_length=100)
    resolution = models.PositiveSmallIntegerField(help_text="How long the span is meant to be, in seconds.")
    begins_at = models.DateTimeField()
    seconds = models.FloatField(help_text="For how long somebody noted it.")
    numbers = models.JSONField()

    class Meta:
        default_permissions = ()
        ordering = ("begins_at", "machine")
        constraints = [
            models.UniqueConstraint(fields=["machine", "resolution", "begins_at"], name="iiif_activity_one_row")
        ]

    def __str__(self) -> str:
        return f"{self.machine} {self.begins_at}"

    @property
    def span(self) -> Span:
        return span_of(with_zone(self.begins_at), self.seconds, self.numbers)

    @staticmethod
    def values_of(span: Span) -> dict[str, Any]:
        """The columns for a span."""
        return {"seconds": span.seconds, "numbers": document_of(span)}
