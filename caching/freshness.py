"""How fresh what is given out must be, as staff have set it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from iiifserver.configured import Singleton

LONGEST_SECONDS = 86_400


class FreshnessSettings(Singleton):
    """Whether sources are asked before caches, and how often."""

    asks_first = models.BooleanField(
        "ask the source first",
        default=True,
        help_text="Before anything that is kept of an image is given out, its source is asked whether it is still "
        "there and still the same: an image that was removed is a 404, and nobody gets an old one. Switched off, what "
        "a worker process has once seen of an image holds until the image is purged or told to have changed, even "
        "while its source cannot be reached.",
    )
    near_seconds = models.FloatField(
        "ask again after",
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(LONGEST_SECONDS)],
        help_text="Seconds for which a folder, a storage or a database is believed without being asked again; 0: it is "
        "asked each time, which takes a folder of this machine no time worth mentioning. Sources far away have a time "
        "of their own in their forms.",
    )
    stale_seconds = models.FloatField(
        "go on meanwhile for",
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(LONGEST_SECONDS)],
        help_text="Seconds after that time for which an image is still given out as it was known, while its source is "
        "asked in the background (stale-while-revalidate); 0: visitors wait for the source.",
    )
    purges_missing = models.BooleanField(
        "purge what is gone",
        default=False,
        help_text="When a source says that an image is gone, all that was kept of it is purged. Without this it is a "
        "404 all the same, and what was kept goes in its time. Leave it off where a disk that is not mounted would "
        "make everything look gone.",
    )

    class Meta(Singleton.Meta):
        verbose_name = verbose_name_plural = "freshness"
