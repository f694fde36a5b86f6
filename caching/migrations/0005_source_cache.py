from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_caching", "0004_stored_infos"),
    ]

    operations = [
        migrations.AlterField(
            model_name="cache",
            name="tier",
            field=models.CharField(
                blank=True,
                choices=[
                    ("derivative", "Derivative cache: finished pictures"),
                    ("info", "Info cache: what is known of images"),
                    ("source", "Source cache: whole files from elsewhere"),
                ],
                editable=False,
                max_length=20,
            ),
        ),
    ]
