from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_processors", "0004_source_of_pictures"),
    ]

    operations = [
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
                    ("ico", "ICO"),
                    ("jpeg", "JPEG"),
                    ("jpeg2000", "JPEG 2000"),
                    ("jpegxl", "JPEG XL"),
                    ("matroska", "WebM, Matroska"),
                    ("mp4", "MP4, MOV"),
                    ("mpeg", "MPEG"),
                    ("pdf", "PDF"),
                    ("png", "PNG"),
                    ("ppm", "PBM, PGM, PPM"),
                    ("psd", "Photoshop"),
                    ("raw", "Camera raw"),
                    ("svg", "SVG"),
                    ("tga", "Targa"),
                    ("tiff", "TIFF"),
                    ("webp", "WebP"),
                    ("xpm", "XPM"),
                ],
                max_length=20,
                unique=True,
                verbose_name="format",
            ),
        ),
    ]
