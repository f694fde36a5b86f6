"""What is said of images: typed by staff, or taken from the image's own words."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
import tifffile
from django.core.exceptions import ValidationError
from PIL import Image

from iiifserver.iiif.formats import Format
from iiifserver.testing import drawn
from images.configuration import current_document
from images.description_links import DescriptionLink
from images.metrics import collected, total
from images.models import EndpointSettings
from images.restoring import restore
from images.runtime import keeper
from processors import metadata
from processors.models import OutputSettings
from tests.processors.worded import picture_with_words

BY = "http://creativecommons.org/licenses/by/4.0/"
FIELDS = {"rights_fields": "xmp:xmpRights:WebStatement", "attribution_fields": "exif:Nothing iptc:CopyrightNotice"}


@pytest.fixture
def harbour(service):
    (service.folder / "harbour.jpg").write_bytes(picture_with_words(Format.JPG))
    return "harbour.jpg"


@pytest.fixture
def link(service):
    def make(**values):
        row = DescriptionLink(**{"name": "data", "address": "https://example.org/{identifier}.json", **values})
        row.full_clean()
        row.save()
        keeper.forget()
        return row

    return make


def test_rights_and_attribution_come_from_the_image(service, endpoints, harbour):
    """I3-191, I2-024."""
    endpoints(**FIELDS, rights="http://rightsstatements.org/vocab/InC/1.0/", attribution="City Library")
    assert service.info(harbour)["rights"] == BY
    said = service.info(harbour, 2)
    assert (said["license"], said["attribution"]) == (BY, "© City Library")
    said = service.info("card.png", 2)
    assert (said["license"], said["attribution"]) == ("http://rightsstatements.org/vocab/InC/1.0/", "City Library")


@pytest.fixture
def reads(monkeypatch):
    """Counts how often words are looked for."""
    looked = []
    original = metadata.blocks_in

    def counting(*args, **kwargs):
        looked.append(args)
        return original(*args, **kwargs)

    monkeypatch.setattr(metadata, "blocks_in", counting)
    return looked


def test_words_are_read_once_and_remembered(service, endpoints, harbour, reads):
    endpoints(**FIELDS)
    answers = {service.get(f"/iiif/3/{harbour}/info.json").content for _ in range(3)}
    assert (len(answers), len(reads)) == (1, 1)
    service.info(harbour, 2)
    assert len(reads) == 1


def test_words_that_nobody_needs_are_not_read(service, endpoints, harbour, reads):
    service.info(harbour)
    service.info(harbour, 2)
    service.image("0,0,10,10/max/0/default.jpg", harbour)
    endpoints(**FIELDS)
    service.image("0,0,10,10/max/0/default.jpg", harbour)
    assert reads == []


def test_a_change_of_the_mapping_holds_at_once(service, endpoints, harbour):
    endpoints(**FIELDS)
    etag = service.get(f"/iiif/2/{harbour}/info.json")["ETag"]
    endpoints(attribution_fields="xmp:dc:creator")
    response = service.get(f"/iiif/2/{harbour}/info.json", if_none_match=etag)
    assert response.status_code == 200
    assert response.json()["attribution"] == ["Ada", "Grace"]


def test_a_logo_stands_in_version_2_alone(service, endpoints):
    endpoints(logo="https://example.org/logo.png")
    assert service.info("card.png", 2)["logo"] == "https://example.org/logo.png"
    assert "logo" not in service.info("card.png")


def test_a_link_is_for_the_images_that_it_names(service, link):
    """I3-196."""
    service.draw("scans/a b.png")
    link(identifier_pattern="scans/.*", label="Record", language="en", format="application/json")
    assert service.info("scans%2Fa%20b.png")["seeAlso"] == [
        {
            "id": "https://example.org/scans%2Fa%20b.png.json",
            "type": "Dataset",
            "label": {"en": ["Record"]},
            "format": "application/json",
        }
    ]
    assert "seeAlso" not in service.info("card.png")


def test_a_link_that_is_switched_off_is_not_there(service, link):
    link(enabled=False)
    assert "seeAlso" not in service.info("card.png")


@pytest.mark.parametrize(
    "values",
    [
        {"address": "javascript:alert(1)"},
        {"address": "https://example.org/{other}"},
        {"address": "https://example.org/{identifier"},
        {"address": "not an address"},
        {"identifier_pattern": "("},
        {"kind": "partOf", "type": "Dataset"},
        {"kind": "seeAlso", "context": "https://example.org/context.json"},
        {"type": "two words"},
        {"language": "English!"},
        {"format": "xml"},
        {"profile": "level2"},
    ],
)
def test_a_link_that_cannot_be_is_refused(link, values):
    with pytest.raises(ValidationError):
        link(**values)


def test_links_are_part_of_the_configuration(service, link):
    link(label="Record")
    document = json.loads(json.dumps(current_document()))
    DescriptionLink.objects.get().delete()
    restore(document)
    keeper.forget()
    assert service.info("card.png")["seeAlso"][0]["label"] == {"none": ["Record"]}


@pytest.mark.parametrize("field", ["rights_fields", "attribution_fields", "label_fields"])
def test_fields_that_cannot_be_are_refused(field):
    with pytest.raises(ValidationError, match="is no field"):
        EndpointSettings(**{field: "exif:Artist copyright"}).clean_fields()


def test_preferred_formats_are_told_to_viewers(service, endpoints):
    """I3-190."""
    assert "preferredFormats" not in service.info("card.png")
    endpoints(preferred_formats="webp jpg")
    said = service.info("card.png")
    assert said["preferredFormats"] == ["webp", "jpg"]
    assert set(said["preferredFormats"]) <= {"jpg", "png", *said["extraFormats"]}
    assert "preferredFormats" not in service.info("card.png", 2)


@pytest.mark.parametrize("formats", ["jp2", "webp,jpg", "JPG"])
def test_formats_that_are_not_made_are_refused(formats):
    with pytest.raises(ValidationError, match="is no format that is made here"):
        EndpointSettings(preferred_formats=formats).clean_fields()


@pytest.fixture
def output(service):
    def change(**values):
        row = OutputSettings.current()
        for name, value in values.items():
            setattr(row, name, value)
        row.full_clean()
        row.save()
        keeper.forget()

    return change


def words_in(service, parameters, identifier):
    response = service.get(f"/iiif/3/{identifier}/{parameters}")
    image = Image.open(io.BytesIO(response.content))
    return metadata.fields_of(metadata.blocks_in(io.BytesIO(response.content), image.format.lower()))


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "tif", "avif"])
def test_an_answer_of_all_says_whose_it_is(service, harbour, extension):
    words = words_in(service, f"full/max/0/default.{extension}", harbour)
    assert [text.value for text in words["exif:Copyright"]] == ["© City Library"]
    assert "exif:ImageDescription" not in words
    assert not any("GPS" in name for name in words)


@pytest.mark.parametrize("region", ["0,0,10,10", "square", "pct:0,0,50,100"])
def test_a_part_of_it_says_nothing(service, harbour, region):
    assert words_in(service, f"{region}/max/0/default.jpg", harbour) == {}


def test_what_is_kept_is_a_matter_of_the_settings(service, harbour, output):
    request = "full/50,/0/default.jpg"
    before = service.get(f"/iiif/3/{harbour}/{request}")["ETag"]
    output(metadata="nothing")
    assert words_in(service, request, harbour) == {}
    output(metadata="all", copyright_notice="© Archive")
    words = words_in(service, request, harbour)
    assert words["exif:Copyright"][0].value == "© Archive"
    assert words["exif:ImageDescription"][0].value == "A harbour"
    assert service.get(f"/iiif/3/{harbour}/{request}")["ETag"] != before


@pytest.fixture
def one_tile(service):
    """A TIFF that is one JPEG tile."""

    def make(copyright_notice):
        tags = [(33432, 2, 0, copyright_notice, True)] if copyright_notice else []
        pixels = np.asarray(drawn(256, 256))
        path = service.folder / "tile.tif"
        tifffile.imwrite(path, pixels, tile=(256, 256), compression="jpeg", photometric="ycbcr", extratags=tags)

    return make


def test_a_stored_tile_is_handed_out_unless_it_must_say_something(service, one_tile):
    one_tile("")
    made = total(collected(), "iiifserver_renders_total")
    assert words_in(service, "full/max/0/default.jpg", "tile.tif") == {}
    assert total(collected(), "iiifserver_renders_total") == made
    one_tile("City Library")
    assert words_in(service, "full/max/0/default.jpg", "tile.tif")["exif:Copyright"][0].value == "City Library"


def test_damaged_words_do_no_harm(service):
    """Parity 11.70."""
    content = picture_with_words(Format.JPG)
    (service.folder / "damaged.jpg").write_bytes(content.replace(b"<rdf:RDF", b"<rdf:RDX").replace(b"II*\0", b"II*\1"))
    assert service.image("full/max/0/default.jpg", "damaged.jpg").size == (60, 40)


def test_a_notice_is_one_line():
    with pytest.raises(ValidationError, match="one line"):
        OutputSettings(copyright_notice="a\nb").clean_fields()


def test_what_every_picture_says_may_name_the_image_and_its_words(service, harbour, output):
    output(credit="Library, {filename}", source="https://museum.example/{identifier}?of={exif:ImageDescription}")
    words = words_in(service, "full/50,/0/default.jpg", harbour)
    assert words["iptc:Credit"][0].value == f"Library, {harbour}"
    assert words["xmp:dc:source"][0].value == f"https://museum.example/{harbour}?of=A harbour"


def test_a_stored_tile_is_not_handed_out_where_every_picture_says_its_name(service, one_tile, output):
    one_tile("")
    output(metadata="nothing", source="{filename}")
    assert words_in(service, "full/max/0/default.jpg", "tile.tif")["xmp:dc:source"][0].value == "tile.tif"


@pytest.mark.parametrize("text", ["{user}", "{date}", "© {nobody}"])
def test_words_that_stand_for_nothing_are_refused(text):
    with pytest.raises(ValidationError, match="stands for nothing"):
        OutputSettings(credit=text).clean_fields()
