"""Content-Disposition: which name a picture is saved under, and that nothing else can be put into the header."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iiifserver.iiif.disposition import LONGEST_NAME, content_disposition
from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import Identifier

ONE_HEADER = re.compile(r"attachment; filename=\"[A-Za-z0-9._ -]+\"(; filename\*=UTF-8''[A-Za-z0-9._~%-]+)?")


def header(wish: str, identifier: str = "scan", output: Format = Format.JPG) -> str:
    return content_disposition(wish, Identifier(identifier), output)


@pytest.mark.parametrize("wish", ["", "nothing", "filename=x", " attachment", "form-data; inline"])
def test_without_a_known_wish_there_is_no_header(wish):
    assert header(wish) == ""


@pytest.mark.parametrize(
    ("wish", "identifier", "expected"),
    [
        pytest.param("inline", "scan", 'inline; filename="scan.jpg"', id="inline"),
        pytest.param("Inline", "scan", 'inline; filename="scan.jpg"', id="RFC 6266, 4.2"),
        pytest.param("attachment", "scan", 'attachment; filename="scan.jpg"', id="attachment"),
        pytest.param("attachment", "cats?/\\dogs", 'attachment; filename="cats___dogs.jpg"', id="parity-1.4"),
        pytest.param("attachment", "a/b.tif", 'attachment; filename="a_b.tif.jpg"', id="folder"),
        pytest.param("attachment", "../../etc/passwd", 'attachment; filename="__etc_passwd.jpg"', id="climbing"),
        pytest.param("attachment", 'x"; evil="y', 'attachment; filename="x__ evil__y.jpg"', id="quotes"),
        pytest.param("attachment", "...", 'attachment; filename="image.jpg"', id="nothing-left"),
        pytest.param(
            "inline", "café", "inline; filename=\"caf_.jpg\"; filename*=UTF-8''caf%C3%A9.jpg", id="lesson-26-unicode"
        ),
    ],
)
def test_the_name_comes_from_the_identifier(wish, identifier, expected):
    assert header(wish, identifier) == expected


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        pytest.param('attachment; filename="my cat.jpg"', 'filename="my cat.jpg"', id="lesson-26-blanks"),
        pytest.param("attachment; filename=my cat.jpg", 'filename="my cat.jpg"', id="lesson-26-unquoted"),
        pytest.param('attachment;FileName="cat.JPG"', 'filename="cat.JPG"', id="any-case"),
        pytest.param('attachment; filename="cat.jpeg"', 'filename="cat.jpeg"', id="other-extension"),
        pytest.param('attachment; filename="../../cat.jpg"', 'filename="cat.jpg"', id="climbing"),
        pytest.param('attachment; filename="a....//..b.jpg"', 'filename="ab.jpg"', id="climbing-once-more"),
        pytest.param('attachment; filename="evil.exe"', 'filename="evil.exe.jpg"', id="no-program"),
        pytest.param('attachment; filename=".."', 'filename="scan.jpg"', id="nothing-left"),
        pytest.param("attachment; filename=", 'filename="scan.jpg"', id="nothing-given"),
        pytest.param('attachment; filename="a\r\nX-Evil: b.jpg"', 'filename="aX-Evil b.jpg"', id="line-breaks"),
        pytest.param(
            "attachment; filename*=UTF-8''na%C3%AFve%20cat.jpg",
            "filename=\"na_ve cat.jpg\"; filename*=UTF-8''na%C3%AFve%20cat.jpg",
            id="lesson-26-extended",
        ),
        pytest.param(
            "attachment; filename=\"x.jpg\"; filename*=UTF-8'en'y.jpg", 'filename="y.jpg"', id="extended-goes-before"
        ),
        pytest.param(
            "attachment; filename*=UTF-8''gpj.%E2%80%AEexe", 'filename="gpj.exe.jpg"', id="no-turned-direction"
        ),
    ],
)
def test_a_name_can_be_given(wish, expected):
    assert header(wish) == f"attachment; {expected}"


def test_a_name_is_only_given_to_what_is_saved():
    assert header('inline; filename="x.jpg"') == 'inline; filename="scan.jpg"'


def test_a_long_name_keeps_its_end():
    name = header("attachment", "x" * 500 + "end").partition('"')[2].rstrip('"')
    assert name.endswith("end.jpg")
    assert len(name) == LONGEST_NAME + len(".jpg")


@given(st.sampled_from(["attachment", 'attachment; filename="', "attachment; filename*=UTF-8''"]), st.text(), st.text())
@settings(deadline=None, max_examples=300)
def test_any_wish_makes_one_header_of_plain_characters(wish, name, identifier):
    made = header(f"{wish}{name}", identifier or "x")
    assert made.isascii()
    assert made.isprintable()
    assert ONE_HEADER.fullmatch(made), made
