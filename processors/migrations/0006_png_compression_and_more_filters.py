from __future__ import annotations

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_processors", "0005_everyday_formats"),
    ]

    operations = [
        migrations.AddField(
            model_name="outputsettings",
            name="png_compression",
            field=models.PositiveSmallIntegerField(
                default=3,
                help_text="From 0, none, to 9. The pixels are always the same; above 3, files get a little smaller and take longer to write.",
                validators=[django.core.validators.MaxValueValidator(9)],
                verbose_name="PNG compression",
            ),
        ),
        migrations.AlterField(
            model_name="outputsettings",
            name="downscale_filter",
            field=models.CharField(
                choices=[
                    ("lanczos3", "lanczos3: the sharpest"),
                    ("bicubic", "bicubic: sharp, a little quicker"),
                    ("hamming", "hamming: sharper than triangle, as quick"),
                    ("triangle", "triangle: soft and quick"),
                    ("box", "box: averages, the quickest"),
                    ("mitchell", "mitchell: here the same as bicubic"),
                    ("hermite", "hermite: here the same as hamming"),
                    ("bell", "bell: here the same as triangle"),
                    ("bspline", "bspline: here the same as triangle"),
                ],
                default="lanczos3",
                max_length=10,
                verbose_name="filter for scaling down",
            ),
        ),
        migrations.AlterField(
            model_name="outputsettings",
            name="upscale_filter",
            field=models.CharField(
                choices=[
                    ("lanczos3", "lanczos3: the sharpest"),
                    ("bicubic", "bicubic: sharp, a little quicker"),
                    ("hamming", "hamming: sharper than triangle, as quick"),
                    ("triangle", "triangle: soft and quick"),
                    ("box", "box: averages, the quickest"),
                    ("mitchell", "mitchell: here the same as bicubic"),
                    ("hermite", "hermite: here the same as hamming"),
                    ("bell", "bell: here the same as triangle"),
                    ("bspline", "bspline: here the same as triangle"),
                ],
                default="bicubic",
                max_length=10,
                verbose_name="filter for scaling up",
            ),
        ),
    ]
