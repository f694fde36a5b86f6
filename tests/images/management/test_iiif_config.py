from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from images import first_rows
from images.models import Revision
from sources.models import Source

pytestmark = pytest.mark.django_db

COMPARISONS = [("diff",), ("import", "--dry-run")]


def run(*arguments):
    out = io.StringIO()
    call_command("iiif_config", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def exported(tmp_path):
    first_rows.create()
    file = tmp_path / "configuration.json"
    run("export", str(file))
    return file


def test_what_is_exported_can_be_imported(exported):
    Source.objects.all().first().delete()
    run("import", str(exported))
    assert Source.objects.count() == 2


def test_an_export_goes_to_standard_output_where_no_file_is_named(exported):
    assert json.loads(run("export")) == json.loads(exported.read_text())


def test_an_import_is_one_revision(exported):
    Source.objects.all().delete()
    count = Revision.objects.count()
    run("import", str(exported))
    assert (Revision.objects.count(), Revision.objects.first().summary) == (count + 1, "Imported a configuration")


def test_an_import_of_what_is_there_already_makes_no_revision(exported):
    count = Revision.objects.count()
    assert run("import", str(exported)) == "Nothing had to be changed.\n"
    assert Revision.objects.count() == count


@pytest.mark.parametrize("arguments", COMPARISONS, ids=" ".join)
def test_a_comparison_tells_what_would_change_and_changes_nothing(exported, arguments):
    Source.objects.filter(name="Samples").delete()
    assert run(*arguments, str(exported)).startswith("+ source “Samples”")
    assert Source.objects.count() == 1


def test_a_comparison_tells_what_an_import_does_with_fields_that_the_file_leaves_out(exported):
    document = json.loads(exported.read_text())
    document["iiif_sources.source"]["Samples"] = {"enabled": False}
    exported.write_text(json.dumps(document))
    told = run("diff", str(exported))
    assert told == "source “Samples”: enabled yes → no\n"
    assert run("import", str(exported)) == told


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is not JSON"),
        ("1" * 5000, "is not JSON"),
        ("[" * 200_000, "inside each other"),
        ("[1, 2]", "is not a configuration"),
        ('{"a": {}}', "There is no section “a”"),
        ('{"iiif_sources.source": {"X": 5}}', "does not hold rows by name"),
        ('{"iiif_sources.source": {"X": {"colour": "red"}}}', "“X” has no field “colour”"),
    ],
)
@pytest.mark.parametrize("arguments", [*COMPARISONS, ("import",)], ids=" ".join)
def test_a_file_that_is_no_configuration_is_refused_in_a_sentence(exported, arguments, content, sentence):
    exported.write_text(content)
    with pytest.raises(CommandError, match=sentence):
        run(*arguments, str(exported))
    assert Source.objects.count() == 2


def test_a_missing_file_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        run("diff", str(tmp_path / "nothing.json"))


@pytest.mark.parametrize("arguments", [*COMPARISONS, ("import",)], ids=" ".join)
def test_a_file_without_a_section_is_refused_unless_it_is_meant(exported, arguments):
    document = json.loads(exported.read_text())
    del document["iiif_sources.source"]
    exported.write_text(json.dumps(document))
    with pytest.raises(CommandError, match=r"has no section “iiif_sources\.source”\. With --partial"):
        run(*arguments, str(exported))
    assert run(*arguments, "--partial", str(exported)).startswith("Nothing ")
    assert Source.objects.count() == 2
