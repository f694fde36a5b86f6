from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_processors", "0002_words_in_pictures"),
    ]

    operations = [
        migrations.AddField(
            model_name="outputsettings",
            name="keeps_profile",
            field=models.BooleanField(
                default=False,
                help_text="Pictures stay in the colours of their own ICC profile, which is written into each answer, instead of being converted to sRGB. For viewers that know profiles and originals with more colours than sRGB has. CMYK is converted all the same.",
                verbose_name="keep colour profiles",
            ),
        ),
        migrations.AddField(
            model_name="outputsettings",
            name="linear_light",
            field=models.BooleanField(
                default=False,
                help_text="Averages light instead of stored values, so that fine lines and patterns keep their brightness when they are made smaller. Takes longer: JPEG and PNG are then decoded in full size.",
                verbose_name="scale down in linear light",
            ),
        ),
    ]
