"""Images that are given out smaller than they are."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iiifserver.iiif.errors import BadRequest, Forbidden
from iiifserver.iiif.features import Capabilities
from iiifserver.iiif.info import info_document
from iiifserver.iiif.meta_identifier import MetaIdentifier
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import parse_path
from iiifserver.iiif.resolution import Resolved, resolve
from iiifserver.iiif.values import ApiVersion, Box, Extent, Identifier, Level, Limits, SizeRules, SourceFacts

V2, V3 = ApiVersion.V2, ApiVersion.V3
HALF = Fraction(1, 2)


def facts(width: int = 2000, height: int = 1000, levels: tuple[Level, ...] = ()) -> SourceFacts:
    return SourceFacts(extent=Extent(width, height), format_name="tiff", has_color=True, has_alpha=False, levels=levels)


def resolved(
    parameters: str,
    version: ApiVersion = V3,
    scale: Fraction = HALF,
    of: SourceFacts | None = None,
    rules: SizeRules | None = None,
) -> Resolved:
    meta = MetaIdentifier(Identifier("scan"), scale=scale)
    request = parse_image_request(version, parse_path(f"scan/{parameters}/0/default.jpg"), meta)
    return resolve(request, of or facts(), rules or SizeRules())


@pytest.mark.parametrize(
    ("parameters", "box", "size", "canonical"),
    [
        ("full/max", Box(0, 0, 2000, 1000), Extent(1000, 500), "full/max"),
        ("0,0,1000,500/500,", Box(0, 0, 2000, 1000), Extent(500, 250), "full/500,250"),
        ("500,0,500,500/max", Box(1000, 0, 1000, 1000), Extent(500, 500), "500,0,500,500/max"),
        ("square/max", Box(500, 0, 1000, 1000), Extent(500, 500), "250,0,500,500/max"),
        ("pct:50,50,50,50/pct:50", Box(1000, 500, 1000, 500), Extent(250, 125), "500,250,500,250/250,125"),
        ("full/^max", Box(0, 0, 2000, 1000), Extent(1000, 500), "full/max"),
        ("full/!5000,5000", Box(0, 0, 2000, 1000), Extent(1000, 500), "full/max"),
        ("full/^!5000,5000", Box(0, 0, 2000, 1000), Extent(1000, 500), "full/max"),
    ],
)
def test_a_request_is_about_the_smaller_image(parameters, box, size, canonical):
    """Parity 1.7; the plan is in pixels of the real image."""
    found = resolved(parameters)
    assert (found.plan.box, found.plan.size) == (box, size)
    assert found.canonical == f"{canonical}/0/default.jpg"


@pytest.mark.parametrize(
    ("version", "size"),
    [(V3, "^1003,"), (V3, "^,502"), (V3, "^pct:200"), (V3, "^1100,10"), (V2, "2000,"), (V2, "pct:101")],
)
def test_more_than_is_given_out_is_forbidden(version, size):
    """Parity 1.7 and 3.4."""
    with pytest.raises(Forbidden):
        resolved(f"full/{size}", version)


def test_without_a_caret_version_3_is_a_bad_request_as_ever():
    with pytest.raises(BadRequest):
        resolved("full/2000,")


@pytest.mark.parametrize("size", ["1001,", ",501", "1001,501"])
def test_a_pixel_more_is_a_matter_of_rounding(size):
    """Cantaloupe's lesson 35."""
    assert resolved(f"full/{size}", V2)


def test_the_limits_still_hold():
    assert resolved("full/max", rules=SizeRules(limits=Limits(max_width=100))).plan.size == Extent(100, 50)


def test_the_information_is_about_the_smaller_image():
    """Parity 1.7; enlarging is not told."""
    document = info_document(
        V3,
        uri="https://example.org/scan;1:2",
        facts=facts(),
        rules=SizeRules(limits=Limits(max_area=10**7), max_scale=Fraction(3)),
        capabilities=Capabilities(),
        scale=HALF,
    )
    assert (document["width"], document["height"]) == (1000, 500)
    assert document["sizes"] == [{"width": 500, "height": 250}, {"width": 1000, "height": 500}]
    assert "maxWidth" not in document
    assert "sizeUpscaling" not in document["extraFeatures"]


@pytest.mark.parametrize(
    ("scale", "tile"), [pytest.param(HALF, 256, id="a-stored-level"), pytest.param(Fraction(1, 3), 512, id="none")]
)
def test_the_tiles_are_those_of_the_stored_level(scale, tile):
    """Parity 2.1: Cantaloupe lists the native tile of the real image."""
    levels = (Level(Extent(2000, 1000), Extent(128, 128)), Level(Extent(1000, 500), Extent(256, 256)))
    document = info_document(
        V3,
        uri="https://example.org/x",
        facts=facts(levels=levels),
        rules=SizeRules(),
        capabilities=Capabilities(),
        scale=scale,
    )
    assert document["tiles"][0]["width"] == tile


@given(st.integers(1, 3000), st.fractions(Fraction(1, 20), 1, max_denominator=20), st.integers(0, 3000))
@settings(deadline=None, max_examples=300)
def test_regions_that_touch_still_do(width, scale, at):
    of = facts(width, 100)
    seen = resolved("full/max", scale=scale, of=of).plan.size.width
    at = min(at, seen - 1)
    if at == 0:
        return
    left = resolved(f"0,0,{at},1/max", scale=scale, of=of).plan.box
    right = resolved(f"{at},0,{seen},1/max", scale=scale, of=of).plan.box
    assert (left.x, left.right, right.right) == (0, right.x, width)
