"""What staff type where an identifier is asked for, which is not always what an address says."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from iiifserver.delegates import Delegate, MetaParts
from images import runtime, spelling
from overlays.models import Overlay

pytestmark = pytest.mark.django_db


def refusal(identifier, kind="redaction", **columns):
    try:
        Overlay(name="one", kind=kind, identifier=identifier, **columns).full_clean(validate_unique=False)
    except ValidationError as error:
        (sentence,) = error.message_dict["identifier"]
        return sentence
    return ""


@pytest.mark.parametrize("kind", ["redaction", "text"])
@pytest.mark.parametrize(
    "typed",
    [
        "maps%2F0042.tif",
        "maps%2f0042%2Etif",
        "maps/0042.tif;1",
        "maps/0042.tif;00:00:07",
        "maps/0042.tif;1;1:2",
        "maps%2F0042.tif;1:2",
        "http://images.example.org/iiif/3/maps%2F0042.tif",
        "https://images.example.org/pictures/iiif/2/maps%2F0042.tif/info.json",
        "http://images.example.org/iiif/3/maps%2F0042.tif;2/full/max/0/default.jpg?cache=false",
    ],
)
def test_the_spelling_of_an_address_is_refused_with_the_right_one(typed, kind):
    sentence = refusal(typed, kind)
    assert sentence.startswith("Type the identifier as it is, not as it stands in an address: “maps/0042.tif”.")


def test_an_image_that_is_really_called_like_that_is_named_by_a_pattern():
    assert "An image that is really called “100%25.tif” is named by a pattern." in refusal("100%25.tif")
    Overlay(name="one", kind="redaction", identifier_pattern="100%25\\.tif").full_clean(validate_unique=False)


@pytest.mark.parametrize("identifier", ["maps/0042.tif", "100%.tif", "a;b.tif", "Größe 1:2.tif", "x;1.tif"])
def test_an_identifier_as_it_is_is_taken(identifier):
    assert refusal(identifier) == ""


def test_an_address_without_an_image_is_refused():
    assert "such as scans/0042.tif" in refusal("https://images.example.org/scans/")


def test_a_page_that_cannot_be_is_refused():
    assert "from 1" in refusal("maps/0042.tif;0")


def test_what_stands_behind_an_identifier_is_as_staff_have_set_it(endpoints):
    endpoints(meta_delimiter="~")
    assert refusal("maps/0042.tif;1") == ""
    assert "“maps/0042.tif”" in refusal("maps/0042.tif~1")


def test_what_stands_for_a_slash_is_as_staff_have_set_it(http):
    assert refusal("maps__0042.tif") == ""
    http(slash_substitute="__")
    assert "“maps/0042.tif”" in refusal("maps__0042.tif")


class Numbers(Delegate):
    """`0042.tif page 7`."""

    def deserialize_meta_identifier(self, meta_identifier: str) -> MetaParts:
        name, _, page = meta_identifier.partition(" page ")
        return {"identifier": name, "page_number": int(page)} if page else {"identifier": name}


def test_the_grammar_of_the_site_is_read_where_it_has_one(under, monkeypatch):
    under(Numbers)
    monkeypatch.setattr(spelling, "site_delegate", runtime.site_delegate)
    assert refusal("0042.tif;1") == ""
    assert "“0042.tif”" in refusal("0042.tif page 7")
