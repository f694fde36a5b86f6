from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_caching", "0002_stored_pictures"),
    ]

    operations = [
        migrations.AddField(
            model_name="invalidation",
            name="scope",
            field=models.CharField(
                choices=[
                    ("image", "image"),
                    ("prefix", "prefix"),
                    ("source", "source"),
                    ("infos", "infos"),
                    ("older", "older"),
                ],
                default="image",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="invalidation",
            name="value",
            field=models.TextField(blank=True, help_text="What the other scopes are about, such as a prefix."),
        ),
    ]
