from __future__ import annotations

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_caching", "0005_source_cache"),
    ]

    operations = [
        migrations.CreateModel(
            name="FreshnessSettings",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "asks_first",
                    models.BooleanField(
                        default=True,
                        help_text="Before anything that is kept of an image is given out, its source is asked whether it is still there and still the same: an image that was removed is a 404, and nobody gets an old one. Switched off, what a worker process has once seen of an image holds until the image is purged or told to have changed, even while its source cannot be reached.",
                        verbose_name="ask the source first",
                    ),
                ),
                (
                    "near_seconds",
                    models.FloatField(
                        default=0,
                        help_text="Seconds for which a folder, a storage or a database is believed without being asked again; 0: it is asked each time, which takes a folder of this machine no time worth mentioning. Sources far away have a time of their own in their forms.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(86400),
                        ],
                        verbose_name="ask again after",
                    ),
                ),
                (
                    "stale_seconds",
                    models.FloatField(
                        default=0,
                        help_text="Seconds after that time for which an image is still given out as it was known, while its source is asked in the background (stale-while-revalidate); 0: visitors wait for the source.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(86400),
                        ],
                        verbose_name="go on meanwhile for",
                    ),
                ),
                (
                    "purges_missing",
                    models.BooleanField(
                        default=False,
                        help_text="When a source says that an image is gone, all that was kept of it is purged. Without this it is a 404 all the same, and what was kept goes in its time. Leave it off where a disk that is not mounted would make everything look gone.",
                        verbose_name="purge what is gone",
                    ),
                ),
            ],
            options={
                "verbose_name": "freshness",
                "verbose_name_plural": "freshness",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="iiif_caching_freshnesssettings_is_single"
                    )
                ],
            },
        ),
    ]
