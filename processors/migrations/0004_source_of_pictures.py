from __future__ import annotations

from django.db import migrations, models

import processors.models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_processors", "0003_colours_and_light"),
    ]

    operations = [
        migrations.AddField(
            model_name="outputsettings",
            name="source",
            field=models.CharField(
                blank=True,
                help_text="Where the picture comes from, written into answers as XMP (dc:source), such as https://museum.example/objects/{filename}; the same words in braces. Empty: the file's own is kept.",
                max_length=500,
                validators=[processors.models.validate_line, processors.models.validate_words],
            ),
        ),
        migrations.AlterField(
            model_name="outputsettings",
            name="copyright_notice",
            field=models.CharField(
                blank=True,
                help_text="Written into answers in place of the file's own notice, such as © City Library. Empty: the file's own is kept. {identifier} and {filename} stand for what they say, {exif:Artist}, {iptc:Credit} or {xmp:dc:rights} for what the file says of itself.",
                max_length=500,
                validators=[processors.models.validate_line, processors.models.validate_words],
            ),
        ),
        migrations.AlterField(
            model_name="outputsettings",
            name="credit",
            field=models.CharField(
                blank=True,
                help_text="Written into answers in place of the file's own credit line; the same words in braces. Empty: the file's own is kept.",
                max_length=200,
                validators=[processors.models.validate_line, processors.models.validate_words],
                verbose_name="credit line",
            ),
        ),
    ]
