"""Shapes as staff write them, and where they lie in a picture of a part."""

from __future__ import annotations

import pytest

from iiifserver.iiif.geometry import to_stored
from iiifserver.iiif.redaction import ShapeError, level_view, scaled_view, shape_of, shapes_of, stored_point, touches
from iiifserver.iiif.values import Box, Extent

IMAGE = Extent(1000, 800)


@pytest.mark.parametrize(
    ("line", "corners"),
    [
        ("10,20,30,40", [(10, 20), (40, 20), (40, 60), (10, 60)]),
        (" 10.5 , 20, 30 ,40 ", [(10.5, 20), (40.5, 20), (40.5, 60), (10.5, 60)]),
        ("-5,-5,10,10", [(-5, -5), (5, -5), (5, 5), (-5, 5)]),
        ("pct:10,25,50,75", [(100, 200), (600, 200), (600, 800), (100, 800)]),
        ("polygon:1,2 3,4 5,0", [(1, 2), (3, 4), (5, 0)]),
        ("pct-polygon:0,0 100,0 50,100", [(0, 0), (1000, 0), (500, 800)]),
    ],
)
def test_lines_are_shapes(line, corners):
    assert list(shape_of(line).outline(IMAGE)) == corners


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("10,20,30", "is no shape"),
        ("10,20,0,40", "is no shape"),
        ("10,20,-5,40", "is no shape"),
        ("nan,0,1,1", "is no shape"),
        ("99999999999,0,1,1", "is no shape"),
        ("polygon:1,2 3,4", "is no polygon"),
        ("polygon:1,2 3,4 5", "is no polygon"),
        ("-50,-50,10,10", "outside every image"),
        ("pct:50,50,60,10", "leaves the image"),
        ("pct:-1,0,10,10", "leaves the image"),
    ],
)
def test_other_lines_are_told(line, sentence):
    with pytest.raises(ShapeError, match=sentence):
        shape_of(line)


def test_empty_lines_do_not_count_and_too_many_are_told():
    assert len(shapes_of("1,1,2,2\n\n 3,3,4,4 \n")) == 2
    with pytest.raises(ShapeError, match="more than 1000"):
        shapes_of("1,1,2,2\n" * 1001)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_points_are_turned_as_boxes_are(orientation):
    box = Box(100, 50, 300, 200)
    corners = [stored_point(point, IMAGE, orientation) for point in ((100, 50), (400, 250))]
    xs, ys = zip(*corners, strict=True)
    stored = to_stored(box, IMAGE, orientation)
    assert (min(xs), min(ys), max(xs), max(ys)) == (stored.x, stored.y, stored.right, stored.bottom)


def test_pixels_of_the_full_size_are_rounded_outward_and_grown_by_one():
    view = level_view(IMAGE, 1, Box(0, 0, 1000, 800), (0, 0, 1000, 800))
    assert view.bounds(view.outline(shape_of("10.5,20,30,40.2"))) == (9, 19, 42, 62)


def test_pixels_of_a_smaller_level_are_grown_by_what_made_it():
    view = level_view(IMAGE, 1, Box(0, 0, 1000, 800), (0, 0, 250, 200))
    assert view.bounds(view.outline(shape_of("400,400,40,40"))) == (94, 94, 116, 116)


@pytest.mark.parametrize(("size", "growth"), [((1000, 800), 4), ((500, 400), 7), ((2000, 1600), 7), ((3000, 2400), 10)])
def test_scaled_pixels_are_grown_by_the_reach_of_the_filter(size, growth):
    assert scaled_view(IMAGE, 1, Box(0, 0, 1000, 800), Extent(*size)).growth == (growth, growth)


@pytest.mark.parametrize(
    ("x", "expected"), [(0, False), (80, False), (95, True), (150, True), (205, True), (230, False)]
)
def test_a_shape_touches_where_it_or_its_edge_shows(x, expected):
    view = scaled_view(IMAGE, 1, Box(100, 100, 100, 100), Extent(100, 100))
    assert touches(shape_of(f"{x},120,2,2"), view, Extent(100, 100)) is expected
