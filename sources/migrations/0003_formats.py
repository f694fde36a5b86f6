from __future__ import annotations

from django.db import migrations

import sources.formats

PICTURES = ["avif", "bmp", "gif", "heif", "jpeg", "jpeg2000", "jpegxl", "png", "tiff", "webp"]


def add_to_revisions(apps, schema_editor):
    """What stood in a row before it could name formats could be read from it."""
    for revision in apps.get_model("iiif_images", "Revision").objects.all():
        for fields in revision.document.get("iiif_sources.source", {}).values():
            fields.setdefault("formats", PICTURES)
        revision.save(update_fields=["document"])


def take_from_revisions(apps, schema_editor):
    for revision in apps.get_model("iiif_images", "Revision").objects.all():
        for fields in revision.document.get("iiif_sources.source", {}).values():
            fields.pop("formats", None)
        revision.save(update_fields=["document"])


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_images", "0001_initial"),
        ("iiif_sources", "0002_identifiers_and_lookups"),
    ]

    operations = [
        migrations.AddField(
            model_name="source",
            name="formats",
            field=sources.formats.FormatsField(
                default=sources.formats.pictures,
                help_text="What may be read from here; any other file is refused, whatever it is called. Where strangers can put files, choose no more than you need.",
                validators=[sources.formats.check_formats],
            ),
        ),
        migrations.RunPython(add_to_revisions, take_from_revisions),
    ]
