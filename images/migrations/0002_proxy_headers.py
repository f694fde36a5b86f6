from __future__ import annotations

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_images", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="httpsettings",
            name="proxy_headers",
            field=models.CharField(
                choices=[
                    ("x-forwarded", "X-Forwarded-For, -Proto, -Host and -Port (nginx, Apache, Caddy and most others)"),
                    ("forwarded", "Forwarded (the standard, RFC 7239)"),
                ],
                default="x-forwarded",
                help_text="What trusted proxies write. They must write it themselves in every request, and not let through what a visitor has sent: the other kind is ignored.",
                max_length=12,
                verbose_name="proxies speak through",
            ),
        ),
        migrations.AlterField(
            model_name="httpsettings",
            name="public_url",
            field=models.URLField(
                blank=True,
                help_text="The address by which visitors know the server, such as https://images.example.org. It stands in info.json and in links; a path may follow the host. Empty: the address of the request.",
                validators=[django.core.validators.URLValidator(schemes=["http", "https"])],
                verbose_name="public URL",
            ),
        ),
    ]
