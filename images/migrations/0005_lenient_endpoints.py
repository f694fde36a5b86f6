from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_images", "0004_descriptions"),
    ]

    operations = [
        migrations.AddField(
            model_name="endpointsettings",
            name="version_1_lenient",
            field=models.BooleanField(
                default=False,
                help_text="Answers what some viewers ask wrongly with what they mean, where the standard makes it an error: a size above the limits, a size that is larger than the region where nothing may be enlarged, a region that begins left of the image or above it.",
                verbose_name="lenient in 1.1",
            ),
        ),
        migrations.AddField(
            model_name="endpointsettings",
            name="version_2_lenient",
            field=models.BooleanField(
                default=False, help_text="The same for version 2.", verbose_name="lenient in 2.1.1"
            ),
        ),
        migrations.AddField(
            model_name="endpointsettings",
            name="version_3_lenient",
            field=models.BooleanField(
                default=False,
                help_text="The same for version 3, where Mirador, Universal Viewer and Clover ask for thumbnails that are larger than a small picture, and show none.",
                verbose_name="lenient in 3.0",
            ),
        ),
    ]
