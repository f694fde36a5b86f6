"""Words in braces that stand for something."""

from __future__ import annotations

from datetime import date

import pytest

from iiifserver.iiif.metadata import Text
from iiifserver.iiif.visitor import Visitor
from overlays.variables import field_names_in, filled, unknown_words
from tests.overlays.pixels import answer_of

ANSWER = answer_of(
    identifier="scans/0042.tif",
    day=date(2030, 5, 17),
    visitor=Visitor(user_id="1", name="ada"),
    fields={"exif:Artist": (Text("Ada\nLovelace"),), "xmp:dc:rights": (Text("CC BY"),)},
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{identifier}", "scans/0042.tif"),
        ("{filename}", "0042.tif"),
        ("{date}", "2030-05-17"),
        ("for {user}", "for ada"),
        ("© {exif:Artist}, {xmp:dc:rights}", "© Ada Lovelace, CC BY"),
        ("Credit: {iptc:Credit}", ""),
        ("first\n{iptc:Credit}\nlast", "first\nlast"),
        ("{iptc:Credit} {user}", " ada"),
        ("{{user}}", "{user}"),
        ("no words", "no words"),
    ],
)
def test_words_become_values(text, expected):
    assert filled(text, ANSWER) == expected


def test_unknown_words_are_told():
    assert unknown_words("{identifier} {exif:Artist} {who} {}") == ["who", ""]


def test_only_fields_of_images_are_asked_for():
    assert field_names_in("{user} {exif:Artist} {date}") == {"exif:Artist"}
