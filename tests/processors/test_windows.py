from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iiifserver.iiif.values import Box, Extent
from processors.windows import box_to_read, is_one_to_one, scale_of, window_in, window_within


@pytest.mark.parametrize(
    ("full", "level", "scale"),
    [
        (1000, 1000, 1),
        (1001, 501, 2),
        (1001, 500, 2),
        (1003, 251, 4),
        (1003, 250, 4),
        (1000, 300, 1000 / 300),
        (1, 1, 1),
    ],
)
def test_an_edge_that_was_halved_has_a_whole_scale(full: int, level: int, scale: float):
    assert scale_of(full, level) == scale


def test_a_box_at_the_edge_ends_at_the_edge_of_the_level():
    assert window_in(Extent(501, 251), Extent(1001, 501), Box(512, 256, 489, 245)) == (256, 128, 501, 251)


@pytest.mark.parametrize("full", range(993, 1025))
@pytest.mark.parametrize("factor", [2, 4, 8, 16])
@pytest.mark.parametrize("rounding", [0, 1])
def test_the_last_pixel_is_no_wider_in_a_level_than_it_is(full: int, factor: int, rounding: int):
    """Else the level would be taken for one that has as many pixels as are wanted, and another colour be shown."""
    edge = -(-full // factor) if rounding else full // factor
    left, top, right, bottom = window_in(Extent(edge, edge), Extent(full, full), Box(full - 1, full - 1, 1, 1))
    begins_a_pixel = (full - 1) % factor == 0 and rounding
    assert (right - left, bottom - top) == ((1, 1) if begins_a_pixel else (right - left, right - left))
    assert begins_a_pixel or right - left <= 1 - 1 / factor


def test_pixels_that_are_wanted_as_they_are_are_read_without_a_margin():
    assert box_to_read((10, 20, 110, 70), Extent(100, 50), Extent(300, 200)) == Box(10, 20, 100, 50)


def test_a_margin_for_the_filter_is_read_around_what_is_scaled():
    assert box_to_read((100, 100, 200, 200), Extent(50, 50), Extent(300, 300)) == Box(94, 94, 112, 112)


def test_the_margin_ends_at_the_edge():
    assert box_to_read((0, 0, 300, 200), Extent(30, 20), Extent(300, 200)) == Box(0, 0, 300, 200)


@pytest.mark.parametrize(
    ("window", "is_so"), [((1, 2, 4, 6), True), ((1.5, 2, 4.5, 6), False), ((1, 2, 5, 6), False), ((1, 2, 4, 7), False)]
)
def test_only_whole_pixels_in_their_own_size_are_one_to_one(window, is_so: bool):
    assert is_one_to_one(window, Extent(3, 4)) is is_so


edges = st.integers(1, 5000)


@st.composite
def cases(draw):
    full = Extent(draw(edges), draw(edges))
    factor = draw(st.sampled_from([1, 2, 3, 4, 8, 16, 64]))
    rounding = draw(st.sampled_from([0, factor - 1]))
    level = Extent(max(1, (full.width + rounding) // factor), max(1, (full.height + rounding) // factor))
    x, y = draw(st.integers(0, full.width - 1)), draw(st.integers(0, full.height - 1))
    box = Box(x, y, draw(st.integers(1, full.width - x)), draw(st.integers(1, full.height - y)))
    return full, level, box, Extent(draw(edges), draw(edges))


@given(cases())
def test_a_window_is_inside_its_level_and_never_empty(case):
    full, level, box, _ = case
    left, top, right, bottom = window_in(level, full, box)
    assert 0 <= left < right <= level.width
    assert 0 <= top < bottom <= level.height


@given(cases())
def test_what_is_read_holds_the_window_and_is_inside_the_level(case):
    full, level, box, size = case
    window = window_in(level, full, box)
    part = box_to_read(window, size, level)
    left, top, right, bottom = window_within(window, part)
    assert 0 <= left < right <= part.width
    assert 0 <= top < bottom <= part.height
    assert part.right <= level.width
    assert part.bottom <= level.height
