from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iiifserver.iiif.canonical import canonical_parameters
from iiifserver.iiif.errors import IIIFError
from iiifserver.iiif.features import QUALITY_NAMES
from iiifserver.iiif.geometry import plan
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import parse_path
from iiifserver.iiif.values import ApiVersion, Extent, Limits, Quality, RenderPlan, SizeRules, SourceFacts

V2, V3 = ApiVersion.V2, ApiVersion.V3
NO_LIMITS = Limits()
THREE_LIMITS = Limits(max_width=3000, max_height=2000, max_area=4_000_000)


def facts(width: int, height: int, *, has_color: bool = True) -> SourceFacts:
    return SourceFacts(extent=Extent(width, height), format_name="jpeg", has_color=has_color, has_alpha=False)


def planned(request: str, of: SourceFacts, version: ApiVersion, rules: SizeRules) -> RenderPlan:
    return plan(parse_image_request(version, parse_path(f"scan/{request}")), of, rules)


def canonical(request: str, of: SourceFacts, version: ApiVersion = V3, limits: Limits = NO_LIMITS) -> str:
    rules = SizeRules(limits=limits)
    return canonical_parameters(planned(request, of, version, rules), of, version, rules)


@pytest.mark.parametrize(
    ("image", "region", "canonical_region"),
    [
        pytest.param((300, 200), "0,0,300,200", "full", id="I3-140-pixels"),
        pytest.param((300, 200), "0,0,999,999", "full", id="I3-140-cropped"),
        pytest.param((300, 200), "pct:0,0,100,100", "full", id="I3-140-percent"),
        pytest.param((200, 200), "square", "full", id="I3-140-square-of-a-square"),
        pytest.param((300, 200), "square", "50,0,200,200", id="I3-140-square"),
        pytest.param((6000, 4000), "pct:50,50,50,50", "3000,2000,3000,2000", id="I3-140-percent-part"),
    ],
)
@pytest.mark.parametrize("version", [V2, V3])
def test_the_region(version, image, region, canonical_region):
    """I3-140, I2-029."""
    assert canonical(f"{region}/10,/0/default.jpg", facts(*image), version).startswith(f"{canonical_region}/")


@pytest.mark.parametrize(
    ("image", "limits", "size", "output", "canonical_size"),
    [
        pytest.param((1001, 501), NO_LIMITS, "pct:50", (501, 251), "501,251", id="1"),
        pytest.param((300, 200), NO_LIMITS, "!225,100", (150, 100), "150,100", id="2"),
        pytest.param((200, 100), NO_LIMITS, "!300,300", (200, 100), "max", id="3"),
        pytest.param((200, 100), NO_LIMITS, "^!300,300", (300, 150), "^300,150", id="4"),
        pytest.param((200, 100), Limits(max_width=300), "^!300,300", (300, 150), "^max", id="4-at-the-limit"),
        pytest.param((1001, 501), NO_LIMITS, "!500,500", (500, 250), "500,250", id="5"),
        pytest.param((6000, 4000), NO_LIMITS, "1000,", (1000, 667), "1000,667", id="6"),
        pytest.param((6000, 4000), THREE_LIMITS, "max", (2449, 1632), "max", id="7"),
        pytest.param((6000, 4000), Limits(max_width=1000), "1000,667", (1000, 667), "max", id="8"),
        pytest.param((100, 50), Limits(max_width=1000), "^max", (1000, 500), "^max", id="9"),
        pytest.param((1000, 1000), NO_LIMITS, "^pct:50", (500, 500), "500,500", id="10"),
        pytest.param((3, 2), NO_LIMITS, "!1,1", (1, 1), "1,1", id="11"),
        pytest.param((997, 1501), NO_LIMITS, ",333", (221, 333), "221,333", id="12"),
    ],
)
def test_worked_sizes_of_version_3(image, limits, size, output, canonical_size):
    """Requirements, H.3, and I3-141."""
    request = f"full/{size}/0/default.jpg"
    assert planned(request, facts(*image), V3, SizeRules(limits=limits)).size == Extent(*output)
    assert canonical(request, facts(*image), limits=limits) == f"full/{canonical_size}/0/default.jpg"


@pytest.mark.parametrize(
    ("image", "size", "canonical_size"),
    [
        pytest.param((6000, 4000), "1000,", "1000,", id="H.3-6"),
        pytest.param((997, 1501), ",333", "221,", id="H.3-12"),
        pytest.param((300, 200), "300,", "full", id="I2-029-full"),
        pytest.param((300, 200), "max", "full", id="I2-029-max"),
        pytest.param((300, 200), "100,100", "100,100", id="I2-029-distorted"),
        pytest.param((363, 2048), "182,1024", "182,1024", id="I2-030-edge-tile"),
        pytest.param((300, 200), "600,", "600,", id="I2-029-enlarged"),
    ],
)
def test_sizes_of_version_2(image, size, canonical_size):
    assert canonical(f"full/{size}/0/default.jpg", facts(*image), V2) == f"full/{canonical_size}/0/default.jpg"


@pytest.mark.parametrize(
    ("rotation", "canonical_rotation"),
    [
        pytest.param("090", "90", id="I3-142-leading-zero"),
        pytest.param("22.50", "22.5", id="H.3-13"),
        pytest.param("0.0", "0", id="I3-142-zero"),
        pytest.param("360", "0", id="I3-086"),
        pytest.param("!180.", "!180", id="I3-142-mirrored"),
        pytest.param(".125", "0.125", id="I3-131"),
        pytest.param("100", "100", id="zeros-stay"),
        pytest.param(f"0.{'0' * 49}1", f"0.{'0' * 49}1", id="longest"),
    ],
)
def test_the_rotation(rotation, canonical_rotation):
    assert (
        canonical(f"full/max/{rotation}/default.jpg", facts(300, 200)) == f"full/max/{canonical_rotation}/default.jpg"
    )


@pytest.mark.parametrize(
    ("quality", "has_color", "canonical_quality"),
    [("color", True, "default"), ("gray", True, "gray"), ("gray", False, "default"), ("bitonal", False, "bitonal")],
)
def test_the_quality(quality, has_color, canonical_quality):
    """I3-143."""
    of = facts(300, 200, has_color=has_color)
    assert canonical(f"full/max/0/{quality}.png", of) == f"full/max/0/{canonical_quality}.png"


NUMBERS = st.integers(0, 700).map(str)
DECIMALS = st.decimals(0, 120, places=2).map(str)
REGIONS = st.one_of(
    st.sampled_from(["full", "square"]),
    st.lists(NUMBERS, min_size=4, max_size=4).map(",".join),
    st.lists(DECIMALS, min_size=4, max_size=4).map(lambda four: f"pct:{','.join(four)}"),
)
SIZES = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "^"]),
        st.one_of(
            st.sampled_from(["max", "full"]),
            NUMBERS.map("{},".format),
            NUMBERS.map(",{}".format),
            DECIMALS.map("pct:{}".format),
            st.builds("{},{}".format, NUMBERS, NUMBERS),
            st.builds("!{},{}".format, NUMBERS, NUMBERS),
        ),
    ),
)
LIMITS = st.builds(Limits, max_width=st.none() | st.integers(1, 700), max_area=st.none() | st.integers(1, 300_000))


@given(
    version=st.sampled_from(ApiVersion),
    image=st.tuples(st.integers(1, 500), st.integers(1, 500)),
    rules=st.builds(
        SizeRules,
        limits=LIMITS,
        allows_upscaling=st.booleans(),
        refuses_oversized_box=st.booleans(),
        max_scale=st.none() | st.fractions(1, 3, max_denominator=10),
    ),
    region=REGIONS,
    size=SIZES,
)
@settings(deadline=None, max_examples=500)
def test_the_canonical_request_asks_for_the_same_picture_and_is_its_own_canonical_form(
    version, image, rules, region, size
):
    """I3-147."""
    of = facts(*image)
    try:
        first = planned(f"{region}/{size}/0/{QUALITY_NAMES[version][Quality.DEFAULT]}.jpg", of, version, rules)
    except IIIFError:
        return
    spelled = canonical_parameters(first, of, version, rules)
    second = planned(spelled, of, version, rules)
    assert second == first
    assert canonical_parameters(second, of, version, rules) == spelled
