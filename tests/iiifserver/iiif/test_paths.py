from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iiifserver.iiif.errors import BadRequest, NotFound, UriTooLong
from iiifserver.iiif.paths import (
    BaseUriPath,
    CollectionPath,
    ImagePath,
    InfoPath,
    MalformedPath,
    ManifestPath,
    encode_identifier,
    parse_decoded_path,
    parse_decoded_presentation_path,
    parse_path,
    parse_presentation_path,
)
from iiifserver.iiif.values import Identifier

IMAGE = "full/max/0/default.jpg"


def image_path(raw_identifier: str, identifier: str, **parameters: str) -> ImagePath:
    defaults = {"region": "full", "size": "max", "rotation": "0", "quality": "default", "extension": "jpg"}
    return ImagePath(raw_identifier=raw_identifier, identifier=Identifier(identifier), **defaults | parameters)


def test_an_image_request_has_five_segments():
    assert parse_path("scan/0,0,9,9/5,/!90/gray.png") == image_path(
        "scan", "scan", region="0,0,9,9", size="5,", rotation="!90", quality="gray", extension="png"
    )


def test_an_information_request_has_two_segments():
    assert parse_path("scan/info.json") == InfoPath("scan", Identifier("scan"))


@pytest.mark.parametrize("raw", [pytest.param("scan", id="I3-004"), pytest.param("scan/", id="I3-005")])
def test_the_base_uri_is_the_identifier_alone(raw):
    assert parse_path(raw) == BaseUriPath("scan", Identifier("scan"))


@pytest.mark.parametrize(
    ("raw", "identifier"),
    [
        pytest.param("ark:%2F12025%2F654xz321", "ark:/12025/654xz321", id="I3-007-ark"),
        pytest.param("urn:foo:a123,456", "urn:foo:a123,456", id="I3-007-urn"),
        pytest.param("https:%2F%2Fexample.com%2F%3F54%23a", "https://example.com/?54#a", id="I3-007-url"),
        pytest.param("a%2Fb", "a/b", id="I3-008-once"),
        pytest.param("a%252Fb", "a%2Fb", id="I3-008-never-twice"),
        pytest.param("a%2Db", "a-b", id="I3-010"),
        pytest.param("a+b", "a+b", id="I3-011-plus"),
        pytest.param("a%2Bb", "a+b", id="I3-011-escaped-plus"),
        pytest.param("a%20b", "a b", id="I3-011-space"),
        pytest.param("caf%C3%A9", "café", id="I3-012"),
        pytest.param("..%2F..%2Fetc%2Fpasswd", "../../etc/passwd", id="I3-019-left-to-the-sources"),
    ],
)
def test_the_identifier_is_decoded_once_and_echoed_as_sent(raw, identifier):
    assert parse_path(f"{raw}/{IMAGE}") == image_path(raw, identifier)
    assert parse_path(f"{raw}/info.json") == InfoPath(raw, Identifier(identifier))


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("scan/full/%5Emax/0/default.jpg", id="I3-010-caret"),
        pytest.param("scan/full/^max/0/default.jpg", id="I3-010-plain"),
        pytest.param("scan/%66ull/%5emax/%30/default%2Ejpg", id="I3-010-all"),
    ],
)
def test_superfluous_escapes_in_parameters_do_no_harm(raw):
    assert parse_path(raw) == image_path("scan", "scan", size="^max")


@pytest.mark.parametrize(
    ("raw", "published"),
    [
        pytest.param("[frob]", "%5Bfrob%5D", id="I3-016"),
        pytest.param('a"<b>', "a%22%3Cb%3E", id="quotes-and-brackets"),
        pytest.param("a^b", "a%5Eb", id="caret"),
        pytest.param("it's;1", "it's;1", id="legal-as-sent"),
        pytest.param("a%2db", "a%2db", id="lower-case-escapes-as-sent"),
    ],
)
def test_an_identifier_is_encoded_anew_only_if_it_was_no_legal_segment(raw, published):
    assert parse_path(raw).raw_identifier == published


@pytest.mark.parametrize("word", ["full", "info.json", "max", "0", "default.jpg", "pct:1"])
def test_an_identifier_may_look_like_syntax(word):
    """I3-017."""
    assert parse_path(f"{word}/info.json") == InfoPath(word, Identifier(word))
    assert parse_path(f"{word}/{IMAGE}") == image_path(word, word)
    assert parse_path(word) == BaseUriPath(word, Identifier(word))


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("a%/info.json", id="I3-013-lone-percent"),
        pytest.param("a%2/info.json", id="I3-013-one-digit"),
        pytest.param("a%zz/info.json", id="I3-013-no-hexadecimal"),
        pytest.param("a%FF/info.json", id="I3-013-no-utf-8"),
        pytest.param("a%C0%AF/info.json", id="I3-013-overlong-slash"),
        pytest.param("a%ED%A0%80/info.json", id="I3-013-surrogate"),
        pytest.param("a%00/info.json", id="I3-013-nul"),
        pytest.param("a%0D%0Ab/info.json", id="I3-013-line-break"),
        pytest.param("a%C2%85/info.json", id="I3-013-control"),
        pytest.param("scan/full%00/max/0/default.jpg", id="I3-013-parameter"),
        pytest.param("café/info.json", id="I3-012-not-encoded"),
        pytest.param("", id="nothing"),
        pytest.param(f"/{IMAGE}", id="no-identifier"),
    ],
)
def test_a_path_that_cannot_be_text_is_refused(raw):
    with pytest.raises(BadRequest):
        parse_path(raw)


@pytest.mark.parametrize(
    ("raw", "identifier"),
    [
        pytest.param(f"a/b/{IMAGE}", "a", id="I3-015-image"),
        pytest.param("a/b/info.json", "a", id="I3-015-info"),
        pytest.param("scan/full", "scan", id="I3-021-two-segments"),
        pytest.param("scan/full/max/default.jpg", "scan", id="I3-021-four-segments"),
        pytest.param(f"scan/{IMAGE}/", "scan", id="I3-021-six-segments"),
        pytest.param("scan//", "scan", id="I3-021-two-slashes"),
        pytest.param("scan/full/max/0/default", "scan", id="I3-114"),
    ],
)
def test_a_path_of_no_known_shape_keeps_what_may_be_its_identifier(raw, identifier):
    path = parse_path(raw)
    assert isinstance(path, MalformedPath)
    assert path.identifier == Identifier(identifier)


@pytest.mark.parametrize(
    ("last", "quality", "extension"),
    [
        ("default.jpg.", "default.jpg", ""),
        (".jpg", "", "jpg"),
        ("default.", "default", ""),
        ("a.b.c", "a.b", "c"),
    ],
)
def test_quality_and_format_are_split_at_the_last_dot(last, quality, extension):
    """I3-115."""
    assert parse_path(f"scan/full/max/0/{last}") == image_path("scan", "scan", quality=quality, extension=extension)


@pytest.mark.parametrize("parse", [parse_path, parse_decoded_path])
def test_a_very_long_path_is_too_long(parse):
    """I3-020."""
    assert parse("a" * 8192).identifier.value == "a" * 8192
    with pytest.raises(UriTooLong):
        parse("a" * 8193)


@pytest.mark.parametrize(
    ("decoded", "path"),
    [
        pytest.param(f"x/y/z/{IMAGE}", image_path("x%2Fy%2Fz", "x/y/z"), id="I3-009-image"),
        pytest.param("x/y/info.json", InfoPath("x%2Fy", Identifier("x/y")), id="I3-009-info"),
        pytest.param("x/y", BaseUriPath("x%2Fy", Identifier("x/y")), id="I3-009-base"),
        pytest.param("x/y/", BaseUriPath("x%2Fy", Identifier("x/y")), id="I3-009-base-with-slash"),
        pytest.param(
            "a/b/c/d/e/f.jpg", BaseUriPath("a%2Fb%2Fc%2Fd%2Fe%2Ff.jpg", Identifier("a/b/c/d/e/f.jpg")), id="deep"
        ),
        pytest.param("a%2Fb", BaseUriPath("a%252Fb", Identifier("a%2Fb")), id="I3-008-not-twice"),
        pytest.param("info.json", BaseUriPath("info.json", Identifier("info.json")), id="I3-017"),
        pytest.param(
            "a/zzz/yyy/0/default.jpg", image_path("a", "a", region="zzz", size="yyy"), id="two-mistakes-are-mistakes"
        ),
    ],
)
def test_a_decoded_path_is_read_from_the_right(decoded, path):
    assert parse_decoded_path(decoded) == path


def test_a_decoded_image_request_without_a_format_is_malformed():
    path = parse_decoded_path("x/y/full/max/0/default")
    assert isinstance(path, MalformedPath)
    assert path.identifier == Identifier("x/y")


def test_a_decoded_path_with_a_lone_surrogate_is_refused():
    with pytest.raises(BadRequest):
        parse_decoded_path("a\udcff/info.json")


@pytest.mark.parametrize(
    ("identifier", "encoded"),
    [
        ("a/b", "a%2Fb"),
        ("https://example.com/?54#a", "https:%2F%2Fexample.com%2F%3F54%23a"),
        ("100%", "100%25"),
        ("café", "caf%C3%A9"),
        ("a b;c&d'e", "a%20b%3Bc%26d%27e"),
        ("urn:x:1,2+3@4", "urn:x:1,2+3@4"),
    ],
)
def test_an_identifier_is_encoded_as_one_segment(identifier, encoded):
    """I3-018."""
    assert encode_identifier(identifier) == encoded


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200))
@settings(deadline=None, max_examples=200)
def test_what_is_encoded_is_read_back(identifier):
    raw = encode_identifier(identifier)
    assert parse_path(f"{raw}/info.json") == InfoPath(raw, Identifier(identifier))


@given(st.one_of(st.text(), st.text("%/0aF.:,!", max_size=60)))
@settings(deadline=None, max_examples=200)
def test_any_text_is_read_or_refused(text):
    for parse in (parse_path, parse_decoded_path):
        try:
            path = parse(text)
        except BadRequest:
            continue
        assert path.identifier.value


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a.png/manifest", ManifestPath("a.png", Identifier("a.png"))),
        ("a%2Fb%20c/manifest", ManifestPath("a%2Fb%20c", Identifier("a/b c"))),
        ("manifest/manifest", ManifestPath("manifest", Identifier("manifest"))),
        ("collection", CollectionPath("")),
        ("a/collection", CollectionPath("a")),
        ("a%2Fb/collection", CollectionPath("a/b")),
        ("a/collection/page%202", CollectionPath("a", "page 2")),
        ("collection/page2", CollectionPath("", "page2")),
        ("collection/manifest", ManifestPath("collection", Identifier("collection"))),
    ],
)
def test_addresses_of_the_presentation_api(raw, expected):
    assert parse_presentation_path(raw) == expected


@pytest.mark.parametrize(
    ("decoded", "expected"),
    [
        ("a/b/c.png/manifest", ManifestPath("a%2Fb%2Fc.png", Identifier("a/b/c.png"))),
        ("a/b/collection", CollectionPath("a/b")),
        ("a/b/collection/c", CollectionPath("a/b", "c")),
        ("collection/c", CollectionPath("", "c")),
        ("collection", CollectionPath("")),
    ],
)
def test_decoded_addresses_of_the_presentation_api_are_read_from_the_right(decoded, expected):
    assert parse_decoded_presentation_path(decoded) == expected


@pytest.mark.parametrize(
    "raw", ["manifest", "a", "a/", "/manifest", "a/b/manifest", "a/collection/", "a/info.json", "a/b/c/d"]
)
def test_other_addresses_are_none_of_the_presentation_api(raw):
    with pytest.raises(NotFound):
        parse_presentation_path(raw)


@pytest.mark.parametrize("raw", ["a%zz/manifest", "a%00/manifest", "ä/manifest", "%ff/manifest"])
def test_what_no_address_may_have_is_a_bad_request(raw):
    with pytest.raises(BadRequest):
        parse_presentation_path(raw)
