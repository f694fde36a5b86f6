"""What is hidden of an image: shapes in the coordinates of the whole image, and where they lie in a picture of a part.

Shapes are written one a line: `x,y,width,height` and `polygon:x,y x,y x,y` in pixels, `pct:` and `pct-polygon:` in
percent of the image. They are counted from the top left corner of the image as it is seen, upright.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from .geometry import to_stored
from .values import Box, Extent

Point = tuple[float, float]
Bounds = tuple[int, int, int, int]
"""Left, top, right and bottom in whole pixels; may lie outside a picture."""

MOST_SHAPES = 1_000
MOST_POINTS = 1_000
MOST_PERCENT = 100.000001
"""A little more than all: sums of written numbers are seldom exact."""

NUMBER = r"(-?\d{1,7}(?:\.\d{1,9})?)"
RECTANGLE = re.compile(rf"\s*(pct:)?\s*{NUMBER}\s*,\s*{NUMBER}\s*,\s*{NUMBER}\s*,\s*{NUMBER}\s*")
POLYGON = re.compile(r"\s*(pct-)?polygon:(.*)")
CORNER = re.compile(rf"{NUMBER},{NUMBER}")


class ShapeError(ValueError):
    """A line is no shape. The message is a sentence for staff."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle or a polygon."""

    points: tuple[Point, ...]
    """The corners of the outline, in pixels or in percent of the image."""
    is_percent: bool
    is_rectangle: bool

    def outline(self, extent: Extent) -> tuple[Point, ...]:
        """The corners in pixels of an image of this extent."""
        if not self.is_percent:
            return self.points
        return tuple((x * extent.width / 100, y * extent.height / 100) for x, y in self.points)


def shapes_of(text: str) -> tuple[Shape, ...]:
    """The shapes in these lines; raises `ShapeError`."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_SHAPES:
        raise ShapeError(f"These are more than {MOST_SHAPES} shapes: spread them over several redactions.")
    return tuple(shape_of(line) for line in lines)


def shape_of(line: str) -> Shape:
    """The shape in one line; raises `ShapeError`."""
    if found := RECTANGLE.fullmatch(line):
        x, y, width, height = (float(found[group]) for group in (2, 3, 4, 5))
        if width > 0 and height > 0:
            corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
            return checked(Shape(corners, bool(found[1]), is_rectangle=True), line)
    elif found := POLYGON.fullmatch(line):
        return checked(Shape(corners_of(found[2], line), bool(found[1]), is_rectangle=False), line)
    raise ShapeError(
        f"“{line.strip()[:60]}” is no shape: write x,y,width,height with a width and a height above 0, or "
        "polygon:x,y x,y x,y; with pct: or pct-polygon: in front, the numbers are percent."
    )


def corners_of(text: str, line: str) -> tuple[Point, ...]:
    words = text.split()
    corners = [CORNER.fullmatch(word) for word in words]
    if not 3 <= len(words) <= MOST_POINTS or None in corners:
        raise ShapeError(
            f"“{line.strip()[:60]}” is no polygon: write at least three corners, each as x,y, with spaces between them."
        )
    return tuple((float(corner[1]), float(corner[2])) for corner in corners if corner)


def checked(shape: Shape, line: str) -> Shape:
    xs, ys = zip(*shape.points, strict=True)
    if max(xs) <= 0 or max(ys) <= 0:
        raise ShapeError(f"“{line.strip()[:60]}” lies outside every image: count from the top left corner.")
    if shape.is_percent and not (min(*xs, *ys) >= 0 and max(*xs, *ys) <= MOST_PERCENT):
        raise ShapeError(f"“{line.strip()[:60]}” leaves the image: percent go from 0 to 100.")
    return shape


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where the pixels of a picture come from: a box of the stored image, before it is set upright."""

    image: Extent
    """The whole image as it is seen."""
    orientation: int
    """The EXIF orientation of the stored image."""
    box: Box
    """The part that the window shows, among the stored pixels."""
    window: tuple[float, float, float, float]
    """Where that part lies in the picture: left, top, right and bottom in its pixels."""
    growth: tuple[int, int]
    """How many pixels of the picture are added on each side: across and down."""

    def placed(self, point: Point) -> Point:
        """Where a point of the image as it is seen lies in the picture."""
        x, y = stored_point(point, self.image, self.orientation)
        left, top, right, bottom = self.window
        return (
            left + (x - self.box.x) * (right - left) / self.box.width,
            top + (y - self.box.y) * (bottom - top) / self.box.height,
        )

    def outline(self, shape: Shape) -> tuple[Point, ...]:
        """The corners of a shape in pixels of the picture; nothing is added to them yet."""
        return tuple(self.placed(point) for point in shape.outline(self.image))

    def bounds(self, outline: tuple[Point, ...]) -> Bounds:
        """The smallest whole pixels around an outline, with the growth."""
        across, down = self.growth
        xs, ys = zip(*outline, strict=True)
        return (
            math.floor(min(xs)) - across,
            math.floor(min(ys)) - down,
            math.ceil(max(xs)) + across,
            math.ceil(max(ys)) + down,
        )


def stored_point(point: Point, extent_as_viewed: Extent, orientation: int) -> Point:
    """Where a point of the upright image lies in the stored one; the same for points as `to_stored` for boxes."""
    x = extent_as_viewed.width - point[0] if orientation in {2, 3, 6, 7} else point[0]
    y = extent_as_viewed.height - point[1] if orientation in {3, 4, 7, 8} else point[1]
    return (y, x) if orientation >= 5 else (x, y)


FILTER_REACH = 3
"""How far the widest filter that pictures are scaled with looks, in pixels of the larger of the two."""
LEVEL_REACH = 6
"""How far what is hidden can be smeared in a smaller level, which was made by such a filter from others that were."""
EDGE = 1
SMEARED = 4
"""How much farther a picture is looked after in which nothing seems to show."""
FULL_SIZE = 0.99


def level_view(
    image: Extent, orientation: int, box: Box, window: tuple[float, float, float, float]
) -> View:  # fmt: skip
    """The pixels that a processor has read of this box of the upright image, in whatever resolution."""
    stored = to_stored(box, image, orientation)
    left, top, right, bottom = window
    is_smaller = right - left < FULL_SIZE * stored.width or bottom - top < FULL_SIZE * stored.height
    growth = LEVEL_REACH if is_smaller else EDGE
    return View(image=image, orientation=orientation, box=stored, window=window, growth=(growth, growth))


def scaled_view(image: Extent, orientation: int, box: Box, size: Extent) -> View:
    """The same box at its size, before it is set upright: grown by what the filter may have smeared."""
    stored = to_stored(box, image, orientation)
    growth = (reach(size.width, stored.width), reach(size.height, stored.height))
    window = (0.0, 0.0, float(size.width), float(size.height))
    return View(image=image, orientation=orientation, box=stored, window=window, growth=growth)


def reach(wanted: int, stored: int) -> int:
    return (LEVEL_REACH if wanted < stored else math.ceil(FILTER_REACH * wanted / stored)) + EDGE


def touches(shape: Shape, view: View, size: Extent) -> bool:
    """Whether the shape, or what may be left of it around its edges, shows in the picture of that size."""
    left, top, right, bottom = view.bounds(view.outline(shape))
    return left - SMEARED < size.width and top - SMEARED < size.height and right + SMEARED > 0 and bottom + SMEARED > 0
