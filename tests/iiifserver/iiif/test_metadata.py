"""What files say of themselves, as plain values."""

from __future__ import annotations

import pytest

from iiifserver.iiif.metadata import Text, by_language, first_values, is_field_name, plain

TITLE = (Text("The harbour", "x-default"), Text("The harbour", "en"), Text("Der Hafen", "de"))


@pytest.mark.parametrize("name", ["exif:Artist", "iptc:By-line", "xmp:dc:rights", "xmp:Iptc4xmpCore:Location"])
def test_names_of_fields(name):
    assert is_field_name(name)


@pytest.mark.parametrize("name", ["", "Artist", "exif:", "exif:a b", "xmp:rights", "dc:rights", "exif:Artist\n"])
def test_names_of_no_field(name):
    assert not is_field_name(name)


def test_the_first_field_that_is_there_speaks():
    fields = {"exif:Artist": (Text("Ada"),), "iptc:By-line": (Text("Grace"),)}
    assert first_values(fields, ("xmp:dc:creator", "iptc:By-line", "exif:Artist")) == (Text("Grace"),)
    assert first_values(fields, ("xmp:dc:creator",)) == ()


def test_one_line_is_the_text_for_readers_of_any_language():
    assert plain(TITLE) == "The harbour"
    assert plain((Text("sea"), Text("ships"), Text("sea"))) == "sea, ships"
    assert plain((Text("Der Hafen", "de"), Text("Le port", "fr"))) == "Der Hafen"
    assert plain(()) == ""


def test_languages_keep_their_texts():
    """I3-198, P3-003."""
    assert by_language(TITLE) == {"en": ["The harbour"], "de": ["Der Hafen"]}
    assert by_language((Text("sea"), Text("ships", "x-default"))) == {"none": ["sea", "ships"]}
