from __future__ import annotations

import django.core.validators
from django.db import migrations, models

import overlays.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Overlay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("kind", models.CharField(help_text="Chosen once, when the row is added.", max_length=50)),
                ("enabled", models.BooleanField(default=True)),
                (
                    "position",
                    models.PositiveIntegerField(
                        default=10,
                        help_text="Lower numbers come first.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="order",
                    ),
                ),
                ("options", models.JSONField(default=dict, editable=False)),
                (
                    "identifier_pattern",
                    models.CharField(
                        blank=True,
                        help_text="A regular expression that a whole identifier must fit, such as scans/.* for all below scans/. Empty for every image.",
                        max_length=500,
                        validators=[overlays.models.check_pattern],
                    ),
                ),
                (
                    "min_width",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Pixels: not drawn on outputs that are less wide. Empty for any.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="minimum width",
                    ),
                ),
                (
                    "min_height",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Pixels: not drawn on outputs that are less high. Empty for any.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="minimum height",
                    ),
                ),
                (
                    "max_width",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Pixels: not drawn on outputs that are wider. Empty for any.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="maximum width",
                    ),
                ),
                (
                    "max_height",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Pixels: not drawn on outputs that are higher. Empty for any.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="maximum height",
                    ),
                ),
                ("protects", models.BooleanField(default=False, editable=False)),
            ],
            options={
                "ordering": ("position", "name"),
                "abstract": False,
            },
        ),
    ]
