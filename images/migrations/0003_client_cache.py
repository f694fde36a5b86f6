from __future__ import annotations

from django.db import migrations, models

import images.validators


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_images", "0002_proxy_headers"),
    ]

    operations = [
        migrations.AddField(
            model_name="httpsettings",
            name="cache_steering",
            field=models.TextField(
                blank=True,
                help_text="Addresses or networks, one a line, from which the argument cache=false or cache=recache is obeyed. Everybody else must be signed in and be allowed to change caches.",
                validators=[images.validators.validate_networks],
                verbose_name="who steers caches",
            ),
        ),
        migrations.AddField(
            model_name="httpsettings",
            name="images_are_cached",
            field=models.BooleanField(
                default=True,
                help_text="Tells browsers and proxies how long they may keep images. Switched off, nothing is said, and a proxy in front may add its own rules.",
                verbose_name="send Cache-Control",
            ),
        ),
        migrations.AddField(
            model_name="httpsettings",
            name="images_must_revalidate",
            field=models.BooleanField(
                default=False,
                help_text="An old image is not shown even where the server cannot be asked (must-revalidate).",
                verbose_name="never old",
            ),
        ),
        migrations.AddField(
            model_name="httpsettings",
            name="images_no_cache",
            field=models.BooleanField(
                default=False,
                help_text="Images are kept, and asked about before each use (no-cache).",
                verbose_name="ask each time",
            ),
        ),
        migrations.AddField(
            model_name="httpsettings",
            name="images_no_store",
            field=models.BooleanField(
                default=False,
                help_text="Images are not kept at all (no-store). Viewers become slow.",
                verbose_name="keep nothing",
            ),
        ),
        migrations.AddField(
            model_name="httpsettings",
            name="images_no_transform",
            field=models.BooleanField(
                default=False,
                help_text="Proxies must not compress images further or change them in another way (no-transform).",
                verbose_name="not to be changed",
            ),
        ),
        migrations.AddField(
            model_name="httpsettings",
            name="images_proxy_revalidate",
            field=models.BooleanField(
                default=False,
                help_text="The same, for proxies alone (proxy-revalidate).",
                verbose_name="never old in proxies",
            ),
        ),
        migrations.AddField(
            model_name="httpsettings",
            name="images_stale_while_revalidate_seconds",
            field=models.PositiveIntegerField(
                default=0,
                help_text="Seconds for which an image that is no longer fresh is shown at once, and asked about meanwhile (stale-while-revalidate); 0: visitors wait for the answer.",
                verbose_name="old ones are shown for",
            ),
        ),
        migrations.AlterField(
            model_name="httpsettings",
            name="images_max_age_seconds",
            field=models.PositiveIntegerField(
                default=86400,
                help_text="Seconds for which browsers and proxies use an image without asking again (max-age); 0: they ask each time.",
                verbose_name="images are fresh for",
            ),
        ),
        migrations.AlterField(
            model_name="httpsettings",
            name="images_shared_max_age_seconds",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Seconds, for proxies and delivery networks alone (s-maxage); empty: the same as for browsers.",
                null=True,
                verbose_name="in shared caches for",
            ),
        ),
    ]
