from __future__ import annotations

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Source",
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
            ],
            options={
                "ordering": ("position", "name"),
                "abstract": False,
            },
        ),
    ]
