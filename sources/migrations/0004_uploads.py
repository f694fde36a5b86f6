from __future__ import annotations

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_sources", "0003_formats"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="source",
            options={
                "ordering": ("position", "name"),
                "permissions": [
                    ("write_sql", "Can write SQL statements for sources"),
                    ("upload_image", "Can upload images to sources"),
                ],
            },
        ),
        migrations.AddField(
            model_name="source",
            name="accepts_uploads",
            field=models.BooleanField(
                default=False, help_text="Whether those who have the permission may put images here with their browser."
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="largest_upload_megabytes",
            field=models.PositiveIntegerField(
                default=500,
                help_text="The size of one file in megabytes.",
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(100000),
                ],
                verbose_name="largest upload",
            ),
        ),
    ]
