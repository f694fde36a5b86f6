"""What a delegate may return, and what it means (parity 7.3)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from django.utils.translation import gettext_lazy

from iiifserver.delegates.answers import (
    InvalidAnswer,
    Location,
    address_of,
    enforce,
    extra_keys_of,
    location_of,
    meta_identifier_of,
    meta_text_of,
    overlay_of,
    path_of,
    redactions_of,
    source_name_of,
    xmp_of,
)
from iiifserver.iiif.errors import Elsewhere, Forbidden, ReducedOnly, Refused, SignInNeeded
from iiifserver.iiif.meta_identifier import MetaIdentifier
from iiifserver.iiif.values import Box, Identifier


@pytest.mark.parametrize("answer", [True, {"status_code": 200}, {"status_code": 204}])
def test_who_is_let_in_is_let_in(answer):
    enforce(answer)


def test_who_is_let_in_may_be_told_who_keeps_the_answer():
    assert enforce({"status_code": 200, "cache_control": "private,max-age=60 , stale-if-error=5"}) == (
        "private, max-age=60, stale-if-error=5"
    )
    assert enforce(True) is None


def test_false_is_forbidden():
    with pytest.raises(Forbidden):
        enforce(False)


def test_a_challenge_asks_to_sign_in():
    """Parity 11.32."""
    with pytest.raises(SignInNeeded) as refusal:
        enforce({"status_code": 401, "challenge": 'Basic realm="maps"'})
    assert refusal.value.challenge == 'Basic realm="maps"'


def test_a_location_leads_elsewhere():
    with pytest.raises(Elsewhere) as refusal:
        enforce({"status_code": 307, "location": "https://example.org/login"})
    assert (refusal.value.status, refusal.value.location) == (307, "https://example.org/login")


def test_a_scale_leads_to_the_smaller_image():
    with pytest.raises(ReducedOnly) as refusal:
        enforce({"status_code": 302, "scale_numerator": 2, "scale_denominator": 8})
    assert (refusal.value.status, refusal.value.scale) == (302, Fraction(1, 4))


@pytest.mark.parametrize("status", [400, 402, 404, 410, 451, 500, 503])
def test_any_other_status_is_that_status(status):
    with pytest.raises(Refused) as refusal:
        enforce({"status_code": status})
    assert refusal.value.status == status


@pytest.mark.parametrize(
    "answer",
    [
        None,
        1,
        "yes",
        [],
        {},
        {"status_code": "200"},
        {"status_code": True},
        {"status_code": 100},
        {"status_code": 299},
        {"status_code": 999},
        {"status_code": 302},
        {"status_code": 401},
        {"status_code": 200, "location": "/x"},
        {"status_code": 403, "challenge": "Basic"},
        {"status_code": 401, "challenge": ""},
        {"status_code": 401, "challenge": "Basic\r\nSet-Cookie: a=b"},
        {"status_code": 302, "location": "/x\r\nSet-Cookie: a=b"},
        {"status_code": 302, "location": None},
        {"status_code": 302, "scale_numerator": 1},
        {"status_code": 302, "scale_numerator": 3, "scale_denominator": 2},
        {"status_code": 302, "scale_numerator": 0, "scale_denominator": 2},
        {"status_code": 404, "scale_numerator": 1, "scale_denominator": 2},
        {"status_code": 404, "cache_control": "no-store"},
        {"status_code": 200, "cache_control": ""},
        {"status_code": 200, "cache_control": None},
        {"status_code": 200, "cache_control": "public, private"},
        {"status_code": 200, "cache_control": "max-age"},
        {"status_code": 200, "cache_control": "max-age=-1"},
        {"status_code": 200, "cache_control": "public; max-age=1"},
        {"status_code": 200, "cache_control": "public\r\nSet-Cookie: a=b"},
    ],
    ids=str,
)
def test_what_is_no_answer_lets_nobody_in(answer):
    with pytest.raises(InvalidAnswer):
        enforce(answer)


@pytest.mark.parametrize(
    ("answer", "location"),
    [
        (None, None),
        ("a/b.tif", Location("a/b.tif")),
        ({"key": "a.tif", "bucket": "maps", "region": None}, Location("a.tif", {"bucket": "maps"})),
        (
            {"uri": "https://example.org/a", "headers": {"X-A": "1", "X-B": "2"}},
            Location("https://example.org/a", {"headers": '{"X-A": "1", "X-B": "2"}'}),
        ),
    ],
)
def test_a_place_is_a_text_or_a_dictionary(answer, location):
    assert location_of(answer) == location


@pytest.mark.parametrize(
    "answer",
    [5, b"a", {}, {"bucket": "a"}, {"key": 5}, {"key": "a", "port": 1.5}, {"uri": "a", "headers": {"A": "b\n"}}],
)
def test_what_is_no_place_is_refused(answer):
    with pytest.raises(InvalidAnswer):
        location_of(answer)


def test_only_a_path_with_a_slash_in_front_is_the_whole_one():
    assert path_of("/srv/a.tif") == Location("/srv/a.tif", {"path": "/srv/a.tif"})
    assert path_of("a.tif") == Location("a.tif")
    assert path_of(None) is None


def test_only_an_address_with_a_scheme_is_the_whole_one():
    assert address_of({"uri": "https://example.org/a.tif"}) == Location(
        "https://example.org/a.tif", {"url": "https://example.org/a.tif"}
    )
    assert address_of("a.tif") == Location("a.tif")


def test_credentials_do_not_show_when_a_place_is_printed():
    assert "hunter2" not in repr(location_of({"key": "a", "secret_access_key": "hunter2"}))


@pytest.mark.parametrize("answer", [5, ["scans"]])
def test_what_names_no_source_is_refused(answer):
    with pytest.raises(InvalidAnswer):
        source_name_of(answer)


def endless():
    """A list that holds itself."""
    content = []
    content.append(content)
    return content


@pytest.mark.parametrize("answer", [None, [], {1: "a"}])
def test_what_is_no_dictionary_of_keys_is_refused(answer):
    with pytest.raises(InvalidAnswer):
        extra_keys_of(answer)


@pytest.mark.parametrize(
    "value",
    [
        date(2026, 1, 1),
        gettext_lazy("Rights"),
        object(),
        {1, 2},
        b"text",
        float("nan"),
        "\ud800",
        {(1, 2): "a"},
        endless(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_keys_that_are_no_json_are_refused(value):
    with pytest.raises(InvalidAnswer, match="cannot be written as JSON"):
        extra_keys_of({"rights": "https://example.org", "note": {"value": [value]}})


def test_keys_that_are_json_stay_as_they_are():
    keys = {"rights": "https://example.org", "note": [{"value": "größer"}, 1, None, True]}
    assert extra_keys_of(keys) == keys


def test_redactions_are_boxes():
    assert redactions_of([{"x": 1, "y": 2, "width": 3, "height": 4}]) == (Box(1, 2, 3, 4),)


@pytest.mark.parametrize(
    "answer", [None, {}, [{}], [{"x": 1, "y": 2, "width": 3}], [{"x": 1.5, "y": 2, "width": 3, "height": 4}]]
)
def test_what_is_no_redaction_is_refused(answer):
    with pytest.raises(InvalidAnswer):
        redactions_of(answer)


@pytest.mark.parametrize("answer", [None, {"string": "Archive"}, {"image": "/srv/logo.png", "inset": 4}])
def test_an_overlay_is_a_dictionary_or_nothing(answer):
    """Parity 11.32."""
    assert overlay_of(answer) == answer


@pytest.mark.parametrize("answer", [False, "Archive", [], {1: "Archive"}])
def test_what_is_no_overlay_is_refused(answer):
    with pytest.raises(InvalidAnswer):
        overlay_of(answer)


@pytest.mark.parametrize("answer", [b"<x/>", 5, {}, "x" * 60_001], ids=["bytes", "number", "dictionary", "too long"])
def test_what_is_no_text_of_a_bounded_length_is_no_xmp(answer):
    with pytest.raises(InvalidAnswer):
        xmp_of(answer)


@pytest.mark.parametrize(
    ("answer", "meta"),
    [
        ({"identifier": "a"}, MetaIdentifier(Identifier("a"))),
        ({"identifier": "a", "page_number": None, "scale_constraint": None}, MetaIdentifier(Identifier("a"))),
        (
            {"identifier": "a", "page_number": 2, "scale_constraint": [2, 4]},
            MetaIdentifier(Identifier("a"), 2, Fraction(1, 2)),
        ),
    ],
)
def test_parts_say_what_a_meta_identifier_means(answer, meta):
    assert meta_identifier_of(answer) == meta


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "a",
        {},
        {"identifier": ""},
        {"identifier": 5},
        {"identifier": "a", "page_number": 0},
        {"identifier": "a", "page_number": "2"},
        {"identifier": "a", "page_number": True},
        {"identifier": "a", "scale_constraint": [3, 2]},
        {"identifier": "a", "scale_constraint": [0, 2]},
        {"identifier": "a", "scale_constraint": [1, 2, 3]},
        {"identifier": "a", "scale_constraint": 2},
        {"identifier": "a", "scale_constraint": "12"},
    ],
    ids=str,
)
def test_what_are_no_parts_is_refused(answer):
    with pytest.raises(InvalidAnswer):
        meta_identifier_of(answer)


@pytest.mark.parametrize("answer", [None, "", 5, b"a"])
def test_what_is_no_text_is_no_meta_identifier(answer):
    with pytest.raises(InvalidAnswer):
        meta_text_of(answer)
