"""What staff can set of working copies, and the images that were slow."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from caching.keys import digest
from iiifserver.configured import Singleton
from iiifserver.iiif.source_formats import LABELS, Family, label_of
from processors.pyramid_recipe import Recipe
from sources.formats import FormatsField, check_formats

from ..jobs.model import Job
from .rules import MEGAPIXEL, CopyRules, Makes

GIGABYTE = 1_000_000_000
MOST_AT_ONCE = 4
MOST_ROWS = 1000


def usual_formats() -> list[str]:
    """Everything that is read at a fixed size."""
    return sorted([*LABELS[Family.PICTURE], *LABELS[Family.CAMERA], *LABELS[Family.DOCUMENT]])


class WorkingCopySettings(Singleton):
    """When slow images get a working copy, how it is made, and how much room all of them may take."""

    class Makes(models.TextChoices):
        NEVER = Makes.NEVER.value, "never; those that are there are not used"
        CHOSEN = Makes.CHOSEN.value, "when staff choose an image or a source"
        ASKED = Makes.ASKED.value, "when staff choose, and by itself when a slow image is asked for"

    makes = models.CharField(
        "are made",
        max_length=10,
        choices=Makes,
        default=Makes.CHOSEN,
        help_text="A working copy is a second file in the server's home, in tiles, from which requests are answered "
        "much quicker. The image itself is never changed.",
    )
    formats = FormatsField(
        default=usual_formats,
        validators=[check_formats],
        help_text="By itself, and for a whole source, only images of these formats get a copy.",
    )
    least_megapixels = models.PositiveIntegerField(
        "from",
        default=8,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
        help_text="Megapixels that must be decoded for one tile. An image that is stored in small tiles with small "
        "versions needs no copy, however large it is.",
    )
    source_names = models.TextField(
        "only from these sources", blank=True, help_text="Names of sources, one a line. Empty: from all."
    )
    quality = models.PositiveSmallIntegerField(
        "quality",
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Of the JPEG tiles, from 1 to 100. From 90 on colours are kept in full resolution. Images with "
        "transparency or few colours are copied without loss. Another quality means other copies: those there are "
        "are not used any more.",
    )
    limit_gigabytes = models.PositiveIntegerField(
        "largest size of all",
        default=20,
        validators=[MinValueValidator(1), MaxValueValidator(1_000_000)],
        help_text="In gigabytes, on this server's disk. When it is reached, copies that were not used lately make "
        "room; they are made again when that is needed.",
    )
    at_once = models.PositiveSmallIntegerField(
        "made at once",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_AT_ONCE)],
        help_text="How many copies are made at the same time. Each takes a processor core and the memory of a decoded "
        "image.",
    )
    slow_milliseconds = models.PositiveIntegerField(
        "slow from",
        default=200,
        validators=[MinValueValidator(10), MaxValueValidator(600_000)],
        help_text="Milliseconds. Images of which a picture took longer to read are listed by the source doctor.",
    )

    class Meta(Singleton.Meta):
        verbose_name = verbose_name_plural = "working copies"

    def frozen(self, *, keeps_profile: bool) -> CopyRules:
        """The row as requests use it; whether answers keep the colours of images is set elsewhere."""
        return CopyRules(
            makes=Makes(self.makes),
            formats=frozenset(self.formats),
            sources=frozenset(name.strip() for name in self.source_names.splitlines() if name.strip()),
            least_pixels=self.least_megapixels * MEGAPIXEL,
            recipe=Recipe(quality=self.quality, keeps_profile=keeps_profile),
            at_once=self.at_once,
            slow_seconds=self.slow_milliseconds / 1000,
        )

    @property
    def limit_bytes(self) -> int:
        return self.limit_gigabytes * GIGABYTE


class SlowImage(models.Model):
    """A page of an image that was slow, or was to get a working copy. Not part of the configuration."""

    digest = models.CharField(max_length=32, unique=True, editable=False)
    identifier = models.TextField()
    page = models.PositiveIntegerField(default=1)
    version = models.TextField(help_text="Tells these bytes of the file from earlier and later ones.")
    source = models.CharField(max_length=100, blank=True)
    format_name = models.CharField("format", max_length=20, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    reason = models.TextField("why", blank=True)
    times = models.PositiveIntegerField("how often", default=0, help_text="As far as it was counted.")
    milliseconds = models.PositiveIntegerField("slowest read", default=0)
    last_at = models.DateTimeField("for the last time", default=timezone.now)

    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ordered_version = models.TextField(blank=True)
    copied_version = models.TextField(blank=True)
    before_milliseconds = models.PositiveIntegerField("a tile before", null=True, blank=True)
    after_milliseconds = models.FloatField("a tile after", null=True, blank=True)
    copy_bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ("-milliseconds", "pk")
        default_permissions = ("view", "change")
        verbose_name = "slow image"
        verbose_name_plural = "slow images (source doctor)"

    def __str__(self) -> str:
        return self.identifier if self.page == 1 else f"{self.identifier}, page {self.page}"

    @property
    def format_label(self) -> str:
        return label_of(self.format_name)

    @property
    def is_under_way(self) -> bool:
        return self.job is not None and not self.job.has_ended


def row_digest(identifier: str, page: int) -> str:
    return digest(f"{page} {identifier}")
