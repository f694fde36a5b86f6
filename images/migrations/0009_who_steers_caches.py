from __future__ import annotations

from django.db import migrations, models

import images.validators


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_images", "0008_working_copies"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="may_purge",
            field=models.BooleanField(
                default=True,
                help_text="May purge caches at /tasks, and ask for images with the argument cache.",
                verbose_name="tasks",
            ),
        ),
        migrations.AlterField(
            model_name="httpsettings",
            name="cache_steering",
            field=models.TextField(
                blank=True,
                help_text="Addresses or networks, one a line, from which the argument cache=false or cache=recache is obeyed. Everybody else must be signed in and be allowed to change caches, or show a token that may purge.",
                validators=[images.validators.validate_networks],
                verbose_name="who steers caches",
            ),
        ),
    ]
