from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iiifserver.iiif.values import Box, Extent
from overlays.placement import Placing, Position, pattern, places, repeated, room, share

OUTPUT = Extent(100, 60)
MARK = Extent(20, 10)

edges = st.integers(1, 500)
extents = st.builds(Extent, edges, edges)


def place(position, mark=MARK, output=OUTPUT, inset=0):
    (box,) = places(mark, output, Placing(position, inset))
    return box.x, box.y


@pytest.mark.parametrize(
    ("position", "corner"),
    [
        (Position.TOP_LEFT, (5, 5)),
        (Position.TOP_CENTER, (40, 5)),
        (Position.TOP_RIGHT, (75, 5)),
        (Position.LEFT_CENTER, (5, 25)),
        (Position.CENTER, (40, 25)),
        (Position.RIGHT_CENTER, (75, 25)),
        (Position.BOTTOM_LEFT, (5, 45)),
        (Position.BOTTOM_CENTER, (40, 45)),
        (Position.BOTTOM_RIGHT, (75, 45)),
    ],
)
def test_each_position_has_its_place(position, corner):
    assert place(position, inset=5) == corner


def test_a_mark_keeps_its_extent():
    (box,) = places(MARK, OUTPUT, Placing(Position.CENTER))
    assert box.extent == MARK


@pytest.mark.parametrize(
    ("position", "corner"),
    [(Position.TOP_LEFT, (0, 0)), (Position.CENTER, (-25, -20)), (Position.BOTTOM_RIGHT, (-50, -40))],
)
def test_a_mark_that_does_not_fit_keeps_to_its_corner(position, corner):
    assert place(position, mark=Extent(150, 100)) == corner


def test_an_odd_pixel_goes_to_the_right():
    assert place(Position.CENTER, mark=Extent(19, 9)) == (40, 25)


def test_repeat_covers_the_output_row_by_row():
    boxes = places(Extent(40, 30), OUTPUT, Placing(Position.REPEAT, spacing=10))
    assert [(box.x, box.y) for box in boxes] == [(0, 0), (50, 0), (0, 40), (50, 40)]


def test_repeat_has_no_inset():
    assert places(MARK, OUTPUT, Placing(Position.REPEAT, inset=30))[0] == Box(0, 0, 20, 10)


def test_a_large_mark_repeats_once():
    assert places(Extent(300, 300), OUTPUT, Placing(Position.REPEAT)) == (Box(0, 0, 300, 300),)


def test_a_place_on_one_pixel():
    assert place(Position.BOTTOM_RIGHT, mark=Extent(1, 1), output=Extent(1, 1)) == (0, 0)


def test_room_is_what_the_insets_leave():
    assert room(OUTPUT, Placing(Position.CENTER, 10)) == Extent(80, 40)


def test_there_is_always_room_for_a_pixel():
    assert room(Extent(5, 5), Placing(Position.CENTER, 10)) == Extent(1, 1)


def test_repeat_has_all_the_room():
    assert room(OUTPUT, Placing(Position.REPEAT, 10)) == OUTPUT


def test_a_share_of_the_output_keeps_proportions():
    assert share(MARK, 50, OUTPUT, Placing(Position.CENTER)) == Extent(50, 25)


def test_a_share_shrinks_to_the_room():
    assert share(Extent(10, 1000), 100, OUTPUT, Placing(Position.CENTER, 5)) == Extent(1, 50)


def test_all_of_the_width_leaves_the_insets():
    assert share(MARK, 100, OUTPUT, Placing(Position.CENTER, 10)) == Extent(80, 40)


@given(extents, extents, st.integers(1, 100), st.integers(0, 600))
def test_a_share_fits(mark, output, percent, inset):
    placing = Placing(Position.CENTER, inset)
    assert share(mark, percent, output, placing).fits_into(room(output, placing))


@given(extents, extents, st.sampled_from([one for one in Position if one is not Position.REPEAT]))
def test_a_mark_that_fits_lies_inside(mark, output, position):
    mark = mark.clipped_to(output)
    (box,) = places(mark, output, Placing(position))
    assert box.x >= 0
    assert box.y >= 0
    assert box.right <= output.width
    assert box.bottom <= output.height


@given(st.builds(Extent, st.integers(5, 60), st.integers(5, 60)), st.integers(0, 50))
def test_a_repeated_pattern_is_the_mark_repeated(mark, spacing):
    output = Extent(400, 300)
    whole = pattern(mark, spacing)
    inner = repeated(mark, whole, spacing)
    laid = {(at.x + box.x, at.y + box.y) for at in repeated(whole, output, spacing) for box in inner}
    visible = {(x, y) for x, y in laid if x < output.width and y < output.height}
    assert visible == {(box.x, box.y) for box in repeated(mark, output, spacing)}


def test_the_smallest_mark_needs_few_places_on_a_large_output():
    whole = pattern(Extent(1, 1), 0)
    assert len(repeated(whole, Extent(10_000, 10_000), 0)) <= 1600
