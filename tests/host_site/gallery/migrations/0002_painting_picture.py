from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gallery", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="painting",
            name="picture",
            field=models.ImageField(blank=True, upload_to="pictures/"),
        ),
    ]
