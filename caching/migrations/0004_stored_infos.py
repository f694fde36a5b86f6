from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_caching", "0003_purges_by_scope"),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredInfo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("image", models.CharField(max_length=32)),
                ("picture", models.CharField(max_length=32)),
                ("content", models.BinaryField()),
                ("size", models.PositiveIntegerField()),
                ("used_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("image", "picture"), name="iiif_caching_one_per_page")],
            },
        ),
    ]
