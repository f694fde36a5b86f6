"""The overlays as staff have set them up."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models

from iiifserver.configured import ConfiguredBackend
from iiifserver.iiif.values import ApiVersion
from iiifserver.patterns import check_pattern

from .protection import tell_of_protection
from .registry import overlays
from .scope import Audience, RegionKind
from .spelling import check_spelling


def check_groups(groups: Any) -> None:
    """Refuses what is not a list of names."""
    if not isinstance(groups, list) or not all(isinstance(name, str) for name in groups):
        raise ValidationError("Groups are a list of names.")


def threshold(name: str, help_text: str) -> models.PositiveIntegerField[Any, Any]:
    return models.PositiveIntegerField(
        name, null=True, blank=True, validators=[MinValueValidator(1)], help_text=help_text
    )


class Overlay(ConfiguredBackend):
    """Something that is drawn on images, and on which of them; all that apply are drawn, in order."""

    class OnFailure(models.TextChoices):
        LEAVE_OUT = "leave out", "the image is served without it"
        REFUSE = "refuse", "the image is not served"

    identifier = models.CharField(
        max_length=1000, blank=True, help_text="Of one image, such as scans/0042.tif. Empty for more than one."
    )
    identifier_pattern = models.CharField(
        max_length=500,
        blank=True,
        validators=[check_pattern],
        help_text="A regular expression that a whole identifier must fit, such as scans/.* for all below scans/. Empty "
        "for every image.",
    )
    source = models.ForeignKey(
        "iiif_sources.Source",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Only images of this source. Empty for every source.",
    )
    audience = models.CharField(
        "for",
        max_length=20,
        choices=[(audience.value, audience.label) for audience in Audience],
        default=Audience.EVERYBODY.value,
        help_text="Whoever gets it on the images. To let some people see through, choose everybody but members of "
        "these groups.",
    )
    groups = models.JSONField(
        default=list, blank=True, validators=[check_groups], help_text="Counts only where the line above names groups."
    )
    first_day = models.DateField(null=True, blank=True, help_text="Applies from this day on. Empty for always.")
    last_day = models.DateField(null=True, blank=True, help_text="Applies up to this day. Empty for ever.")
    min_width = threshold("minimum width", "Pixels: not drawn on outputs that are less wide. Empty for any.")
    min_height = threshold("minimum height", "Pixels: not drawn on outputs that are less high. Empty for any.")
    max_width = threshold("maximum width", "Pixels: not drawn on outputs that are wider. Empty for any.")
    max_height = threshold("maximum height", "Pixels: not drawn on outputs that are higher. Empty for any.")
    region_kind = models.CharField(
        "drawn on",
        max_length=10,
        choices=[(kind.value, kind.label) for kind in RegionKind],
        default=RegionKind.ANY.value,
        help_text="What part of an image must be asked for.",
    )
    api_version = models.PositiveSmallIntegerField(
        "API version",
        null=True,
        blank=True,
        choices=[(version.value, f"Image API {version.value}") for version in ApiVersion],
        help_text="Only answers of this version. Empty for all.",
    )
    on_failure = models.CharField(
        "if it fails",
        max_length=10,
        choices=OnFailure,
        default=OnFailure.LEAVE_OUT,
        help_text="When its picture or its font is gone, or it cannot be drawn for another reason.",
    )
    protects = models.BooleanField(default=False, editable=False)
    """Whether its kind protects, remembered for the day when the kind's plug-in is gone."""
    warnings: tuple[str, ...] = ()
    """Sentences on who does not keep to it yet, after it was saved; see `protection`."""

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.kind in overlays:
            self.protects = overlays.get(self.kind).protects
        super().save(*args, **kwargs)
        if self.protects:
            tell_of_protection(self)

    def clean(self) -> None:
        super().clean()
        for edge in ("width", "height"):
            least, most = getattr(self, f"min_{edge}"), getattr(self, f"max_{edge}")
            if least and most and least > most:
                raise ValidationError({f"max_{edge}": f"Make the maximum {edge} no smaller than the minimum."})
        if self.identifier and self.identifier_pattern:
            raise ValidationError({"identifier_pattern": "Write an identifier or a pattern, not both."})
        if self.identifier:
            check_spelling(self.identifier)
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise ValidationError({"last_day": "Make the last day no earlier than the first."})
        if Audience(self.audience).names_groups and not self.groups:
            raise ValidationError({"groups": "Choose at least one group."})
