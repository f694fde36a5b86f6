"""`identifier[;page|;HH:MM:SS][;num:den]`, read from the right (DESIGN.md)."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iiifserver.iiif.errors import BadRequest
from iiifserver.iiif.meta_identifier import MetaIdentifier, normal_spelling, read_meta_identifier, with_page
from iiifserver.iiif.paths import encode_identifier
from iiifserver.iiif.values import Identifier

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("text", "identifier", "page", "scale"),
    [
        ("scan", "scan", None, 1),
        ("scan;3", "scan", 3, 1),
        ("scan;1", "scan", 1, 1),
        ("scan;03", "scan", 3, 1),
        ("scan;1:2", "scan", None, HALF),
        ("scan;2:4", "scan", None, HALF),
        ("scan;1:1", "scan", None, 1),
        ("scan;3;1:2", "scan", 3, HALF),
        ("scan;1:2;3", "scan;1:2", 3, 1),
        ("scan;5;1", "scan;5", 1, 1),
        ("a;b;2", "a;b", 2, 1),
        ("a;b", "a;b", None, 1),
        ("scan;", "scan;", None, 1),
        ("scan; 3", "scan; 3", None, 1),
        ("scan;-3", "scan;-3", None, 1),
        ("scan;3.5", "scan;3.5", None, 1),
        ("scan;٣", "scan;٣", None, 1),
        (";3", ";3", None, 1),
        ("3", "3", None, 1),
        ("1:2", "1:2", None, 1),
        ("film;00:00:00", "film", 1, 1),
        ("film;01:01:05", "film", 3666, 1),
        ("film;00:00:05;1:2", "film", 6, HALF),
        ("film;00:61:00", "film;00:61:00", None, 1),
    ],
)
def test_it_is_read_from_the_right(text, identifier, page, scale):
    meta = read_meta_identifier(text, ";")
    assert (meta.identifier, meta.page, meta.scale) == (Identifier(identifier), page, scale)


@pytest.mark.parametrize(
    "text",
    [
        *("x;0", "x;00", "x;0;1:2", "x;3:2", "x;0:2", "x;1:0", "x;0:0", "x;4294967296"),
        *(f"x;{'9' * 5000}", f"x;1:{'9' * 5000}", f"x;{'9' * 5000}:{'9' * 5000}"),
    ],
)
def test_numbers_that_cannot_be_are_refused(text):
    with pytest.raises(BadRequest):
        read_meta_identifier(text, ";")


@pytest.mark.parametrize("text", ["x;3", "x;3;1:2", "x;0"])
def test_without_a_delimiter_all_of_it_is_the_identifier(text):
    assert read_meta_identifier(text, "") == MetaIdentifier(Identifier(text))


@pytest.mark.parametrize("delimiter", ["-", "--", "*", "$", "|", "+"])
def test_the_delimiter_can_be_another(delimiter):
    """Cantaloupe's lesson 67, and its delimiters that were regular expressions."""
    meta = read_meta_identifier(f"a;2{delimiter}3{delimiter}1:2", delimiter)
    assert (meta.identifier.value, meta.page, meta.scale) == ("a;2", 3, HALF)


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("a%2Fb;1:2", "a%2Fb;1:2"),
        ("a%2Fb%3B1%3A2", "a%2Fb%3B1%3A2"),
        ("a%2Fb;2:4", "a%2Fb;1:2"),
        ("a%2Fb;3:3", "a%2Fb"),
        ("a%2Fb;1:1", "a%2Fb"),
        ("a%2fb%3b2%3a4", "a%2fb;1:2"),
        ("caf%C3%A9;5;2:4", "caf%C3%A9;5;1:2"),
        ("a;5;1:1", "a;5"),
        ("a;01:2", "a;1:2"),
        ("a;5", "a;5"),
        ("a;1:2;1:1", "a;1:2;1"),
        ("a;3:2;1:1", "a;3:2;1"),
    ],
)
def test_the_normal_spelling_has_lowest_terms_and_keeps_the_rest(raw, normal):
    """Parity 1.7."""
    assert normal_spelling(raw, ";") == normal


@pytest.mark.parametrize(("raw", "expected"), [("a%2Fb", "a%2Fb;2"), ("a;1:2", "a;2;1:2"), ("a%3B1:2", "a;2;1:2")])
def test_a_page_takes_its_place_before_the_scale(raw, expected):
    assert with_page(raw, ";", 2) == expected


NAMES = st.text("ab;:12", min_size=1, max_size=12)


@given(NAMES, st.none() | st.integers(1, 99), st.none() | st.tuples(st.integers(1, 9), st.integers(1, 9)))
@settings(deadline=None, max_examples=500)
def test_the_normal_spelling_means_the_same_and_is_normal(name, page, scale):
    text = name + (f";{page}" if page else "") + (f";{min(scale)}:{max(scale)}" if scale else "")
    try:
        meta = read_meta_identifier(text, ";")
    except BadRequest:
        return
    normal = normal_spelling(encode_identifier(text), ";")
    again = read_meta_identifier(normal.replace("%3B", ";"), ";")
    assert (again.identifier, again.page or 1, again.scale) == (meta.identifier, meta.page or 1, meta.scale)
    assert normal_spelling(normal, ";") == normal
