from __future__ import annotations

from fractions import Fraction

import pytest

from iiifserver.iiif.errors import BadRequest
from iiifserver.iiif.parameters import (
    ConfinedSize,
    ExactSize,
    FullSize,
    HeightSize,
    MaxSize,
    PercentSize,
    WidthSize,
)
from iiifserver.iiif.parsing import parse_size
from iiifserver.iiif.values import ApiVersion

V2, V3 = ApiVersion.V2, ApiVersion.V3
HUGE = "9" * 5000
ARABIC_FIVE = "\N{ARABIC-INDIC DIGIT FIVE}"


@pytest.mark.parametrize(
    ("version", "text", "size"),
    [
        pytest.param(V3, "max", MaxSize(), id="I3-050"),
        pytest.param(V3, "^max", MaxSize(upscale=True), id="I3-051"),
        pytest.param(V3, "10,", WidthSize(10), id="I3-052"),
        pytest.param(V3, ",10", HeightSize(10), id="I3-054"),
        pytest.param(V3, "pct:12.5", PercentSize(Fraction(25, 2)), id="I3-055"),
        pytest.param(V3, "10,20", ExactSize(10, 20), id="I3-057"),
        pytest.param(V3, "!10,20", ConfinedSize(10, 20), id="I3-059"),
        pytest.param(V3, "^10,", WidthSize(10, upscale=True), id="I3-060-width"),
        pytest.param(V3, "^,10", HeightSize(10, upscale=True), id="I3-060-height"),
        pytest.param(V3, "^10,20", ExactSize(10, 20, upscale=True), id="I3-060-both"),
        pytest.param(V3, "^pct:200", PercentSize(Fraction(200), upscale=True), id="I3-060-percent"),
        pytest.param(V3, "^!10,20", ConfinedSize(10, 20, upscale=True), id="I3-061"),
        pytest.param(V2, "full", FullSize(), id="I2-002"),
        pytest.param(V2, "max", MaxSize(), id="I2-003"),
        pytest.param(V2, "10,", WidthSize(10), id="I2-004-width"),
        pytest.param(V2, ",10", HeightSize(10), id="I2-004-height"),
        pytest.param(V2, "pct:200", PercentSize(Fraction(200)), id="I2-004-percent"),
        pytest.param(V2, "10,20", ExactSize(10, 20), id="I2-005-both"),
        pytest.param(V2, "!10,20", ConfinedSize(10, 20), id="I2-005-box"),
        pytest.param(V2, "pct:.123456789012", PercentSize(Fraction(".123456789012")), id="I2-012"),
    ],
)
def test_a_size_is_understood(version, text, size):
    assert parse_size(version, text) == size


WRONG_SIZES = [
    pytest.param("0,", id="I3-066-width"),
    pytest.param(",0", id="I3-066-height"),
    pytest.param("0,0", id="I3-066-both"),
    pytest.param("!0,0", id="I3-066-box"),
    pytest.param("!10,0", id="I3-066-box-height"),
    pytest.param("pct:0", id="I3-066-percent"),
    pytest.param("pct:0.0", id="I3-066-percent-decimals"),
    pytest.param("10.5,", id="I3-068-decimal"),
    pytest.param("-10,", id="I3-068-minus"),
    pytest.param("+10,", id="I3-068-plus"),
    pytest.param("1e2,", id="I3-068-exponent"),
    pytest.param(" 10,", id="I3-068-blank"),
    pytest.param("10,\n", id="I3-068-line-break"),
    pytest.param("", id="I3-069-empty"),
    pytest.param(",", id="I3-069-comma"),
    pytest.param("!10,", id="I3-069-box-width"),
    pytest.param("!,10", id="I3-069-box-height"),
    pytest.param("!", id="I3-069-mark"),
    pytest.param("10", id="I3-069-number"),
    pytest.param("10,10,10", id="I3-069-three"),
    pytest.param("pct", id="I3-069-pct"),
    pytest.param("pct:", id="I3-069-pct-colon"),
    pytest.param("undefined,", id="I3-069-undefined"),
    pytest.param("NaN,", id="I3-069-nan"),
    pytest.param("MAX", id="upper-case"),
    pytest.param(f"{ARABIC_FIVE},", id="I3-132-arabic"),
    pytest.param("1_0,", id="I3-132-underscore"),
    pytest.param(f"pct:{ARABIC_FIVE}", id="I3-132-arabic-percent"),
    pytest.param(f"{HUGE},", id="I3-040"),
    pytest.param(f"pct:{HUGE}", id="I3-040-percent"),
    pytest.param(f"pct:0.{HUGE}", id="I3-040-decimals"),
]


@pytest.mark.parametrize("version", ApiVersion)
@pytest.mark.parametrize("text", WRONG_SIZES)
def test_a_wrong_size_is_refused(version, text):
    with pytest.raises(BadRequest):
        parse_size(version, text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("pct:120", id="I3-056"),
        pytest.param("pct:100.1", id="I3-056-barely"),
        pytest.param("^", id="I3-064-alone"),
        pytest.param("^^max", id="I3-064-two"),
        pytest.param("^foo", id="I3-064-word"),
        pytest.param("^pct:abc", id="I3-064-percent"),
        pytest.param("max^", id="I3-064-behind"),
        pytest.param(",^240", id="I3-064-inside"),
        pytest.param("!^10,10", id="I3-064-after-mark"),
        pytest.param("full", id="I3-065"),
        pytest.param("^full", id="I3-065-caret"),
        pytest.param("^0,", id="I3-066"),
    ],
)
def test_version_3_refuses(text):
    with pytest.raises(BadRequest):
        parse_size(V3, text)


@pytest.mark.parametrize("text", ["^max", "^10,", "^full", "^pct:50", "^!10,10"])
def test_version_2_has_no_caret(text):
    """I2-007."""
    with pytest.raises(BadRequest):
        parse_size(V2, text)
