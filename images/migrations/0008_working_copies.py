from __future__ import annotations

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import images.copies.model
import sources.formats


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_images", "0007_failed_files"),
    ]

    operations = [
        migrations.CreateModel(
            name="SlowImage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(editable=False, max_length=32, unique=True)),
                ("identifier", models.TextField()),
                ("page", models.PositiveIntegerField(default=1)),
                ("version", models.TextField(help_text="Tells these bytes of the file from earlier and later ones.")),
                ("source", models.CharField(blank=True, max_length=100)),
                ("format_name", models.CharField(blank=True, max_length=20, verbose_name="format")),
                ("width", models.PositiveIntegerField(default=0)),
                ("height", models.PositiveIntegerField(default=0)),
                ("reason", models.TextField(blank=True, verbose_name="why")),
                (
                    "times",
                    models.PositiveIntegerField(
                        default=0, help_text="As far as it was counted.", verbose_name="how often"
                    ),
                ),
                ("milliseconds", models.PositiveIntegerField(default=0, verbose_name="slowest read")),
                ("last_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="for the last time")),
                ("ordered_version", models.TextField(blank=True)),
                ("copied_version", models.TextField(blank=True)),
                (
                    "before_milliseconds",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="a tile before"),
                ),
                ("after_milliseconds", models.FloatField(blank=True, null=True, verbose_name="a tile after")),
                ("copy_bytes", models.PositiveBigIntegerField(default=0)),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="iiif_images.job",
                    ),
                ),
            ],
            options={
                "verbose_name": "slow image",
                "verbose_name_plural": "slow images (source doctor)",
                "ordering": ("-milliseconds", "pk"),
                "default_permissions": ("view", "change"),
            },
        ),
        migrations.CreateModel(
            name="WorkingCopySettings",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "makes",
                    models.CharField(
                        choices=[
                            ("never", "never; those that are there are not used"),
                            ("chosen", "when staff choose an image or a source"),
                            ("asked", "when staff choose, and by itself when a slow image is asked for"),
                        ],
                        default="chosen",
                        help_text="A working copy is a second file in the server's home, in tiles, from which requests are answered much quicker. The image itself is never changed.",
                        max_length=10,
                        verbose_name="are made",
                    ),
                ),
                (
                    "formats",
                    sources.formats.FormatsField(
                        default=images.copies.model.usual_formats,
                        help_text="By itself, and for a whole source, only images of these formats get a copy.",
                        validators=[sources.formats.check_formats],
                    ),
                ),
                (
                    "least_megapixels",
                    models.PositiveIntegerField(
                        default=8,
                        help_text="Megapixels that must be decoded for one tile. An image that is stored in small tiles with small versions needs no copy, however large it is.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100000),
                        ],
                        verbose_name="from",
                    ),
                ),
                (
                    "source_names",
                    models.TextField(
                        blank=True,
                        help_text="Names of sources, one a line. Empty: from all.",
                        verbose_name="only from these sources",
                    ),
                ),
                (
                    "quality",
                    models.PositiveSmallIntegerField(
                        default=90,
                        help_text="Of the JPEG tiles, from 1 to 100. From 90 on colours are kept in full resolution. Images with transparency or few colours are copied without loss. Another quality means other copies: those there are are not used any more.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="quality",
                    ),
                ),
                (
                    "limit_gigabytes",
                    models.PositiveIntegerField(
                        default=20,
                        help_text="In gigabytes, on this server's disk. When it is reached, copies that were not used lately make room; they are made again when that is needed.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000),
                        ],
                        verbose_name="largest size of all",
                    ),
                ),
                (
                    "at_once",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="How many copies are made at the same time. Each takes a processor core and the memory of a decoded image.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(4),
                        ],
                        verbose_name="made at once",
                    ),
                ),
                (
                    "slow_milliseconds",
                    models.PositiveIntegerField(
                        default=200,
                        help_text="Milliseconds. Images of which a picture took longer to read are listed by the source doctor.",
                        validators=[
                            django.core.validators.MinValueValidator(10),
                            django.core.validators.MaxValueValidator(600000),
                        ],
                        verbose_name="slow from",
                    ),
                ),
            ],
            options={
                "verbose_name": "working copies",
                "verbose_name_plural": "working copies",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="iiif_images_workingcopysettings_is_single"
                    )
                ],
            },
        ),
    ]
