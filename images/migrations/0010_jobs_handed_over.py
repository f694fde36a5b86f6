from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_images", "0009_who_steers_caches"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="handed_over_at",
            field=models.DateTimeField(blank=True, help_text="To the site's own workers.", null=True),
        ),
    ]
