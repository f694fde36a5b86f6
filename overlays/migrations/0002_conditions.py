from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import overlays.models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_overlays", "0001_initial"),
        ("iiif_sources", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="overlay",
            name="api_version",
            field=models.PositiveSmallIntegerField(
                blank=True,
                choices=[(1, "Image API 1"), (2, "Image API 2"), (3, "Image API 3")],
                help_text="Only answers of this version. Empty for all.",
                null=True,
                verbose_name="API version",
            ),
        ),
        migrations.AddField(
            model_name="overlay",
            name="audience",
            field=models.CharField(
                choices=[
                    ("everybody", "everybody"),
                    ("strangers", "visitors who have not signed in"),
                    ("signed in", "visitors who have signed in"),
                    ("members", "members of these groups"),
                    ("others", "everybody but members of these groups"),
                ],
                default="everybody",
                help_text="Whoever gets it on the images. To let some people see through, choose everybody but members of these groups.",
                max_length=20,
                verbose_name="for",
            ),
        ),
        migrations.AddField(
            model_name="overlay",
            name="first_day",
            field=models.DateField(blank=True, help_text="Applies from this day on. Empty for always.", null=True),
        ),
        migrations.AddField(
            model_name="overlay",
            name="groups",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Counts only where the line above names groups.",
                validators=[overlays.models.check_groups],
            ),
        ),
        migrations.AddField(
            model_name="overlay",
            name="identifier",
            field=models.CharField(
                blank=True, help_text="Of one image, such as scans/0042.tif. Empty for more than one.", max_length=1000
            ),
        ),
        migrations.AddField(
            model_name="overlay",
            name="last_day",
            field=models.DateField(blank=True, help_text="Applies up to this day. Empty for ever.", null=True),
        ),
        migrations.AddField(
            model_name="overlay",
            name="on_failure",
            field=models.CharField(
                choices=[("leave out", "the image is served without it"), ("refuse", "the image is not served")],
                default="leave out",
                help_text="When its picture or its font is gone, or it cannot be drawn for another reason.",
                max_length=10,
                verbose_name="if it fails",
            ),
        ),
        migrations.AddField(
            model_name="overlay",
            name="region_kind",
            field=models.CharField(
                choices=[
                    ("any", "any part of the image"),
                    ("whole", "the whole image only"),
                    ("no tiles", "anything but the tiles of a viewer"),
                ],
                default="any",
                help_text="What part of an image must be asked for.",
                max_length=10,
                verbose_name="drawn on",
            ),
        ),
        migrations.AddField(
            model_name="overlay",
            name="source",
            field=models.ForeignKey(
                blank=True,
                help_text="Only images of this source. Empty for every source.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="iiif_sources.source",
            ),
        ),
    ]
