from __future__ import annotations

import pytest

from iiifserver.secrets import encrypted
from images.configuration import DocumentError, blanked, current_document, differences, restore
from images.models import EndpointSettings, Revision
from processors.models import FormatAssignment, Processor
from sources.models import Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def scans():
    return Source.objects.create(name="scans", kind="filesystem", options={"path_prefix": "/srv/scans"})


def test_each_change_makes_a_revision_that_holds_the_whole_configuration(scans):
    document = Revision.objects.first().document
    assert document["iiif_sources.source"]["scans"]["options"] == {"path_prefix": "/srv/scans"}


def test_going_back_brings_a_deleted_row_again(scans):
    document = current_document()
    scans.delete()
    restore(document)
    assert Source.objects.get().options == {"path_prefix": "/srv/scans"}


def test_going_back_removes_a_row_that_was_not_there(scans):
    document = current_document()
    Source.objects.create(name="later", kind="filesystem")
    restore(document)
    assert [row.name for row in Source.objects.all()] == ["scans"]


def test_going_back_changes_a_row_in_place(scans):
    document = current_document()
    scans.options = {"path_prefix": "/srv/elsewhere"}
    scans.save()
    restore(document)
    assert Source.objects.get(pk=scans.pk).options == {"path_prefix": "/srv/scans"}


def test_a_row_that_points_to_another_points_to_it_again():
    processor = Processor.objects.create(name="Pillow", kind="pillow")
    FormatAssignment.objects.create(format_name="jpeg", processor=processor)
    document = current_document()
    processor.delete()
    restore(document)
    assert FormatAssignment.objects.get().processor.name == "Pillow"


def test_going_back_is_one_revision_with_its_author(scans, admin_user):
    document = current_document()
    Source.objects.create(name="later", kind="filesystem")
    count = Revision.objects.count()
    restore(document, admin_user, "Went back")
    newest = Revision.objects.first()
    assert (Revision.objects.count(), newest.author, newest.summary) == (count + 1, admin_user, "Went back")


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "not an object"),
        ({"auth.user": {}}, "no section"),
        ({"iiif_sources.source": []}, "does not hold rows"),
        ({"iiif_sources.source": {"scans": {"name": "scans", "colour": "red"}}}, "no field"),
        ({"iiif_sources.source": {"scans": {"name": "", "kind": "filesystem"}}}, "scans"),
        ({"iiif_sources.source": {"scans": {"name": "scans", "kind": "x", "position": "first"}}}, "scans"),
        ({"iiif_processors.formatassignment": {"jpeg": {"format_name": "jpeg", "processor": "gone"}}}, "There is no"),
    ],
)
def test_a_document_that_is_no_configuration_changes_nothing(document, sentence, scans):
    with pytest.raises(DocumentError, match=sentence):
        restore(document)
    assert Source.objects.get() == scans


def test_limits_that_contradict_each_other_are_refused():
    document = current_document()
    document["iiif_images.endpointsettings"] = {"endpoints": {"max_height": 500}}
    with pytest.raises(DocumentError, match="max width"):
        restore(document)
    assert not EndpointSettings.objects.exists()


def test_a_difference_names_the_row_the_field_and_both_values(scans):
    before = current_document()
    scans.options = {"path_prefix": "/srv/elsewhere"}
    scans.enabled = False
    scans.save()
    assert differences(before, current_document()) == [
        "source “scans”: enabled yes → no",
        "source “scans”: options.path_prefix /srv/scans → /srv/elsewhere",
    ]


def test_a_difference_tells_of_rows_that_came_and_went(scans):
    before = current_document()
    scans.delete()
    after = current_document()
    assert differences(before, after) == ["- source “scans”"]
    assert differences(after, before)[0].startswith("+ source “scans”: ")


def test_a_difference_shows_no_secret(scans):
    scans.options = {"password": encrypted("old")}
    scans.save()
    before = current_document()
    scans.options = {"password": encrypted("new")}
    scans.save()
    assert differences(before, current_document()) == ["source “scans”: options.password was typed anew"]
    assert "encrypted:" not in str(blanked(before))
