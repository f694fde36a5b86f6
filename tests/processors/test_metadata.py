"""Which words are understood, and which go into answers."""

from __future__ import annotations

import io

import pytest
from PIL import ExifTags, Image
from PIL.IptcImagePlugin import getiptcinfo

from iiifserver.iiif.formats import Format
from iiifserver.iiif.metadata import NOTHING, Embedded, Text, plain
from iiifserver.testing import drawn
from processors.encoders import EncoderSettings, encode
from processors.exif import Entry, Exif, parsed_exif, written_exif
from processors.iptc import Iptc, parsed_iptc
from processors.metadata import Keep, MetadataSettings, fields_of, kept
from processors.xmp import parsed_xmp
from tests.processors.worded import ORIENTATION, XMP, exif_of, names_in, words

GPS_NAMES = {"exif:GPSLatitude", "exif:GPSLatitudeRef", "xmp:exif:GPSLatitude"}


def settings(keep=Keep.RIGHTS, **values):
    return MetadataSettings(keep=keep, **values)


def names_kept(*args, **values):
    return set(fields_of(kept(words(), settings(*args, **values))))


def test_by_default_only_rights_are_kept():
    assert names_kept() == {
        *("exif:Artist", "exif:Copyright", "iptc:By-line", "iptc:CopyrightNotice"),
        *("xmp:dc:creator", "xmp:dc:rights", "xmp:xmpRights:WebStatement"),
    }


def test_all_is_what_tells_of_the_picture():
    names = names_kept(Keep.ALL)
    assert {"exif:ImageDescription", "exif:DateTimeOriginal", "exif:ExposureTime", "iptc:Keywords"} <= names
    assert {"xmp:dc:title", "xmp:dc:subject"} <= names
    assert not {"exif:Orientation", "exif:MakerNote", "exif:ExifImageWidth", "xmp:tiff:Orientation"} & names
    assert not {"xmp:xmp:Thumbnails"} & names
    assert b"budget" not in kept(words(), settings(Keep.ALL)).xmp


def test_a_location_is_kept_only_where_staff_say_so():
    assert not GPS_NAMES & names_kept(Keep.ALL)
    assert names_kept(Keep.ALL, keeps_location=True) >= GPS_NAMES
    assert not GPS_NAMES & names_kept(Keep.RIGHTS, keeps_location=True)


def test_nothing_is_kept_where_staff_say_so():
    assert kept(words(), settings(Keep.NOTHING)) == NOTHING


@pytest.mark.parametrize("keep", Keep)
@pytest.mark.parametrize("file", [words(), NOTHING])
def test_what_staff_write_stands_in_place_of_the_files_own(keep, file):
    fields = fields_of(kept(file, settings(keep, copyright_notice="© Ärchiv", credit="Bild: Ärchiv")))
    assert fields["exif:Copyright"] == fields["iptc:CopyrightNotice"] == (Text("© Ärchiv"),)
    assert fields["xmp:dc:rights"] == (Text("© Ärchiv", "x-default"),)
    assert fields["iptc:Credit"] == fields["xmp:photoshop:Credit"] == (Text("Bild: Ärchiv"),)


def test_languages_are_kept():
    fields = fields_of(kept(words(), settings(Keep.ALL)))
    assert fields["xmp:dc:title"] == (
        Text("The harbour", "x-default"),
        Text("The harbour", "en"),
        Text("Der Hafen", "de"),
    )


def test_written_xmp_says_what_it_is_about():
    """Parity 11.70."""
    assert b'rdf:about=""' in kept(words(), settings()).xmp


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"<x>",
        b"no xml",
        XMP[:400],
        b"<a>" * 100 + b"</a>" * 100,
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>" + b"<a/>" * 30_000 + b"</rdf:RDF>",
        b'<!DOCTYPE a [<!ENTITY b "cc">]>' + XMP.split(b"?>", 1)[1].replace(b"Ada", b"&b;").split(b"<?xpacket")[0],
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
    ],
)
def test_xmp_that_makes_no_sense_or_declares_entities_says_nothing(block):
    """Parity 11.70."""
    assert fields_of(Embedded(xmp=block)) == {}
    assert kept(Embedded(xmp=block), settings()).xmp is None


@pytest.mark.parametrize("block", [b"", b"II", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", bytes(100)])
def test_exif_that_makes_no_sense_says_nothing(block):
    """Parity 11.41."""
    assert fields_of(Embedded(exif=block)) == {}


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_is_written_as_it_was_read(order):
    exif = Exif(order, {270: Entry(2, 3, b"ab\0"), 271: Entry(2, 9, b"ABCDEFGH\0")}, {0x9003: Entry(2, 2, b"a\0")}, {})
    read = parsed_exif(written_exif(exif))
    assert (read.exif, read.gps) == (exif.exif, {})
    assert {tag: entry for tag, entry in read.main.items() if tag in exif.main} == exif.main


def test_numbers_of_exif_are_words():
    fields = fields_of(words())
    assert fields["exif:ExposureTime"] == (Text("0.01"),)
    assert fields["exif:ExifImageWidth"] == (Text("4000"),)


def test_iptc_in_another_code_than_utf_8_is_read():
    latin = parsed_iptc(Iptc(((2, 116, "© Bücherei".encode("cp1252")),)).block())
    assert latin.fields()["iptc:CopyrightNotice"] == (Text("© Bücherei"),)
    assert latin.with_text(110, "ü").fields()["iptc:CopyrightNotice"] == (Text("© Bücherei"),)


def test_iptc_that_was_cut_off_says_what_is_left():
    block = words().iptc
    assert set(parsed_iptc(block[:-3]).fields()) == {
        "iptc:ObjectName",
        "iptc:CopyrightNotice",
        "iptc:By-line",
        "iptc:Keywords",
    }


def answer(format, embedded):
    return Image.open(io.BytesIO(encode(drawn(60, 40), format, EncoderSettings(), embedded)))


@pytest.mark.parametrize("format", [Format.JPG, Format.PNG, Format.TIF, Format.WEBP, Format.AVIF])
@pytest.mark.parametrize("keep", [Keep.RIGHTS, Keep.ALL])
def test_pillow_reads_what_is_written(format, keep):
    image = answer(format, kept(words(exif=written_exif(exif_of(orientation=6))), settings(keep)))
    exif = image.getexif()
    assert exif[ExifTags.Base.Artist] == "Ada"
    assert exif.get(ORIENTATION, 1) == 1
    assert not exif.get_ifd(ExifTags.IFD.IFD1)
    assert "xmp:dc:rights" in names_in(image.info["xmp"])
    image.load()


def test_iptc_stands_in_jpeg_and_tiff():
    for format in (Format.JPG, Format.TIF):
        found = getiptcinfo(answer(format, kept(words(), settings())))
        assert found[(2, 116)] == "© City Library".encode()


def test_a_block_that_is_too_large_for_a_jpeg_is_left_out():
    long = parsed_xmp(XMP).with_text("dc:rights", "x" * 70_000).block()
    image = answer(Format.JPG, Embedded(xmp=long, exif=words().exif))
    assert "xmp" not in image.info
    assert image.getexif()[ExifTags.Base.Artist] == "Ada"


def test_own_words_name_the_image_and_what_its_file_says():
    file = kept(Embedded(), settings(Keep.NOTHING, copyright_notice="© Ada"))
    own = settings(
        Keep.NOTHING,
        copyright_notice="{exif:Copyright}, {filename}",
        credit="{{{identifier}}}",
        source="https://museum.example/{filename}",
        identifier="scans/7.tif",
    )
    fields = fields_of(kept(file, own))
    assert plain(fields["xmp:dc:rights"]) == "© Ada, 7.tif"
    assert plain(fields["iptc:Credit"]) == "{scans/7.tif}"
    assert plain(fields["xmp:dc:source"]) == "https://museum.example/7.tif"


def test_own_words_about_which_nothing_is_known_leave_the_file_its_own():
    file = kept(Embedded(), settings(Keep.NOTHING, copyright_notice="© Ada"))
    own = settings(Keep.RIGHTS, copyright_notice="{iptc:ObjectName}")
    assert plain(fields_of(kept(file, own))["xmp:dc:rights"]) == "© Ada"


def test_a_file_is_not_read_for_words_that_do_not_name_it():
    def never():
        raise AssertionError

    assert settings(Keep.ALL, credit="{identifier}", identifier="a").filled(never).credit == "a"
