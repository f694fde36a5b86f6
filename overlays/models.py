"""The overlays as staff have set them up."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models

from iiifserver.configured import ConfiguredBackend

from .patterns import PatternError, compiled
from .registry import overlays


def check_pattern(pattern: str) -> None:
    """Refuses what is not a regular expression."""
    try:
        compiled(pattern)
    except PatternError as error:
        raise ValidationError(str(error)) from error


def threshold(name: str, help_text: str) -> models.PositiveIntegerField[Any, Any]:
    return models.PositiveIntegerField(
        name, null=True, blank=True, validators=[MinValueValidator(1)], help_text=help_text
    )


class Overlay(ConfiguredBackend):
    """Something that is drawn on images, and on which of them; all that apply are drawn, in order."""

    identifier_pattern = models.CharField(
        max_length=500,
        blank=True,
        validators=[check_pattern],
        help_text="A regular expression that a whole identifier must fit, such as scans/.* for all below scans/. Empty "
        "for every image.",
    )
    min_width = threshold("minimum width", "Pixels: not drawn on outputs that are less wide. Empty for any.")
    min_height = threshold("minimum height", "Pixels: not drawn on outputs that are less high. Empty for any.")
    max_width = threshold("maximum width", "Pixels: not drawn on outputs that are wider. Empty for any.")
    max_height = threshold("maximum height", "Pixels: not drawn on outputs that are higher. Empty for any.")
    protects = models.BooleanField(default=False, editable=False)
    """Whether its kind protects, remembered for the day when the kind's plug-in is gone."""

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.kind in overlays:
            self.protects = overlays.get(self.kind).protects
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        for edge in ("width", "height"):
            least, most = getattr(self, f"min_{edge}"), getattr(self, f"max_{edge}")
            if least and most and least > most:
                raise ValidationError({f"max_{edge}": f"Make the maximum {edge} no smaller than the minimum."})
