"""The limits that are ours: how far a region is enlarged, where sizes end, and whether others are answered."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iiifserver.iiif.errors import BadRequest, IIIFError
from iiifserver.iiif.features import FEATURES_OF_LISTED_SIZES, QUALITY_NAMES, Capabilities
from iiifserver.iiif.info import info_document
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import parse_path
from iiifserver.iiif.resolution import resolve
from iiifserver.iiif.values import ApiVersion, Extent, Limits, Quality, SizeRules, SourceFacts

V1, V2, V3 = ApiVersion
ONE_AND_A_HALF = SizeRules(max_scale=Fraction(3, 2))


def facts(width: int = 300, height: int = 200) -> SourceFacts:
    return SourceFacts(extent=Extent(width, height), format_name="png", has_color=True, has_alpha=False)


def size_of(parameters: str, rules: SizeRules, version: ApiVersion = V3, of: SourceFacts | None = None) -> str:
    last = f"{QUALITY_NAMES[version][Quality.DEFAULT]}.jpg"
    request = parse_image_request(version, parse_path(f"scan/{parameters}/0/{last}"))
    size = resolve(request, of or facts(), rules).plan.size
    return f"{size.width},{size.height}"


def document(rules: SizeRules, version: ApiVersion = V3, of: SourceFacts | None = None) -> dict:
    return info_document(version, uri="https://x/y", facts=of or facts(), rules=rules, capabilities=Capabilities())


# --- Max scale ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "parameters", "size"),
    [
        (V3, "full/^450,", "450,300"),
        (V3, "full/^pct:150", "450,300"),
        (V3, "full/^max", "450,300"),
        (V3, "full/^!9999,9999", "450,300"),
        (V3, "0,0,100,101/^max", "150,152"),
        (V3, "0,0,101,101/^pct:150", "152,152"),
        (V3, "full/max", "300,200"),
        (V2, "full/450,", "450,300"),
        (V2, "full/!9999,9999", "450,300"),
        (V2, "full/full", "300,200"),
        (V1, "full/full", "300,200"),
    ],
)
def test_a_region_is_enlarged_up_to_the_max_scale(version, parameters, size):
    """Parity 3.4."""
    assert size_of(parameters, ONE_AND_A_HALF, version) == size


@pytest.mark.parametrize(
    ("version", "parameters"),
    [
        (V3, "full/^451,"),
        (V3, "full/^pct:151"),
        (V3, "full/^10,301"),
        (V2, "full/451,"),
        (V1, "full/451,"),
        pytest.param(V3, "0,0,100,100/^200,", id="the-region-counts-and-not-the-image"),
    ],
)
def test_more_than_the_max_scale_is_a_bad_request(version, parameters):
    """Parity 3.4, with IIIF's status."""
    with pytest.raises(BadRequest):
        size_of(parameters, ONE_AND_A_HALF, version)


def test_the_max_scale_is_told_as_the_largest_size_of_the_whole_image():
    """I3-174, I3-177."""
    told = document(ONE_AND_A_HALF)
    assert (told["maxWidth"], told["maxHeight"]) == (450, 300)
    assert "sizeUpscaling" in told["extraFeatures"]
    assert document(SizeRules(max_scale=Fraction(2), limits=Limits(max_width=400)))["maxWidth"] == 400


# --- Min size -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("min_size", "factors"), [(1, [1, 2, 4, 8, 16]), (250, [1, 2, 4, 8, 16]), (251, [1, 2, 4, 8]), (9999, [1])]
)
@pytest.mark.parametrize("version", [V2, V3])
def test_sizes_and_scale_factors_end_at_the_min_size(version, min_size, factors):
    """Parity 2.1, requirements H.4: one size for each scale factor."""
    told = document(SizeRules(min_size=min_size), version, facts(6000, 4000))
    assert told["tiles"][0]["scaleFactors"] == factors
    assert len(told["sizes"]) == len(factors)
    assert told["sizes"][-1] == {"width": 6000, "height": 4000}


# --- Only listed sizes --------------------------------------------------------------------------------------------

LISTED = SizeRules(restricts_to_sizes=True, default_tile=Extent(128, 128))


@pytest.mark.parametrize(
    ("version", "parameters"),
    [
        (V3, "full/max"),
        (V3, "full/150,100"),
        (V3, "full/75,50"),
        (V3, "full/pct:50"),
        (V3, "0,0,128,128/max"),
        (V3, "0,0,128,128/128,128"),
        (V3, "256,128,44,72/44,72"),
        (V3, "256,128,999,999/max"),
        (V3, "256,0,44,200/22,100"),
        (V2, "256,0,44,200/22,"),
        (V2, "0,0,128,128/full"),
        (V2, "full/150,"),
        (V1, "full/150,"),
        (V1, "full/full"),
    ],
)
def test_what_is_listed_is_answered(version, parameters):
    assert size_of(parameters, LISTED, version)


@pytest.mark.parametrize(
    ("version", "parameters"),
    [
        (V3, "full/151,"),
        (V3, "full/150,99"),
        (V3, "full/^400,"),
        (V3, "0,0,127,128/max"),
        (V3, "1,0,128,128/max"),
        (V3, "0,0,128,128/65,65"),
        (V3, "square/max"),
        (V2, "full/100,"),
        (V1, "full/100,"),
    ],
)
def test_what_is_not_listed_is_a_bad_request(version, parameters):
    """Parity 3.4, with IIIF's status."""
    with pytest.raises(BadRequest, match="lists"):
        size_of(parameters, LISTED, version)


def test_max_is_answered_where_the_limits_shrink_it():
    """I3-050."""
    rules = SizeRules(restricts_to_sizes=True, limits=Limits(max_width=99))
    assert size_of("full/max", rules) == "99,66"


def test_level_0_is_told_and_nothing_beyond_the_sizes():
    """I3-200, I3-201."""
    assert document(LISTED)["profile"] == "level0"
    assert set(document(LISTED)["extraFeatures"]) <= FEATURES_OF_LISTED_SIZES
    assert "png" in document(LISTED)["extraFormats"]
    assert document(LISTED, V2)["profile"][0] == "http://iiif.io/api/image/2/level0.json"
    assert document(LISTED, V1)["profile"].endswith("#level0")


@given(
    st.sampled_from([V2, V3]),
    st.tuples(st.integers(1, 3000), st.integers(1, 3000)),
    st.integers(64, 600),
    st.integers(1, 300),
    st.data(),
)
@settings(deadline=None, max_examples=200)
def test_every_listed_size_and_tile_is_answered(version, image, tile_edge, min_size, data):
    """I3-071, I3-072."""
    rules = SizeRules(restricts_to_sizes=True, default_tile=Extent(tile_edge, tile_edge), min_size=min_size)
    of = facts(*image)
    told = document(rules, version, of)
    for size in told["sizes"]:
        wanted = f"{size['width']},{size['height']}"
        assert size_of(f"full/{wanted}", rules, version, of) == wanted
        assert size_of(f"full/{size['width']},", rules, version, of)
    factor = data.draw(st.sampled_from(told["tiles"][0]["scaleFactors"]))
    step = tile_edge * factor
    x, y = (data.draw(st.integers(0, (length - 1) // step)) * step for length in image)
    width, height = (-(-min(step, length - start) // factor) for length, start in zip(image, (x, y), strict=True))
    region = f"{x},{y},{step},{step}"
    assert size_of(f"{region}/{width},{height}", rules, version, of) == f"{width},{height}"
    assert size_of(f"{region}/{width},", rules, version, of)


@given(st.tuples(st.integers(1, 500), st.integers(1, 500)), st.integers(1, 600), st.integers(1, 600))
@settings(deadline=None, max_examples=100)
def test_the_restriction_only_ever_refuses(image, width, height):
    of, parameters = facts(*image), f"full/{width},{height}"
    try:
        restricted = size_of(parameters, LISTED, of=of)
    except IIIFError:
        return
    assert restricted == size_of(parameters, SizeRules(), of=of)


# --- Limits and sizes that are written by their width ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "height", "parameters", "size"),
    [
        (3, 5000, "full/1,", "1,313"),
        (2401, 1500, "2400,0,1,800/1,", "1,400"),
        (2401, 1500, "2400,0,1,400/1,", "1,400"),
    ],
)
def test_a_listed_strip_that_is_named_by_its_width_is_made_as_listed(width, height, parameters, size):
    """I2-021."""
    rules = SizeRules(limits=Limits(max_width=600, max_height=400))
    assert size_of(parameters, rules, V2, facts(width, height)) == size


@pytest.mark.parametrize("parameters", ["full/2,", "full/4,", "0,0,1,5000/1,"])
def test_what_is_not_listed_and_above_the_limits_stays_refused(parameters):
    rules = SizeRules(limits=Limits(max_width=600, max_height=400))
    with pytest.raises(BadRequest, match="more than this server makes"):
        size_of(parameters, rules, V2, facts(3, 5000))


def test_version_3_writes_sizes_in_full():
    with pytest.raises(BadRequest):
        size_of("full/1,", SizeRules(limits=Limits(max_width=600, max_height=400)), V3, facts(3, 5000))


@settings(deadline=None, max_examples=100)
@given(
    extent=st.tuples(st.integers(1, 3000), st.integers(1, 3000)),
    edges=st.tuples(st.integers(1, 1000), st.integers(1, 1000)),
    restricts=st.booleans(),
)
def test_every_listed_size_and_tile_may_be_named_by_its_width(extent, edges, restricts):
    limits = Limits(max_width=edges[0], max_height=edges[1])
    rules, image = SizeRules(limits=limits, restricts_to_sizes=restricts), facts(*extent)
    described = document(rules, V2, image)
    for size in described["sizes"]:
        assert limits.allow(extent_of(size_of(f"full/{size['width']},", rules, V2, image)))
    for tile in described.get("tiles", ()):
        for factor in tile["scaleFactors"]:
            step_x, step_y = tile["width"] * factor, tile.get("height", tile["width"]) * factor
            # The corner, which is cut off on both sides.
            x, y = (extent[0] - 1) // step_x * step_x, (extent[1] - 1) // step_y * step_y
            width, height = min(step_x, extent[0] - x), min(step_y, extent[1] - y)
            wanted = -(-width // factor)
            assert limits.allow(extent_of(size_of(f"{x},{y},{width},{height}/{wanted},", rules, V2, image)))


def extent_of(size: str) -> Extent:
    return Extent(*map(int, size.split(",")))
