from __future__ import annotations

import pytest

from iiifserver.secrets import encrypted
from images.configuration import current_document
from images.differences import blanked, differences
from images.models import EndpointSettings, Revision
from images.restoring import DocumentError, rehearsed, restore
from overlays.models import Overlay
from processors.models import FormatAssignment, Processor
from sources.models import Source

pytestmark = pytest.mark.django_db


def nested(depth):
    return {"inside": nested(depth - 1)} if depth else {}


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
        ({"iiif_sources.source": {"scans": []}}, "does not hold rows"),
        ({"iiif_sources.source": {"scans": {"options": [1]}}}, "“scans”, field “options”: This must be an object."),
        ({"iiif_sources.source": {"scans": {"formats": {}}}}, "“scans”, field “formats”: This must be a list."),
        ({"iiif_sources.source": {"scans": {"name": "scans", "colour": "red"}}}, "no field “colour”"),
        ({"iiif_sources.source": {"scans": {"name": "", "kind": "filesystem"}}}, "“scans”, field “name”: "),
        ({"iiif_sources.source": {"scans": {"name": "other", "kind": "filesystem"}}}, "“scans” is called “other”"),
        ({"iiif_sources.source": {"scans": {"position": "first"}}}, "“scans”, field “position”: "),
        ({"iiif_sources.source": {"scans": {"lookup_prefix": None}}}, "“scans”, field “lookup_prefix”: "),
        ({"iiif_sources.source": {"scans": {"lookup_prefix": ["a"]}}}, "“scans”, field “lookup_prefix”: "),
        ({"iiif_sources.source": {"scans": {"options": None}}}, "“scans”, field “options”: "),
        ({"iiif_sources.source": {"scans": {"options": {"a": float("nan")}}}}, "“scans” holds nan"),
        ({"iiif_sources.source": {"scans": {"options": {"a\0": 1}}}}, "“scans” holds a zero byte"),
        ({"iiif_sources.source": {"scans": {"options": {"a": "\ud800"}}}}, "half of a character"),
        ({"iiif_sources.source": {"scans": {"options": nested(60)}}}, "“scans” holds values inside each other"),
        ({"iiif_overlays.overlay": {"mark": {"first_day": 5}}}, "“mark”, field “first_day”: "),
        ({"iiif_overlays.overlay": {"mark": {"audience": "nobody"}}}, "“mark”, field “audience”: "),
        ({"iiif_processors.formatassignment": {"jpeg": {"processor": "gone"}}}, "There is no processor “gone”"),
        ({"iiif_processors.formatassignment": {"jpeg": {"processor": {}}}}, "“jpeg”, field “processor”: "),
    ],
)
@pytest.mark.parametrize("act", [restore, rehearsed])
def test_a_document_that_is_no_configuration_changes_nothing(act, document, sentence, scans):
    with pytest.raises(DocumentError, match=sentence):
        act(document)
    assert Source.objects.get() == scans


def test_a_rehearsal_tells_what_would_be_and_changes_nothing(scans):
    document = current_document()
    scans.delete()
    before = (current_document(), Revision.objects.count())
    assert rehearsed(document) == document
    assert (current_document(), Revision.objects.count()) == before


def test_what_the_document_has_no_section_for_stays_as_it_is(scans):
    restore({"iiif_caching.cache": {}})
    assert Source.objects.get() == scans


def test_a_row_that_another_needs_is_not_left_out(scans):
    document = current_document()
    Overlay.objects.create(name="mark", kind="text", source=scans)
    del document["iiif_overlays.overlay"]
    document["iiif_sources.source"] = {}
    with pytest.raises(DocumentError, match="There is no source “scans” in the document, but “mark” points to it"):
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
