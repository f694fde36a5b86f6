from __future__ import annotations

from django.db import migrations, models

import iiifserver.patterns

ADDED = {
    "answers_for": "everything",
    "identifier_prefix": "",
    "keeps_prefix": False,
    "identifier_pattern": "",
    "when_missing": "next",
    "lookup": "affixes",
    "lookup_prefix": "",
    "lookup_suffix": "",
    "lookup_template": "",
}


def move_suffixes(apps, schema_editor):
    """The path suffix was an option of two kinds and is now part of every row's lookup."""
    for row in apps.get_model("iiif_sources", "Source").objects.all():
        row.lookup_suffix = row.options.pop("path_suffix", None) or ""
        row.save(update_fields=["options", "lookup_suffix"])
    for revision in apps.get_model("iiif_images", "Revision").objects.all():
        for fields in revision.document.get("iiif_sources.source", {}).values():
            suffix = fields.get("options", {}).pop("path_suffix", None) or ""
            fields.update({**ADDED, "lookup_suffix": suffix})
        revision.save(update_fields=["document"])


def move_suffixes_back(apps, schema_editor):
    for row in apps.get_model("iiif_sources", "Source").objects.filter(kind__in=["filesystem", "storage"]):
        row.options["path_suffix"] = row.lookup_suffix
        row.save(update_fields=["options"])
    for revision in apps.get_model("iiif_images", "Revision").objects.all():
        for fields in revision.document.get("iiif_sources.source", {}).values():
            suffix = fields.get("lookup_suffix", "")
            for name in ADDED:
                fields.pop(name, None)
            if fields.get("kind") in {"filesystem", "storage"}:
                fields["options"]["path_suffix"] = suffix
        revision.save(update_fields=["document"])


class Migration(migrations.Migration):
    dependencies = [
        ("iiif_images", "0001_initial"),
        ("iiif_sources", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="source",
            options={
                "ordering": ("position", "name"),
                "permissions": [("write_sql", "Can write SQL statements for sources")],
            },
        ),
        migrations.AddField(
            model_name="source",
            name="answers_for",
            field=models.CharField(
                choices=[
                    ("everything", "every identifier"),
                    ("prefix", "those that begin with a prefix"),
                    ("pattern", "those that fit a pattern"),
                ],
                default="everything",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="identifier_pattern",
            field=models.CharField(
                blank=True,
                help_text="A regular expression that a whole identifier must fit, such as (?P&lt;shelf&gt;[a-z]+)-(?P&lt;number&gt;[0-9]+). For “those that fit a pattern”; a template may use the named groups.",
                max_length=500,
                validators=[iiifserver.patterns.check_pattern],
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="identifier_prefix",
            field=models.CharField(
                blank=True,
                help_text="The beginning of the identifiers, such as maps/. For “those that begin with a prefix”.",
                max_length=500,
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="keeps_prefix",
            field=models.BooleanField(
                default=False,
                help_text="Whether the image is looked for under the whole identifier; otherwise what follows the prefix.",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="lookup",
            field=models.CharField(
                choices=[
                    ("affixes", "the identifier, with a prefix and a suffix"),
                    ("template", "a template"),
                    ("delegate", "asked of the site's delegate"),
                ],
                default="affixes",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="lookup_prefix",
            field=models.CharField(
                blank=True, help_text="Put in front of the identifier, such as scans/. Usually empty.", max_length=500
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="lookup_suffix",
            field=models.CharField(
                blank=True, help_text="Added to the identifier, such as .tif. Usually empty.", max_length=500
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="lookup_template",
            field=models.CharField(
                blank=True,
                help_text="For “a template”: such as {shelf}/{number}.tif with groups of the pattern, or {hash:2}/{hash:2}/{identifier}.tif, where {hash:2} are the next two hexadecimal digits of the identifier's SHA-256. There are {md5:2} and {sha1:2} too.",
                max_length=500,
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="when_missing",
            field=models.CharField(
                choices=[("next", "ask the next source"), ("stop", "stop: there is no such image")],
                default="next",
                help_text="What to do when this source does not have an image that it answers for.",
                max_length=20,
            ),
        ),
        migrations.RunPython(move_suffixes, move_suffixes_back),
    ]
