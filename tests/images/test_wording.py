"""Rules that write rights, credit and source into answers."""

from __future__ import annotations

import io

import pytest

from images.metrics import handed_out_total
from images.runtime import keeper
from overlays.models import Overlay
from processors.metadata import fields_of
from processors.metadata_blocks import blocks_in
from tests.processors.worded import picture_with_words

WHOLE, TILE = "full/max/0/default.jpg", "0,0,30,20/max/0/default.jpg"


@pytest.fixture
def harbour(service):
    from iiifserver.iiif.formats import Format

    (service.folder / "harbour.jpg").write_bytes(picture_with_words(Format.JPG))
    return service


def rule(name="Rights", options=None, **columns):
    Overlay.objects.create(name=name, kind="metadata", options=options or {}, **columns)
    keeper.forget()


def said(service, parameters=WHOLE, identifier="harbour.jpg", **options):
    response = service.get(f"/iiif/3/{identifier}/{parameters}", **options)
    assert response.status_code == 200, response.content
    kind = {"jpg": "jpeg", "tif": "tiff"}.get(parameters.rpartition(".")[2], "png")
    found = fields_of(blocks_in(io.BytesIO(response.content), kind))
    return {name: [text.value for text in texts] for name, texts in found.items()}


@pytest.mark.parametrize("extension", ["jpg", "png", "tif"])
def test_rights_credit_and_source_stand_in_the_answer(harbour, extension):
    texts = {
        "copyright_notice": "© {xmp:dc:creator}",
        "credit": "Library {filename}",
        "source_address": "https://x.example/1",
    }
    rule(options=texts)
    found = said(harbour, WHOLE.replace("jpg", extension))
    assert found["xmp:dc:rights"][0].startswith("© Ada")
    assert found["xmp:photoshop:Credit"] == ["Library harbour.jpg"]
    assert found["xmp:dc:source"] == ["https://x.example/1"]
    if extension == "jpg":
        assert found["iptc:Credit"] == ["Library harbour.jpg"]
        assert found["iptc:CopyrightNotice"][0].startswith("© Ada")


def test_a_tile_holds_no_words_and_stays_the_same_picture_for_all(harbour):
    before = harbour.get(f"/iiif/3/harbour.jpg/{TILE}")
    rule(options={"credit": "City Library"})
    after = harbour.get(f"/iiif/3/harbour.jpg/{TILE}")
    assert (before["ETag"], before.content) == (after["ETag"], after.content)


def test_only_the_images_of_the_rule_say_it(harbour):
    harbour.draw("other.jpg")
    rule(options={"credit": "City Library"}, identifier_pattern="harb.*")
    assert said(harbour)["iptc:Credit"] == ["City Library"]
    assert "iptc:Credit" not in said(harbour, identifier="other.jpg")


def test_the_last_rule_goes_before_the_others(harbour):
    rule("Second", {"credit": "Second"}, position=20)
    rule("First", {"credit": "First", "copyright_notice": "© First"}, position=10)
    found = said(harbour)
    assert (found["iptc:Credit"], found["iptc:CopyrightNotice"]) == (["Second"], ["© First"])


def test_what_was_there_is_kept_or_dropped(harbour):
    assert said(harbour)["xmp:dc:creator"] == ["Ada", "Grace"]
    rule(options={"keep": "nothing", "credit": "City Library"})
    found = said(harbour)
    assert "xmp:dc:creator" not in found
    assert found["iptc:Credit"] == ["City Library"]


def test_all_that_was_there_is_kept_where_a_rule_says_so(harbour):
    assert "xmp:dc:subject" not in said(harbour)
    rule(options={"keep": "all"})
    assert said(harbour)["xmp:dc:subject"] == ["sea", "ships"]


def test_braces_of_the_image_are_no_words(harbour):
    rule(options={"credit": "{{identifier}}"})
    assert said(harbour)["iptc:Credit"] == ["{identifier}"]


def test_who_asks_makes_a_difference(harbour, django_user_model):
    rule(options={"credit": "City Library"}, audience="strangers")
    stranger = harbour.get(f"/iiif/3/harbour.jpg/{WHOLE}")
    assert "private" in stranger["Cache-Control"]
    harbour.client.force_login(django_user_model.objects.create_user("ada", password="x"))
    assert "iptc:Credit" not in said(harbour)


def test_the_file_is_not_handed_out_as_it_is_stored(harbour):
    before = handed_out_total._value.get()
    rule(options={"credit": "City Library"})
    assert said(harbour)["iptc:Credit"] == ["City Library"]
    assert handed_out_total._value.get() == before
