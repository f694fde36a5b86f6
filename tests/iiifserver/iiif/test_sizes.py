from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iiifserver.iiif.errors import BadRequest, FeatureMissing
from iiifserver.iiif.geometry import (
    largest_within,
    resolve_size,
)
from iiifserver.iiif.parsing import parse_size
from iiifserver.iiif.values import (
    ApiVersion,
    Extent,
    Limits,
    SizeRules,
)

V2, V3 = ApiVersion.V2, ApiVersion.V3
DEFAULT_RULES = SizeRules()
NO_UPSCALING = SizeRules(allows_upscaling=False)


def size_of(text: str, width: int, height: int, rules: SizeRules = DEFAULT_RULES, version: ApiVersion = V3) -> str:
    size = resolve_size(parse_size(version, text), Extent(width, height), version, rules)
    return f"{size.width}x{size.height}"


def limited(width: int | None = None, height: int | None = None, area: int | None = None) -> SizeRules:
    return SizeRules(limits=Limits(max_width=width, max_height=height, max_area=area))


@pytest.mark.parametrize(
    ("text", "region", "output"),
    [
        pytest.param("max", (300, 200), "300x200", id="I3-050"),
        pytest.param("^max", (300, 200), "300x200", id="D-05"),
        pytest.param("150,", (300, 200), "150x100", id="I3-052"),
        pytest.param(",100", (300, 200), "150x100", id="I3-054"),
        pytest.param("pct:50", (300, 200), "150x100", id="I3-055"),
        pytest.param("10,200", (300, 200), "10x200", id="I3-057"),
        pytest.param("!225,100", (300, 200), "150x100", id="I3-059"),
        pytest.param("!300,300", (200, 200), "200x200", id="D-01"),
        pytest.param("^600,", (300, 200), "600x400", id="I3-060-width"),
        pytest.param("^,400", (300, 200), "600x400", id="I3-060-height"),
        pytest.param("^600,50", (300, 200), "600x50", id="I3-060-both"),
        pytest.param("^pct:200", (300, 200), "600x400", id="I3-060-percent"),
        pytest.param("^!2000,500", (1000, 1000), "500x500", id="I3-061-shrinks"),
        pytest.param("^!2000,3000", (1000, 1000), "2000x2000", id="I3-061-enlarges"),
        pytest.param("512,", (20000, 10), "512x1", id="D-06"),
        pytest.param("pct:0.001", (300, 200), "1x1", id="D-06-percent"),
        pytest.param("1,1", (300, 200), "1x1", id="I3-070"),
        pytest.param("300,200", (300, 200), "300x200", id="I3-074"),
    ],
)
def test_a_size_is_resolved(text, region, output):
    assert size_of(text, *region) == output


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("301,", id="I3-053"),
        pytest.param(",201", id="I3-054"),
        pytest.param("301,100", id="I3-058-width"),
        pytest.param("100,201", id="I3-058-height"),
    ],
)
def test_version_3_enlarges_only_with_a_caret(text):
    with pytest.raises(BadRequest):
        size_of(text, 300, 200)


@pytest.mark.parametrize("text", ["^pct:50", "^100,", "^,100", "^!50,50", "^max", "^300,200", "^10,20"])
def test_a_caret_that_enlarges_nothing_needs_no_support(text):
    """I3-062, D-05."""
    assert size_of(text, 300, 200, NO_UPSCALING) == size_of(text.removeprefix("^"), 300, 200, NO_UPSCALING)


@pytest.mark.parametrize("text", ["^pct:200", "^301,", "^,201", "^!600,600", "^301,10"])
def test_a_caret_that_enlarges_without_support_is_a_missing_feature(text):
    """I3-063."""
    with pytest.raises(FeatureMissing):
        size_of(text, 300, 200, NO_UPSCALING)


@pytest.mark.parametrize(
    ("text", "output"),
    [
        pytest.param("full", "300x200", id="I2-002"),
        pytest.param("max", "300x200", id="I2-003"),
        pytest.param("600,", "600x400", id="I2-006-width"),
        pytest.param(",400", "600x400", id="I2-006-height"),
        pytest.param("pct:200", "600x400", id="I2-006-percent"),
        pytest.param("600,50", "600x50", id="I2-006-both"),
        pytest.param("!600,600", "600x400", id="I2-006-box"),
    ],
)
def test_version_2_enlarges_without_being_told(text, output):
    assert size_of(text, 300, 200, version=V2) == output


@pytest.mark.parametrize("text", ["600,", ",400", "pct:200", "600,50"])
def test_version_2_without_upscaling_refuses(text):
    """I2-006."""
    with pytest.raises(BadRequest):
        size_of(text, 300, 200, NO_UPSCALING, V2)


def test_version_2_without_upscaling_answers_the_regions_own_size_for_a_larger_box():
    """I2-006."""
    assert size_of("!600,600", 300, 200, NO_UPSCALING, V2) == "300x200"


@pytest.mark.parametrize(("text", "is_refused"), [("!2000,3000", True), ("!2000,1000", False), ("!2000,500", False)])
def test_a_box_larger_than_the_region_can_be_refused(text, is_refused):
    """D-01, as the official validator has it."""
    rules = SizeRules(refuses_oversized_box=True)
    if is_refused:
        with pytest.raises(BadRequest):
            size_of(text, 1000, 1000, rules)
    else:
        assert size_of(text, 1000, 1000, rules)
    assert size_of(f"^{text}", 1000, 1000, rules)
    assert size_of(text, 1000, 1000, rules, V2)


@pytest.mark.parametrize(
    ("text", "region", "rules", "output"),
    [
        pytest.param("max", (4000, 6000), limited(1000), "667x1000", id="I3-171"),
        pytest.param("max", (6000, 4000), limited(3000, 2000, 4_000_000), "2449x1632", id="I3-175-area"),
        pytest.param("max", (6000, 4000), limited(3000, 2000), "3000x2000", id="I3-175-edges"),
        pytest.param("max", (6000, 4000), limited(1000), "1000x667", id="I3-175-width"),
        pytest.param("max", (20000, 10), limited(area=1000), "1000x1", id="I3-172-thin"),
        pytest.param("max", (100, 50), limited(1000), "100x50", id="I3-050-never-enlarges"),
        pytest.param("^max", (100, 50), limited(1000), "1000x500", id="I3-051"),
        pytest.param("^max", (100, 50), limited(area=20_000), "200x100", id="I3-051-area"),
        pytest.param("^max", (100, 50), limited(1000, 200, 1_000_000), "400x200", id="I3-051-height"),
        pytest.param("!3000,3000", (6000, 4000), limited(1000), "1000x667", id="I3-059"),
        pytest.param("^!3000,3000", (100, 50), limited(1000), "1000x500", id="I3-061"),
        pytest.param("100,", (6000, 4000), limited(1000), "100x67", id="I3-176"),
        pytest.param("1000,667", (6000, 4000), limited(1000), "1000x667", id="I3-177"),
    ],
)
def test_limits_shrink(text, region, rules, output):
    assert size_of(text, *region, rules) == output


@pytest.mark.parametrize("text", ["full", "max", "!5000,5000"])
def test_version_2_shrinks_to_the_limits(text):
    """I2-002, I2-003, D-03."""
    assert size_of(text, 6000, 4000, limited(1000), V2) == "1000x667"


@pytest.mark.parametrize("version", ApiVersion)
@pytest.mark.parametrize("text", ["1001,", ",668", "1001,1", "1,1001", "pct:17"])
def test_other_sizes_above_the_limits_are_refused(text, version):
    """I3-067, D-02, D-03."""
    with pytest.raises(BadRequest, match="at most 1000,667"):
        size_of(text, 6000, 4000, limited(1000), version)


def test_a_height_limit_needs_a_width_limit():
    """I3-170."""
    with pytest.raises(ValueError, match="max_width"):
        Limits(max_height=100)


EXTENTS = st.builds(Extent, st.integers(1, 60_000), st.integers(1, 60_000))
LIMITS = st.one_of(
    st.builds(Limits, max_area=st.none() | st.integers(1, 10**9)),
    st.builds(
        Limits,
        max_width=st.integers(1, 60_000),
        max_height=st.none() | st.integers(1, 60_000),
        max_area=st.none() | st.integers(1, 10**9),
    ),
)


@given(EXTENTS, LIMITS, st.booleans())
@settings(deadline=None, max_examples=400)
def test_the_largest_size_satisfies_every_limit(extent, limits, upscale):
    """I3-172."""
    largest = largest_within(extent, limits, upscale=upscale)
    assert limits.allow(largest)
    assert largest.width >= 1
    assert largest.height >= 1
    assert upscale or largest.fits_into(extent)


@given(EXTENTS, LIMITS)
@settings(deadline=None, max_examples=200)
def test_the_largest_size_is_reported_and_enforced_alike(extent, limits):
    """I3-177."""
    rules = SizeRules(limits=limits)
    largest = largest_within(extent, limits, upscale=True)
    assert size_of(f"^{largest.width},{largest.height}", extent.width, extent.height, rules)
    if limits.max_width is not None:
        with pytest.raises(BadRequest):
            size_of(f"^{limits.max_width + 1},1", extent.width, extent.height, rules)
