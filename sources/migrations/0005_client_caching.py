from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_sources", "0004_uploads"),
    ]

    operations = [
        migrations.AddField(
            model_name="source",
            name="client_information_max_age_seconds",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Seconds for which info.json and manifests are used without asking again. Empty: as under HTTP.",
                null=True,
                verbose_name="info.json is fresh for",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="client_max_age_seconds",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Seconds for which browsers and proxies use an image without asking again (max-age). Empty: as under HTTP.",
                null=True,
                verbose_name="images are fresh for",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="client_must_revalidate",
            field=models.BooleanField(
                blank=True,
                choices=[(None, "as under HTTP"), (True, "yes"), (False, "no")],
                help_text="No old image even where the server cannot be asked.",
                null=True,
                verbose_name="never old",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="client_no_cache",
            field=models.BooleanField(
                blank=True,
                choices=[(None, "as under HTTP"), (True, "yes"), (False, "no")],
                help_text="Images are kept, and asked about before each use (no-cache).",
                null=True,
                verbose_name="ask each time",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="client_no_store",
            field=models.BooleanField(
                blank=True,
                choices=[(None, "as under HTTP"), (True, "yes"), (False, "no")],
                help_text="Images are not kept at all (no-store). Viewers become slow.",
                null=True,
                verbose_name="keep nothing",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="client_no_transform",
            field=models.BooleanField(
                blank=True,
                choices=[(None, "as under HTTP"), (True, "yes"), (False, "no")],
                help_text="Proxies must not compress images further (no-transform).",
                null=True,
                verbose_name="not to be changed",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="client_proxy_revalidate",
            field=models.BooleanField(
                blank=True,
                choices=[(None, "as under HTTP"), (True, "yes"), (False, "no")],
                help_text="The same, for proxies alone (proxy-revalidate).",
                null=True,
                verbose_name="never old in proxies",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="client_shared_max_age_seconds",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Seconds for proxies and delivery networks alone (s-maxage). Empty: as under HTTP.",
                null=True,
                verbose_name="in shared caches for",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="client_stale_while_revalidate_seconds",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Seconds for which an image that is no longer fresh is shown at once, and asked about meanwhile (stale-while-revalidate). Empty: as under HTTP.",
                null=True,
                verbose_name="old ones are shown for",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="client_visibility",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "as under HTTP"),
                    ("public", "public: proxies may keep them for everybody"),
                    ("private", "private: only the visitor's own browser may keep them"),
                ],
                help_text="Private keeps info.json and manifests of these images out of proxies and delivery networks too.",
                max_length=10,
                verbose_name="cached images are",
            ),
        ),
    ]
