from __future__ import annotations

import django.core.validators
from django.db import migrations, models

import iiifserver.patterns
import images.validators


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_images", "0003_client_cache"),
    ]

    operations = [
        migrations.CreateModel(
            name="DescriptionLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="For this list alone.", max_length=100, unique=True)),
                ("enabled", models.BooleanField(default=True)),
                (
                    "position",
                    models.PositiveIntegerField(
                        default=10, help_text="Lower numbers come first.", verbose_name="order"
                    ),
                ),
                (
                    "identifier_pattern",
                    models.CharField(
                        blank=True,
                        help_text="A regular expression that a whole identifier must fit, such as scans/.* for all below scans/. Empty for every image.",
                        max_length=500,
                        validators=[iiifserver.patterns.check_pattern],
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("seeAlso", "see also: data about the image, for programs"),
                            ("partOf", "part of: a manifest or a collection that has the image"),
                            ("service", "service: something that can be asked about the image"),
                        ],
                        default="seeAlso",
                        max_length=20,
                    ),
                ),
                (
                    "address",
                    models.CharField(
                        help_text="Such as https://catalogue.example.org/records/{identifier}.json, where {identifier} stands for the identifier of the image.",
                        max_length=500,
                        validators=[images.validators.validate_address_template],
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        default="Dataset",
                        help_text="What is at the address, in one word of IIIF: Dataset, Text, Manifest, Collection, or the type of a service such as SearchService2.",
                        max_length=100,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z][A-Za-z0-9:]*$", "A type is one word, such as Dataset or Manifest."
                            )
                        ],
                    ),
                ),
                ("label", models.CharField(blank=True, help_text="For people. Empty: none.", max_length=200)),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        help_text="Such as en or de. Empty: any.",
                        max_length=35,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$", "A language is written like en or pt-BR."
                            )
                        ],
                        verbose_name="language of the label",
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        blank=True,
                        help_text="The media type of what is there, such as application/xml. Not for services. Empty: none.",
                        max_length=100,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+$", "A format is written like application/xml."
                            )
                        ],
                    ),
                ),
                (
                    "profile",
                    models.CharField(
                        blank=True,
                        help_text="The address of the schema, or of the protocol of a service. Empty: none.",
                        max_length=500,
                        validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
                    ),
                ),
                (
                    "context",
                    models.CharField(
                        blank=True,
                        help_text="For services: the address of the JSON-LD context in which the words of the service are explained. Empty: none.",
                        max_length=500,
                        validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
                    ),
                ),
            ],
            options={
                "verbose_name": "link",
                "ordering": ("position", "name"),
            },
        ),
        migrations.AddField(
            model_name="endpointsettings",
            name="attribution_fields",
            field=models.CharField(
                blank=True,
                help_text="Fields that go before the attribution above, such as iptc:CopyrightNotice xmp:dc:rights. Empty: none.",
                max_length=500,
                validators=[images.validators.validate_field_names],
                verbose_name="attribution from the image",
            ),
        ),
        migrations.AddField(
            model_name="endpointsettings",
            name="collections_enabled",
            field=models.BooleanField(
                default=False,
                help_text="For each folder of images a collection of the Presentation API 3.0. It tells everybody what is in the folder; images that a visitor may not see are left out.",
                verbose_name="collections of folders",
            ),
        ),
        migrations.AddField(
            model_name="endpointsettings",
            name="label_fields",
            field=models.CharField(
                blank=True,
                default="xmp:dc:title iptc:ObjectName xmp:photoshop:Headline iptc:Headline",
                help_text="Fields for the label of a manifest. An image that has none of them is called by its file. Empty: all are.",
                max_length=500,
                validators=[images.validators.validate_field_names],
                verbose_name="title from the image",
            ),
        ),
        migrations.AddField(
            model_name="endpointsettings",
            name="logo",
            field=models.URLField(
                blank=True,
                help_text="The address of a small picture, which manifests and version 2 of the Image API name. Empty: none.",
                validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
            ),
        ),
        migrations.AddField(
            model_name="endpointsettings",
            name="manifests_enabled",
            field=models.BooleanField(
                default=True,
                help_text="For each image a manifest of the Presentation API 3.0, which viewers open like a book: a page for each page of the file.",
                verbose_name="manifests at /iiif/presentation/3",
            ),
        ),
        migrations.AddField(
            model_name="endpointsettings",
            name="preferred_formats",
            field=models.CharField(
                blank=True,
                help_text="What viewers of version 3 ask for, the best first, such as webp jpg. Some then ask for every tile in the first of them. Empty: they choose.",
                max_length=50,
                validators=[images.validators.validate_formats],
            ),
        ),
        migrations.AddField(
            model_name="endpointsettings",
            name="rights_fields",
            field=models.CharField(
                blank=True,
                help_text="Fields of the image's own words, with blanks between them; the first that an image has goes before the rights above, such as xmp:xmpRights:WebStatement. What is no address is passed over. Empty: none.",
                max_length=500,
                validators=[images.validators.validate_field_names],
                verbose_name="rights from the image",
            ),
        ),
        migrations.AlterField(
            model_name="endpointsettings",
            name="attribution",
            field=models.CharField(
                blank=True,
                help_text="Whom manifests and version 2 of the Image API name for every image. Empty: nobody.",
                max_length=500,
            ),
        ),
    ]
