from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_images", "0010_jobs_handed_over"),
    ]

    operations = [
        migrations.CreateModel(
            name="ActivitySample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("machine", models.CharField(max_length=100)),
                (
                    "resolution",
                    models.PositiveSmallIntegerField(help_text="How long the span is meant to be, in seconds."),
                ),
                ("begins_at", models.DateTimeField()),
                ("seconds", models.FloatField(help_text="For how long somebody noted it.")),
                ("numbers", models.JSONField()),
            ],
            options={
                "ordering": ("begins_at", "machine"),
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("machine", "resolution", "begins_at"), name="iiif_activity_one_row")
                ],
            },
        ),
    ]
