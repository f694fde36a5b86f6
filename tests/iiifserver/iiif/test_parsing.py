from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iiifserver.iiif.errors import BadRequest
from iiifserver.iiif.formats import Format
from iiifserver.iiif.parameters import ConfinedSize, FullRegion, PercentRegion, PixelRegion, SquareRegion
from iiifserver.iiif.parsing import (
    parse_format,
    parse_image_request,
    parse_quality,
    parse_region,
    parse_rotation,
    parse_size,
)
from iiifserver.iiif.paths import parse_path
from iiifserver.iiif.values import ApiVersion, Identifier, ImageRequest, Quality, Rotation

V1, V2, V3 = ApiVersion
HUGE = "9" * 5000
ARABIC_FIVE = "\N{ARABIC-INDIC DIGIT FIVE}"


def test_every_part_of_a_request_is_understood():
    path = parse_path("scan/pct:1,2,3,4/^!5,6/!7.5/bitonal.webp")
    assert parse_image_request(ApiVersion.V3, path) == ImageRequest(
        version=ApiVersion.V3,
        identifier=Identifier("scan"),
        region=PercentRegion(Fraction(1), Fraction(2), Fraction(3), Fraction(4)),
        size=ConfinedSize(5, 6, upscale=True),
        rotation=Rotation(Fraction(15, 2), mirrored=True),
        quality=Quality.BITONAL,
        format=Format.WEBP,
    )


@pytest.mark.parametrize(
    ("text", "region"),
    [
        pytest.param("full", FullRegion(), id="I3-030"),
        pytest.param("1,2,3,4", PixelRegion(1, 2, 3, 4), id="I3-031"),
        pytest.param("square", SquareRegion(), id="I3-032"),
        pytest.param(
            "pct:41.6,7.5,66.6,100",
            PercentRegion(Fraction("41.6"), Fraction("7.5"), Fraction("66.6"), Fraction(100)),
            id="I3-033",
        ),
        pytest.param("0,0,99999999999999999999,1", PixelRegion(0, 0, 99999999999999999999, 1), id="I3-040"),
        pytest.param(
            "pct:.5,0.50,5.,05",
            PercentRegion(Fraction(1, 2), Fraction(1, 2), Fraction(5), Fraction(5)),
            id="I3-131",
        ),
    ],
)
def test_a_region_is_understood(text, region):
    assert parse_region(V3, text) == region


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("0,0,0,10", id="I3-035-width"),
        pytest.param("0,0,10,0", id="I3-035-height"),
        pytest.param("pct:0,0,0,10", id="I3-035-percent"),
        pytest.param("pct:0,0,10,0.00", id="I3-035-percent-decimals"),
        pytest.param("-1,0,10,10", id="I3-037"),
        pytest.param("pct:-1,0,10,10", id="I3-037-percent"),
        pytest.param("0.5,0,10,10", id="I3-038-decimal"),
        pytest.param("1e3,0,10,10", id="I3-038-exponent"),
        pytest.param("+1,0,10,10", id="I3-038-sign"),
        pytest.param("0x10,0,10,10", id="I3-038-hexadecimal"),
        pytest.param("0,0,10", id="I3-039-three"),
        pytest.param("0,0,10,10,10", id="I3-039-five"),
        pytest.param(",,,", id="I3-039-commas"),
        pytest.param(" full", id="I3-039-blank"),
        pytest.param("full\n", id="I3-039-line-break"),
        pytest.param("0,0,10,10\n", id="I3-039-line-break-after-number"),
        pytest.param("FULL", id="I3-039-upper-case"),
        pytest.param("pct:", id="I3-039-percent-of-nothing"),
        pytest.param("PCT:0,0,1,1", id="I3-039-upper-case-percent"),
        pytest.param("fullx", id="I3-039-extra-text"),
        pytest.param("", id="I3-039-empty"),
        pytest.param("%full", id="I3-039-percent-sign"),
        pytest.param(f"0,0,{HUGE},1", id="I3-040-digits"),
        pytest.param(f"pct:0,0,{HUGE},1", id="I3-040-percent-digits"),
        pytest.param("pct:.,0,1,1", id="I3-130-dot"),
        pytest.param("pct:1.2.3,0,1,1", id="I3-130-two-dots"),
        pytest.param("pct:1e1,0,1,1", id="I3-130-exponent"),
        pytest.param("pct:nan,0,1,1", id="I3-132-nan"),
        pytest.param("pct:1/2,0,1,1", id="I3-132-fraction"),
        pytest.param(f"{ARABIC_FIVE},0,10,10", id="I3-132-arabic"),
        pytest.param("1_0,0,10,10", id="I3-132-underscore"),
        pytest.param("0, 0,10,10", id="I3-132-blank"),
    ],
)
def test_a_wrong_region_is_refused(text):
    with pytest.raises(BadRequest):
        parse_region(V3, text)


@pytest.mark.parametrize(
    ("text", "rotation"),
    [
        pytest.param("0", Rotation(), id="I3-080"),
        pytest.param("90", Rotation(Fraction(90)), id="I3-081"),
        pytest.param("22.5", Rotation(Fraction(45, 2)), id="I3-082"),
        pytest.param("!0", Rotation(mirrored=True), id="I3-083"),
        pytest.param("360", Rotation(), id="I3-086"),
        pytest.param("!360.0", Rotation(mirrored=True), id="I3-086-mirrored"),
        pytest.param("22.50", Rotation(Fraction(45, 2)), id="I3-090"),
        pytest.param("090", Rotation(Fraction(90)), id="I3-142"),
        pytest.param(".5", Rotation(Fraction(1, 2)), id="I3-131"),
    ],
)
def test_a_rotation_is_understood(text, rotation):
    assert parse_rotation(V3, text) == rotation


@pytest.mark.parametrize(
    "text",
    [
        *(pytest.param(text, id=f"I3-084 {text}") for text in ("361", "360.1", "-90", "!-90", "!361")),
        *(
            pytest.param(text, id=f"I3-085 {text}")
            for text in ("", "!", "!!0", "0!", "90deg", "+90", "1e2", "nan", "inf", "0x5a", "90,", ".", "9 0")
        ),
        pytest.param("90\n", id="I3-085 line break"),
        pytest.param(ARABIC_FIVE, id="I3-132"),
        pytest.param(f"0.{HUGE}", id="I3-040"),
    ],
)
def test_a_wrong_rotation_is_refused(text):
    with pytest.raises(BadRequest):
        parse_rotation(V3, text)


@pytest.mark.parametrize("quality", Quality)
def test_a_quality_is_understood(quality):
    """I3-100, I3-101, I3-104, I2-010."""
    assert parse_quality(V3, quality.value) is quality


@pytest.mark.parametrize("text", ["grey", "native", "Default", "foo", "", "default\n"])
def test_an_unknown_quality_is_refused(text):
    """I3-106, I2-010."""
    with pytest.raises(BadRequest):
        parse_quality(V3, text)


@pytest.mark.parametrize("output", Format)
def test_a_format_is_understood(output):
    """I3-110 to I3-112, I3-116."""
    assert parse_format(V3, output.extension) is output


@pytest.mark.parametrize("text", ["JPG", "jpeg", "", "jp2", "pdf", "bmp", "jpg "])
def test_an_unknown_format_is_refused(text):
    """I3-113, I3-115."""
    with pytest.raises(BadRequest):
        parse_format(V3, text)


def test_a_message_quotes_little_and_nothing_that_a_browser_would_run():
    with pytest.raises(BadRequest) as caught:
        parse_region(V3, "<script>alert('é')</script>" + "x" * 1000)
    assert not set("<>'&é") & set(caught.value.sentence)
    assert len(caught.value.sentence) < 200


def test_a_message_says_what_to_write():
    with pytest.raises(BadRequest, match="write max, w, or ,h or w,h"):
        parse_size(ApiVersion.V3, "large")


PARAMETERS = st.one_of(st.text(), st.text("0123456789.,!^%pct:maxful", max_size=20))


@given(st.sampled_from(ApiVersion), PARAMETERS)
@settings(deadline=None, max_examples=200)
def test_any_text_is_understood_or_refused(version, text):
    parsers = (parse_region, parse_size, parse_rotation, parse_quality, parse_format)
    for parse in parsers:
        with suppress(BadRequest):
            parse(version, text)
