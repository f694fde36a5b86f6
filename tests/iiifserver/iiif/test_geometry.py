from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iiifserver.iiif.errors import BadRequest
from iiifserver.iiif.formats import Format
from iiifserver.iiif.geometry import (
    plan,
    resolve_quality,
    resolve_region,
    rotated_extent,
    to_stored,
)
from iiifserver.iiif.parsing import parse_image_request, parse_region, parse_rotation
from iiifserver.iiif.paths import parse_path
from iiifserver.iiif.values import (
    ApiVersion,
    Box,
    Extent,
    Limits,
    Quality,
    RenderPlan,
    Rotation,
    SizeRules,
    SourceFacts,
)

DEFAULT_RULES = SizeRules()


def facts(width: int, height: int, *, has_color: bool = True) -> SourceFacts:
    return SourceFacts(extent=Extent(width, height), format_name="tiff", has_color=has_color, has_alpha=False)


def limited(width: int | None = None, height: int | None = None, area: int | None = None) -> SizeRules:
    return SizeRules(limits=Limits(max_width=width, max_height=height, max_area=area))


def planned(request: str, of: SourceFacts, rules: SizeRules = DEFAULT_RULES) -> RenderPlan:
    return plan(parse_image_request(ApiVersion.V3, parse_path(f"scan/{request}")), of, rules)


@pytest.mark.parametrize(
    ("text", "extent", "box"),
    [
        pytest.param("full", Extent(300, 200), Box(0, 0, 300, 200), id="I3-030"),
        pytest.param("10,20,30,40", Extent(300, 200), Box(10, 20, 30, 40), id="I3-031"),
        pytest.param("square", Extent(300, 200), Box(50, 0, 200, 200), id="I3-032-wide"),
        pytest.param("square", Extent(200, 301), Box(0, 50, 200, 200), id="I3-032-high"),
        pytest.param("pct:50,50,50,50", Extent(6000, 4000), Box(3000, 2000, 3000, 2000), id="I3-033"),
        pytest.param("pct:0,0,0.001,0.001", Extent(300, 200), Box(0, 0, 1, 1), id="I3-033-at-least-one-pixel"),
        pytest.param("pct:0.01,0.01,50,50", Extent(300, 200), Box(0, 0, 150, 100), id="I3-033-start-rounds-to-0"),
        pytest.param("pct:99.99,99.99,1,1", Extent(30, 20), Box(29, 19, 1, 1), id="I3-033-inside-below-100"),
        pytest.param("125,15,200,200", Extent(300, 200), Box(125, 15, 175, 185), id="I3-034"),
        pytest.param("pct:41.6,7.5,66.6,100", Extent(300, 200), Box(125, 15, 175, 185), id="I3-034-percent"),
        pytest.param("299,199,10,10", Extent(300, 200), Box(299, 199, 1, 1), id="I3-034-last-pixel"),
        pytest.param("0,0,99999999999999999999,1", Extent(300, 200), Box(0, 0, 300, 1), id="I3-040"),
    ],
)
def test_a_region_covers(text, extent, box):
    assert resolve_region(parse_region(ApiVersion.V3, text), extent) == box


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("300,0,10,10", id="I3-036-right"),
        pytest.param("0,200,10,10", id="I3-036-below"),
        pytest.param("pct:100,0,10,10", id="I3-036-percent"),
        pytest.param("99999999999999999999,0,1,1", id="I3-040"),
    ],
)
def test_a_region_outside_the_image_is_refused(text):
    with pytest.raises(BadRequest):
        resolve_region(parse_region(ApiVersion.V3, text), Extent(300, 200))


@pytest.mark.parametrize(
    ("extent", "text", "canvas"),
    [
        pytest.param(Extent(300, 200), "0", Extent(300, 200), id="I3-080"),
        pytest.param(Extent(300, 200), "90", Extent(200, 300), id="I3-081-90"),
        pytest.param(Extent(300, 200), "180", Extent(300, 200), id="I3-081-180"),
        pytest.param(Extent(300, 200), "!270", Extent(200, 300), id="I3-081-270"),
        pytest.param(Extent(300, 200), "22.5", Extent(354, 300), id="I3-087-22.5"),
        pytest.param(Extent(300, 200), "45", Extent(354, 354), id="I3-087-45"),
        pytest.param(Extent(300, 200), "337.5", Extent(354, 300), id="I3-087-337.5"),
    ],
)
def test_the_canvas_shows_the_whole_rotated_picture(extent, text, canvas):
    assert rotated_extent(extent, parse_rotation(ApiVersion.V3, text)) == canvas


def test_a_plan_composes_region_size_and_the_rest():
    """I3-120."""
    assert planned("125,15,120,140/90,/!345/gray.jpg", facts(300, 200)) == RenderPlan(
        box=Box(125, 15, 120, 140),
        size=Extent(90, 105),
        rotation=Rotation(Fraction(345), mirrored=True),
        quality=Quality.GRAY,
        format=Format.JPG,
    )


def test_sizes_refer_to_the_cropped_region():
    """I3-041."""
    assert planned("125,15,200,200/max/0/default.jpg", facts(300, 200)).size == Extent(175, 185)


@pytest.mark.parametrize(
    ("quality", "has_color", "resolved"),
    [
        pytest.param(Quality.COLOR, True, Quality.DEFAULT, id="I3-143"),
        pytest.param(Quality.COLOR, False, Quality.DEFAULT, id="I3-102"),
        pytest.param(Quality.GRAY, True, Quality.GRAY, id="I3-101"),
        pytest.param(Quality.GRAY, False, Quality.DEFAULT, id="I3-143-gray"),
        pytest.param(Quality.BITONAL, False, Quality.BITONAL, id="I3-104"),
    ],
)
def test_a_quality_that_changes_nothing_is_the_default(quality, has_color, resolved):
    assert resolve_quality(quality, facts(1, 1, has_color=has_color)) is resolved


@pytest.mark.parametrize(
    ("request_", "is_refused"),
    [
        ("full/^16383,1/0/default.webp", False),
        ("full/^16384,1/0/default.webp", True),
        ("full/^1,16384/90/default.webp", True),
        ("full/^16383,9000/10/default.webp", True),
        ("full/^16384,1/0/default.png", False),
        ("full/^65536,1/0/default.jpg", True),
    ],
)
def test_what_an_encoder_cannot_store_is_refused(request_, is_refused):
    """I3-119."""
    if is_refused:
        with pytest.raises(BadRequest):
            planned(request_, facts(100, 100))
    else:
        assert planned(request_, facts(100, 100))


def test_a_rotated_canvas_may_cover_twice_the_area_limit():
    """D-04."""
    rules = limited(area=1_000_000)
    assert planned("full/max/44/default.jpg", facts(1000, 1000), rules)
    with pytest.raises(BadRequest):
        planned("full/^1000000,1/45/default.png", facts(1000, 1000), rules)


EXTENTS = st.builds(Extent, st.integers(1, 60_000), st.integers(1, 60_000))
PERCENTS = st.decimals(0, 120, places=3).map(str)
PIXELS = st.integers(0, 70_000).map(str)
REGIONS = st.one_of(
    st.just("full"),
    st.just("square"),
    st.lists(PIXELS, min_size=4, max_size=4).map(",".join),
    st.lists(PERCENTS, min_size=4, max_size=4).map(lambda four: f"pct:{','.join(four)}"),
)


@given(REGIONS, EXTENTS)
@settings(deadline=None, max_examples=200)
def test_a_region_is_refused_or_inside_the_image(text, extent):
    try:
        box = resolve_region(parse_region(ApiVersion.V3, text), extent)
    except BadRequest:
        return
    assert 0 <= box.x < box.right <= extent.width
    assert 0 <= box.y < box.bottom <= extent.height


@given(EXTENTS, st.fractions(0, 359))
@settings(deadline=None, max_examples=200)
def test_the_canvas_holds_the_picture_at_every_angle(extent, degrees):
    """I3-087, I3-088."""
    canvas = rotated_extent(extent, Rotation(degrees))
    opposite = rotated_extent(extent, Rotation((degrees + 180) % 360))
    assert abs(canvas.width - opposite.width) <= 1
    assert canvas.width <= extent.width + extent.height + 1
    assert canvas.area + 1 >= extent.area


def as_viewed(stored: list[list[int]], orientation: int) -> list[list[int]]:
    """Stored rows of pixels turned upright, the way the EXIF standard words it: where row 0 and column 0 are seen."""
    rows = [list(row) for row in zip(*stored, strict=True)] if orientation >= 5 else stored
    # For 5 to 8 the stored first row is seen at a side, the stored first column at the top or bottom.
    seen_right = orientation in {2, 3, 6, 7}
    seen_bottom = orientation in {3, 4, 7, 8}
    rows = [row[::-1] for row in rows] if seen_right else rows
    return rows[::-1] if seen_bottom else rows


def cut(rows: list[list[int]], box: Box) -> list[list[int]]:
    return [row[box.x : box.right] for row in rows[box.y : box.bottom]]


@pytest.mark.parametrize("orientation", range(1, 9))
@given(data=st.data())
@settings(deadline=None, max_examples=50)
def test_a_box_is_found_again_among_the_stored_pixels(orientation, data):
    """I3-042: cutting the stored pixels and turning them upright gives the cut of the upright image."""
    width, height = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    stored = [[row * width + column for column in range(width)] for row in range(height)]
    viewed = as_viewed(stored, orientation)
    extent = Extent(len(viewed[0]), len(viewed))
    x, y = data.draw(st.integers(0, extent.width - 1)), data.draw(st.integers(0, extent.height - 1))
    box = Box(x, y, data.draw(st.integers(1, extent.width - x)), data.draw(st.integers(1, extent.height - y)))
    assert as_viewed(cut(stored, to_stored(box, extent, orientation)), orientation) == cut(viewed, box)


@pytest.mark.parametrize(
    ("orientation", "stored"),
    [
        (1, Box(0, 0, 2, 1)),
        (2, Box(28, 0, 2, 1)),
        (3, Box(28, 19, 2, 1)),
        (4, Box(0, 19, 2, 1)),
        (5, Box(0, 0, 1, 2)),
        (6, Box(0, 28, 1, 2)),
        (7, Box(19, 28, 1, 2)),
        (8, Box(19, 0, 1, 2)),
    ],
)
def test_the_upper_left_corner_as_viewed_is_stored_at(orientation, stored):
    """I3-042; an image of 30x20 pixels as viewed."""
    assert to_stored(Box(0, 0, 2, 1), Extent(30, 20), orientation) == stored
