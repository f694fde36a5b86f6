from __future__ import annotations

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import processors.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Processor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("kind", models.CharField(help_text="Chosen once, when the row is added.", max_length=50)),
                ("enabled", models.BooleanField(default=True)),
                (
                    "position",
                    models.PositiveIntegerField(
                        default=10,
                        help_text="Lower numbers come first.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="order",
                    ),
                ),
                ("options", models.JSONField(default=dict, editable=False)),
            ],
            options={
                "ordering": ("position", "name"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OutputSettings",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "jpeg_quality",
                    models.PositiveSmallIntegerField(
                        default=85,
                        help_text="From 1 to 100. 80 to 90 is usual; more makes large files.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="JPEG quality",
                    ),
                ),
                (
                    "jpeg_progressive",
                    models.BooleanField(
                        default=False,
                        help_text="Slightly smaller files that take five times as long to write.",
                        verbose_name="progressive JPEG",
                    ),
                ),
                (
                    "webp_quality",
                    models.PositiveSmallIntegerField(
                        default=80,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="WebP quality",
                    ),
                ),
                (
                    "avif_quality",
                    models.PositiveSmallIntegerField(
                        default=65,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="AVIF quality",
                    ),
                ),
                (
                    "tiff_compression",
                    models.CharField(
                        choices=[
                            ("tiff_lzw", "LZW"),
                            ("tiff_adobe_deflate", "Deflate"),
                            ("jpeg", "JPEG"),
                            ("packbits", "RLE (PackBits)"),
                            ("raw", "none"),
                        ],
                        default="tiff_lzw",
                        max_length=20,
                        verbose_name="TIFF compression",
                    ),
                ),
                (
                    "background",
                    models.CharField(
                        default="white",
                        help_text="A CSS colour. In JPEG it shows where a picture is transparent, and in the corners after a rotation.",
                        max_length=50,
                        validators=[processors.models.validate_colour],
                    ),
                ),
                (
                    "downscale_filter",
                    models.CharField(
                        choices=[
                            ("lanczos3", "lanczos3: the sharpest"),
                            ("bicubic", "bicubic: sharp, a little quicker"),
                            ("hamming", "hamming: sharper than triangle, as quick"),
                            ("triangle", "triangle: soft and quick"),
                            ("box", "box: averages, the quickest"),
                        ],
                        default="lanczos3",
                        max_length=10,
                        verbose_name="filter for scaling down",
                    ),
                ),
                (
                    "upscale_filter",
                    models.CharField(
                        choices=[
                            ("lanczos3", "lanczos3: the sharpest"),
                            ("bicubic", "bicubic: sharp, a little quicker"),
                            ("hamming", "hamming: sharper than triangle, as quick"),
                            ("triangle", "triangle: soft and quick"),
                            ("box", "box: averages, the quickest"),
                        ],
                        default="bicubic",
                        max_length=10,
                        verbose_name="filter for scaling up",
                    ),
                ),
                (
                    "sharpen",
                    models.FloatField(
                        default=0,
                        help_text="From 0, not at all, to 1. Applied after scaling.",
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1),
                        ],
                    ),
                ),
            ],
            options={
                "verbose_name": "output",
                "verbose_name_plural": "output",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="iiif_processors_outputsettings_is_single"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FormatAssignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "format_name",
                    models.CharField(
                        choices=[
                            ("avif", "AVIF"),
                            ("bmp", "BMP"),
                            ("gif", "GIF"),
                            ("heif", "HEIF"),
                            ("jpeg", "JPEG"),
                            ("jpeg2000", "JPEG2000"),
                            ("pdf", "PDF"),
                            ("png", "PNG"),
                            ("tiff", "TIFF"),
                            ("webp", "WEBP"),
                        ],
                        max_length=20,
                        unique=True,
                        verbose_name="format",
                    ),
                ),
                (
                    "falls_back",
                    models.BooleanField(
                        default=True,
                        help_text="Whether the other processors are asked, in their order, about a file that this one declines.",
                        verbose_name="fall back",
                    ),
                ),
                (
                    "processor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="iiif_processors.processor",
                    ),
                ),
            ],
            options={
                "ordering": ("format_name",),
            },
        ),
    ]
