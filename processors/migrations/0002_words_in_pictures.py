from __future__ import annotations

from django.db import migrations, models

import processors.models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_processors", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="outputsettings",
            name="copyright_notice",
            field=models.CharField(
                blank=True,
                help_text="Written into answers in place of the file's own notice, such as © City Library. Empty: the file's own is kept.",
                max_length=500,
                validators=[processors.models.validate_line],
            ),
        ),
        migrations.AddField(
            model_name="outputsettings",
            name="credit",
            field=models.CharField(
                blank=True,
                help_text="Written into answers in place of the file's own credit line. Empty: the file's own is kept.",
                max_length=200,
                validators=[processors.models.validate_line],
                verbose_name="credit line",
            ),
        ),
        migrations.AddField(
            model_name="outputsettings",
            name="keeps_location",
            field=models.BooleanField(
                default=False,
                help_text="Whether the coordinates of the place where a picture was taken are among all that is kept.",
                verbose_name="keep the location",
            ),
        ),
        migrations.AddField(
            model_name="outputsettings",
            name="metadata",
            field=models.CharField(
                choices=[
                    ("nothing", "nothing"),
                    ("rights", "rights: who made it, whose it is, how it may be used"),
                    ("all", "all: whatever tells of the picture"),
                ],
                default="rights",
                help_text="What a file says of itself in words, and how much of that goes into answers that show the whole image. Tiles and other parts hold no words. Thumbnails, and what is true of the file alone, are never kept.",
                max_length=10,
                verbose_name="kept of EXIF, IPTC and XMP",
            ),
        ),
        migrations.AlterField(
            model_name="formatassignment",
            name="format_name",
            field=models.CharField(
                choices=[
                    ("avi", "AVI"),
                    ("avif", "AVIF"),
                    ("bmp", "BMP"),
                    ("flv", "FLV"),
                    ("gif", "GIF"),
                    ("heif", "HEIC, HEIF"),
                    ("jpeg", "JPEG"),
                    ("jpeg2000", "JPEG 2000"),
                    ("jpegxl", "JPEG XL"),
                    ("matroska", "WebM, Matroska"),
                    ("mp4", "MP4, MOV"),
                    ("mpeg", "MPEG"),
                    ("pdf", "PDF"),
                    ("png", "PNG"),
                    ("raw", "Camera raw"),
                    ("svg", "SVG"),
                    ("tiff", "TIFF"),
                    ("webp", "WebP"),
                ],
                max_length=20,
                unique=True,
                verbose_name="format",
            ),
        ),
    ]
