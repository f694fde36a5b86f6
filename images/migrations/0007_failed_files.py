from __future__ import annotations

import django.core.validators
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_images", "0006_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="FailedFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(editable=False, max_length=32, unique=True)),
                ("identifier", models.TextField()),
                ("version", models.TextField(help_text="Tells these bytes of the file from earlier and later ones.")),
                (
                    "reason",
                    models.CharField(
                        choices=[("crashed", "crashed"), ("slow", "too slow"), ("suspect", "under suspicion")],
                        max_length=10,
                    ),
                ),
                ("times", models.PositiveIntegerField(default=0, verbose_name="how often")),
                (
                    "first_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="for the first time"),
                ),
                ("last_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="for the last time")),
                ("message", models.TextField(verbose_name="what happened")),
            ],
            options={
                "verbose_name": "file that failed",
                "verbose_name_plural": "files that failed",
                "ordering": ("-last_at", "-pk"),
                "default_permissions": ("view", "delete"),
            },
        ),
        migrations.CreateModel(
            name="DecodingSettings",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "seconds",
                    models.PositiveSmallIntegerField(
                        default=60,
                        help_text="Seconds for which one request may decode an image. Then its process is ended and another one begun, and the image is not read again for a while. Waiting for a source or for a turn does not count.",
                        validators=[
                            django.core.validators.MinValueValidator(2),
                            django.core.validators.MaxValueValidator(3600),
                        ],
                        verbose_name="time limit",
                    ),
                ),
                (
                    "large_seconds",
                    models.PositiveSmallIntegerField(
                        default=300,
                        help_text="The same for images of which more than eight million pixels must be decoded at once.",
                        validators=[
                            django.core.validators.MinValueValidator(2),
                            django.core.validators.MaxValueValidator(3600),
                        ],
                        verbose_name="time limit for large images",
                    ),
                ),
                (
                    "retry_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        help_text="Hours. 0: only when the file has changed, or when somebody has cleared it from the list.",
                        validators=[django.core.validators.MaxValueValidator(8760)],
                        verbose_name="tries slow images again after",
                    ),
                ),
            ],
            options={
                "verbose_name": "time limits",
                "verbose_name_plural": "time limits",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="iiif_images_decodingsettings_is_single")
                ],
            },
        ),
    ]
