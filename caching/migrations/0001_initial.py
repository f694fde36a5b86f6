from __future__ import annotations

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Cache",
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
                    "tier",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("derivative", "Derivative cache: finished pictures"),
                            ("info", "Info cache: what is known of images"),
                        ],
                        editable=False,
                        max_length=20,
                    ),
                ),
            ],
            options={
                "ordering": ("tier", "position", "name"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Invalidation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "image",
                    models.CharField(
                        blank=True, db_index=True, help_text="The image's digest; empty for all.", max_length=32
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
    ]
