from __future__ import annotations

import django.core.validators
from django.db import migrations, models

import images.validators


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_images", "0011_activity"),
    ]

    operations = [
        migrations.AlterField(
            model_name="httpsettings",
            name="public_url",
            field=models.URLField(
                blank=True,
                help_text="The address by which visitors know the server, such as https://images.example.org. It stands in info.json and in links; a path may follow the host. Empty: the address of the request.",
                validators=[
                    django.core.validators.URLValidator(schemes=["http", "https"]),
                    images.validators.validate_public_url,
                ],
                verbose_name="public URL",
            ),
        ),
        migrations.AlterField(
            model_name="httpsettings",
            name="slash_substitute",
            field=models.CharField(
                blank=True,
                help_text="Stands for a slash in the identifiers of addresses, for proxies that do not let %2F through: such as __, if that stands in none of your identifiers. Usually empty.",
                max_length=20,
                validators=[images.validators.validate_slash_substitute],
            ),
        ),
    ]
