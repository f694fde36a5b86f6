"""What viewers ask wrongly, and the picture that they get instead of an error where an endpoint is lenient."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iiifserver.iiif.errors import BadRequest, IIIFError
from iiifserver.iiif.features import QUALITY_NAMES
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import parse_path
from iiifserver.iiif.resolution import Resolved, resolve
from iiifserver.iiif.values import ApiVersion, Box, Extent, Limits, Quality, SizeRules, SourceFacts

V1, V2, V3 = ApiVersion
LENIENT = SizeRules(is_lenient=True)
LIMITED = SizeRules(is_lenient=True, limits=Limits(max_width=100))
NO_UPSCALING = SizeRules(is_lenient=True, allows_upscaling=False)


def facts(width: int = 300, height: int = 200) -> SourceFacts:
    return SourceFacts(extent=Extent(width, height), format_name="png", has_color=True, has_alpha=False)


def resolved(parameters: str, rules: SizeRules, version: ApiVersion = V3, of: SourceFacts | None = None) -> Resolved:
    last = f"{QUALITY_NAMES[version][Quality.DEFAULT]}.jpg"
    path = parse_path(f"scan/{parameters}/0/{last}")
    return resolve(parse_image_request(version, path, is_lenient=rules.is_lenient), of or facts(), rules)


def strict(rules: SizeRules) -> SizeRules:
    return replace(rules, is_lenient=False)


# Who asks, version, what is asked of 300 x 200 pixels, rules, size of the answer, canonical region and size.
LENIENCES = [
    ("mirador-thumbnail", V3, "full/,240", LENIENT, "300x200", "full/max"),
    ("universal-viewer-thumbnail", V3, "full/400,", LENIENT, "300x200", "full/max"),
    ("clover-thumbnail", V3, "0,0,100,100/512,", LENIENT, "100x100", "0,0,100,100/max"),
    ("percentage", V3, "full/pct:150", LENIENT, "300x200", "full/max"),
    ("universal-viewer-current-view", V3, "200,100,200,200/200,200", LENIENT, "100x100", "200,100,100,100/max"),
    ("one-edge-too-long", V3, "full/400,100", LENIENT, "300x100", "full/300,100"),
    (
        "box-refused-by-a-setting",
        V3,
        "full/!900,900",
        replace(LENIENT, refuses_oversized_box=True),
        "300x200",
        "full/max",
    ),
    ("caret-without-upscaling", V3, "full/^600,", NO_UPSCALING, "300x200", "full/max"),
    ("caret-and-box-without-upscaling", V3, "full/^!600,600", NO_UPSCALING, "300x200", "full/max"),
    ("above-the-limits", V3, "full/200,", LIMITED, "100x67", "full/max"),
    ("both-edges-above-the-limits", V3, "full/200,200", LIMITED, "100x100", "full/100,100"),
    ("caret-above-the-limits", V3, "0,0,60,30/^200,", LIMITED, "100x50", "0,0,60,30/^max"),
    ("above-the-max-scale", V3, "full/^900,", replace(LENIENT, max_scale=Fraction(2)), "600x400", "full/^max"),
    ("version-2-above-the-limits", V2, "full/200,", LIMITED, "100x67", "full/full"),
    ("version-2-without-upscaling", V2, "full/600,", NO_UPSCALING, "300x200", "full/full"),
    ("version-2-percentage-without-upscaling", V2, "full/pct:150", NO_UPSCALING, "300x200", "full/full"),
    ("version-1-above-the-limits", V1, "full/,500", LIMITED, "100x67", "full/full"),
    ("left-of-the-image", V3, "-20,-10,120,110/100,100", LENIENT, "100x100", "0,0,100,100/max"),
    ("left-of-the-image-in-version-2", V2, "-20,-10,120,110/50,50", LENIENT, "50x50", "0,0,100,100/50,"),
]


@pytest.mark.parametrize(
    ("version", "parameters", "rules", "size", "canonical"), [pytest.param(*row[1:], id=row[0]) for row in LENIENCES]
)
def test_instead_of_an_error_there_is_the_nearest_picture(version, parameters, rules, size, canonical):
    """Requirements, section G. The canonical address is that of what is answered."""
    answer = resolved(parameters, rules, version)
    assert f"{answer.plan.size.width}x{answer.plan.size.height}" == size
    assert answer.canonical.startswith(f"{canonical}/0/")
    with pytest.raises(IIIFError):
        resolved(parameters, strict(rules), version)


# Of these nothing can be meant, or nothing is there to be seen.
NONSENSE = [
    ("beside-the-image", "300,0,10,10/10,10"),
    ("left-of-all", "-20,0,20,10/20,10"),
    ("leaflet-beside-the-image", "32768,0,-23768,6000/-371,94"),
    ("negative-width", "0,0,-5,10/max"),
    ("universal-viewer-without-a-width", "full/undefined,"),
    ("mirador-without-a-size", "full/"),
    ("not-a-number", "full/NaN,"),
    ("zero", "full/0,"),
    ("fraction", "0.5,0,10,10/max"),
    ("size-of-version-2", "full/full"),
    ("percentage-of-nothing", "full/pct:0"),
    ("negative-percentage", "pct:-1,0,10,10/max"),
]


@pytest.mark.parametrize("parameters", [pytest.param(row[1], id=row[0]) for row in NONSENSE])
def test_what_means_nothing_stays_an_error(parameters):
    with pytest.raises(BadRequest):
        resolved(parameters, LENIENT)


def test_only_listed_sizes_stay_listed_sizes():
    rules = replace(LENIENT, restricts_to_sizes=True)
    assert resolved("full/400,", rules).plan.size == Extent(300, 200)
    with pytest.raises(BadRequest, match="lists"):
        resolved("full/123,", rules)


def test_a_reduced_image_is_not_enlarged():
    path = parse_path("scan/full/^280,/0/default.jpg")
    request = replace(parse_image_request(V3, path), scale=Fraction(1, 2))
    plan = resolve(request, facts(), LENIENT).plan
    assert (plan.box, plan.size) == (Box(0, 0, 300, 200), Extent(150, 100))


NUMBERS = st.integers(0, 700).map(str)
REGIONS = st.one_of(st.sampled_from(["full", "square"]), st.lists(NUMBERS, min_size=4, max_size=4).map(",".join))
SIZES = st.builds(
    "{}{}".format,
    st.sampled_from(["", "^"]),
    st.one_of(
        st.just("max"),
        NUMBERS.map("{},".format),
        NUMBERS.map(",{}".format),
        NUMBERS.map("pct:{}".format),
        st.builds("{},{}".format, NUMBERS, NUMBERS),
        st.builds("!{},{}".format, NUMBERS, NUMBERS),
    ),
)
RULES = st.builds(
    SizeRules,
    limits=st.builds(Limits, max_width=st.none() | st.integers(1, 700), max_area=st.none() | st.integers(1, 300_000)),
    allows_upscaling=st.booleans(),
    refuses_oversized_box=st.booleans(),
    max_scale=st.none() | st.fractions(1, 3, max_denominator=10),
    is_lenient=st.just(True),
)
IMAGES = st.builds(facts, st.integers(1, 500), st.integers(1, 500))


@given(st.sampled_from([V2, V3]), IMAGES, RULES, REGIONS, SIZES)
@settings(deadline=None, max_examples=400)
def test_what_is_right_is_answered_as_ever(version, of, rules, region, size):
    try:
        usual = resolved(f"{region}/{size}", strict(rules), version, of)
    except IIIFError:
        return
    assert resolved(f"{region}/{size}", rules, version, of) == usual


@given(st.sampled_from([V2, V3]), IMAGES, RULES, REGIONS, SIZES)
@settings(deadline=None, max_examples=400)
def test_the_canonical_request_needs_no_lenience(version, of, rules, region, size):
    """Whoever follows the Link header asks rightly, and gets the same picture."""
    try:
        answer = resolved(f"{region}/{size}", rules, version, of)
    except IIIFError:
        return
    region, size, *_ = answer.canonical.split("/")
    assert resolved(f"{region}/{size}", strict(rules), version, of) == answer
