"""Where a region lies in an image that was stored or decoded at a lower resolution, and what of it must be read."""

from __future__ import annotations

import math
from collections.abc import Iterable

from iiifserver.iiif.values import Box, Extent

from .base import Window

FILTER_REACH = 3
"""How far the Lanczos filter looks, in output pixels."""

ENOUGH_PIXELS = 0.98
"""A lower resolution may have so much less than the wanted size: edges that were rounded down lack a pixel."""


def scale_of(full: int, level: int) -> float:
    """How many pixels of a full edge one pixel of the level's edge stands for.

    Levels are made by halving, and an odd edge is rounded up or down; so the nearest whole number is meant wherever it
    explains the level's edge. Taking the plain quotient instead would shift every tile by a fraction of a pixel.
    """
    nearest = max(1, round(full / level))
    return float(nearest) if abs(full / nearest - level) < 1 else full / level


def window_in(level: Extent, full: Extent, box: Box) -> Window:
    """Where a box of the full image lies in one of its levels; a box at the image's edge ends at the level's edge."""
    across, down = scale_of(full.width, level.width), scale_of(full.height, level.height)
    return (
        start_in(level.width, box.x / across, box.width / across),
        start_in(level.height, box.y / down, box.height / down),
        level.width if box.right == full.width else min(box.right / across, level.width),
        level.height if box.bottom == full.height else min(box.bottom / down, level.height),
    )


def start_in(edge: int, start: float, length: float) -> float:
    """Where a box begins in a level's edge, of which it takes so much: a level that was rounded down may end before it,
    and then it is the last pixel's, or that part of it which the box is wide.
    """
    return min(start, edge - min(1.0, length))


def smallest_enough(windows: Iterable[Window], size: Extent) -> int:
    """Which of the windows of one box, in levels that get smaller and smaller, is the last that has the wanted pixels.

    The first one counts as having them. A window that is as large as in the level before is passed over: it lies in the
    corner of the image, and stands for more of it than the box.
    """
    chosen, extent = 0, (math.inf, math.inf)
    for number, (left, top, right, bottom) in enumerate(windows):
        smaller = (right - left, bottom - top)
        lacks_pixels = smaller[0] < ENOUGH_PIXELS * size.width or smaller[1] < ENOUGH_PIXELS * size.height
        if number and (lacks_pixels or smaller == extent):
            break
        chosen, extent = number, smaller
    return chosen


def is_one_to_one(window: Window, size: Extent) -> bool:
    """Whether the window's pixels are the wanted ones, so that nothing needs to be scaled."""
    left, top, right, bottom = window
    return left == int(left) and top == int(top) and (right - left, bottom - top) == (size.width, size.height)


def box_to_read(window: Window, size: Extent, level: Extent) -> Box:
    """The pixels of the level that are needed to make the window's picture in that size."""
    left, top, right, bottom = window
    if is_one_to_one(window, size):
        return Box(int(left), int(top), size.width, size.height)
    margin_x = reach(right - left, size.width)
    margin_y = reach(bottom - top, size.height)
    outer_left, outer_top = max(0, math.floor(left) - margin_x), max(0, math.floor(top) - margin_y)
    return Box(
        outer_left,
        outer_top,
        min(level.width, math.ceil(right) + margin_x) - outer_left,
        min(level.height, math.ceil(bottom) + margin_y) - outer_top,
    )


def reach(stored: float, wanted: int) -> int:
    """How many stored pixels beyond an edge the filter looks at."""
    return math.ceil(FILTER_REACH * max(1.0, stored / wanted))


def window_within(window: Window, box: Box) -> Window:
    """The same window, counted from the corner of the box that was read."""
    left, top, right, bottom = window
    return (left - box.x, top - box.y, right - box.x, bottom - box.y)
