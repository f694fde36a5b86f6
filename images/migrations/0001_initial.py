from __future__ import annotations

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import images.validators


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Status",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "verbose_name": "status",
                "verbose_name_plural": "status",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="ApplicationSettings",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "log_level",
                    models.CharField(
                        choices=[
                            ("DEBUG", "everything, for finding faults"),
                            ("INFO", "what happens"),
                            ("WARNING", "what may need a look"),
                            ("ERROR", "what failed"),
                        ],
                        default="INFO",
                        help_text="How much the server writes to its log: the file logs/iiifserver.log in its home.",
                        max_length=10,
                    ),
                ),
            ],
            options={
                "verbose_name": "application",
                "verbose_name_plural": "application",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="iiif_images_applicationsettings_is_single"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="EndpointSettings",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "version_1_enabled",
                    models.BooleanField(
                        default=False,
                        help_text="For programs that are older than 2014.",
                        verbose_name="Image API 1.1 at /iiif/1",
                    ),
                ),
                ("version_2_enabled", models.BooleanField(default=True, verbose_name="Image API 2.1.1 at /iiif/2")),
                ("version_3_enabled", models.BooleanField(default=True, verbose_name="Image API 3.0 at /iiif/3")),
                (
                    "max_pixels",
                    models.PositiveIntegerField(
                        default=50000000,
                        help_text="The most pixels of one answer, width times height. Viewers read it as maxArea.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "max_width",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="In pixels; empty for no limit of its own.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "max_height",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="In pixels; needs a max width. Empty: the max width holds for both edges.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "allows_upscaling",
                    models.BooleanField(
                        default=True,
                        help_text="Whether an image may be asked for larger than it is, within the limits.",
                    ),
                ),
                (
                    "max_scale",
                    models.FloatField(
                        blank=True,
                        help_text="How many times as wide and as high as the region of the image that is asked for an answer may be, such as 2 or 1.5. Empty or 0: as large as the other limits allow.",
                        null=True,
                        validators=[images.validators.validate_scale],
                    ),
                ),
                (
                    "min_size",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="No size in info.json has a shorter edge below so many pixels, and no tile is listed for one. 0: sizes are listed down to the first that fits into one tile. Viewers show the smallest size first.",
                    ),
                ),
                (
                    "restricts_to_sizes",
                    models.BooleanField(
                        default=False,
                        help_text="Answers only the sizes and tiles that info.json lists, and anything else with 400. Viewers that read info.json work as before; programs that ask for a size of their own do not.",
                        verbose_name="only listed sizes",
                    ),
                ),
                (
                    "meta_delimiter",
                    models.CharField(
                        blank=True,
                        default=";",
                        help_text="Stands behind an identifier, before a page or a time, and before a scale: scan.tif;3 is page 3 of scan.tif, and scan.tif;3;1:2 the same at half its size. An image that is really named like that is asked for with its page behind the name. Empty: neither is read.",
                        max_length=5,
                        validators=[images.validators.validate_delimiter],
                        verbose_name="delimiter",
                    ),
                ),
                (
                    "reads_page_arguments",
                    models.BooleanField(
                        default=False,
                        help_text="Reads ?page=3 and ?time=00:01:30 behind an address as well.",
                        verbose_name="page and time as arguments",
                    ),
                ),
                (
                    "rights",
                    models.URLField(
                        blank=True,
                        help_text="The licence or statement that info.json names for every image: an address of Creative Commons or RightsStatements.org, such as http://creativecommons.org/licenses/by/4.0/. Empty: none.",
                        validators=[images.validators.validate_rights],
                    ),
                ),
                (
                    "attribution",
                    models.CharField(
                        blank=True,
                        help_text="Whom viewers name, in version 2 of the Image API alone, which has a place for it. Empty: nobody.",
                        max_length=500,
                    ),
                ),
                (
                    "oversized_box",
                    models.CharField(
                        choices=[
                            ("clamp", "give the region in its own size (the standard's text)"),
                            ("refuse", "refuse with 400 (the official validator, Cantaloupe)"),
                        ],
                        default="clamp",
                        help_text="What version 3 answers when the box of a size like !2000,2000 is larger than the region.",
                        max_length=10,
                        verbose_name="!w,h larger than the region",
                    ),
                ),
                (
                    "tile_size",
                    models.PositiveIntegerField(
                        default=512,
                        help_text="What is advertised for images that are not stored in tiles of a sensible size, in pixels.",
                        validators=[
                            django.core.validators.MinValueValidator(64),
                            django.core.validators.MaxValueValidator(4096),
                        ],
                    ),
                ),
            ],
            options={
                "verbose_name": "endpoints",
                "verbose_name_plural": "endpoints",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="iiif_images_endpointsettings_is_single")
                ],
            },
        ),
        migrations.CreateModel(
            name="HttpSettings",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "public_url",
                    models.URLField(
                        blank=True,
                        help_text="The address by which visitors know the server, such as https://images.example.org. It stands in info.json and in links. Empty: the address of the request.",
                        validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
                        verbose_name="public URL",
                    ),
                ),
                (
                    "trusted_proxies",
                    models.TextField(
                        blank=True,
                        help_text="Addresses or networks of reverse proxies, one a line, such as 10.0.0.5 or 10.0.0.0/24. Only what they say of the visitor's address, host and scheme is believed.",
                        validators=[images.validators.validate_networks],
                    ),
                ),
                (
                    "slash_substitute",
                    models.CharField(
                        blank=True,
                        help_text="Stands for a slash in identifiers, for proxies that do not let %2F through. Usually empty.",
                        max_length=20,
                    ),
                ),
                (
                    "images_visibility",
                    models.CharField(
                        choices=[
                            ("public", "public: proxies may keep them for everybody"),
                            ("private", "private: only the visitor's own browser may keep them"),
                        ],
                        default="public",
                        max_length=10,
                        verbose_name="cached images are",
                    ),
                ),
                (
                    "images_max_age_seconds",
                    models.PositiveIntegerField(
                        default=86400,
                        help_text="Seconds for which browsers and proxies use an image without asking again; 0: they ask each time.",
                        verbose_name="images are fresh for",
                    ),
                ),
                (
                    "images_shared_max_age_seconds",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Seconds, for proxies and delivery networks alone; empty: the same as for browsers.",
                        null=True,
                        verbose_name="in shared caches for",
                    ),
                ),
                (
                    "information_max_age_seconds",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Seconds; 0: viewers ask each time, so that they see a change of settings at once.",
                        verbose_name="info.json is fresh for",
                    ),
                ),
                (
                    "viewer_hosts",
                    models.TextField(
                        blank=True,
                        help_text="Other servers whose images the page /viewer may show, one a line, such as images.example.org or images.example.org:8443. This server's own images need no line.",
                        validators=[images.validators.validate_hosts],
                    ),
                ),
            ],
            options={
                "verbose_name": "HTTP",
                "verbose_name_plural": "HTTP",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="iiif_images_httpsettings_is_single")
                ],
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("summary", models.CharField(max_length=300)),
                ("document", models.JSONField(default=dict, editable=False)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-number",),
                "permissions": [("roll_back_revision", "Can go back to a revision")],
            },
        ),
    ]
