from __future__ import annotations

import time

import pytest

from iiifserver.patterns import PatternError, compiled


@pytest.mark.parametrize(
    ("pattern", "identifier", "fits"),
    [
        ("scans/.*", "scans/1.tif", True),
        ("scans/.*", "old/scans/1.tif", False),
        ("scans", "scans/1", False),
        (r".*\.tif", "Ä/ö.tif", True),
        ("a|b", "b", True),
        ("(?i)CARD", "card", True),
    ],
)
def test_a_pattern_must_fit_the_whole_identifier(pattern, identifier, fits):
    assert compiled(pattern).fits(identifier) is fits


@pytest.mark.parametrize("pattern", ["(", "[a", "*", r"(a)\1", "(?=a)", "((a{100}){100}){100}", "(?P<n"])
def test_what_cannot_be_used_is_refused_with_a_sentence(pattern):
    with pytest.raises(PatternError, match=r"This is not a regular expression that can be used here: .+\."):
        compiled(pattern)


def test_no_pattern_takes_long():
    pattern = compiled("(a+)+(a|a)*(a|aa)+$")
    start = time.perf_counter()
    assert not pattern.fits("a" * 5000 + "b")
    assert time.perf_counter() - start < 0.5


def test_the_named_groups_of_a_fitting_text_are_told():
    assert compiled(r"(?P<shelf>[a-z]+)/(?P<number>\d+)(?P<rest>/.*)?").groups("maps/12") == {
        "shelf": "maps",
        "number": "12",
        "rest": "",
    }


def test_an_identifier_that_is_no_unicode_escapes_no_pattern():
    assert compiled(r"scans/.*").fits("scans/caf\udce9.png")
    assert not compiled(r"maps/.*").fits("scans/caf\udce9.png")
