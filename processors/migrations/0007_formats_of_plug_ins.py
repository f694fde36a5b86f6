from __future__ import annotations

from django.db import migrations, models

import processors.models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_processors", "0006_png_compression_and_more_filters"),
    ]

    operations = [
        migrations.AlterField(
            model_name="formatassignment",
            name="format_name",
            field=models.CharField(
                choices=processors.models.format_choices, max_length=20, unique=True, verbose_name="format"
            ),
        ),
    ]
