"""What the printer can put on paper: lines, areas and rings, each in one ink. All measures are chart units."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from PIL import ImageDraw

from images.samples.chart.extent import Point
from images.samples.chart.palette import Ink

FULL = 255


Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws on a plate that shows a part of the chart from a corner on, so many pixels to the unit."""

    plate: ImageDraw.ImageDraw
    corner: Point
    scale: float

    def at(self, point: Point) -> Point:
        return (point[0] - self.corner[0]) * self.scale, (point[1] - self.corner[1]) * self.scale

    def through(self, points: tuple[Point, ...]) -> list[Point]:
        return [self.at(point) for point in points]

    def around(self, centre: Point, radius: float) -> Box:
        (x, y), reach = self.at(centre), radius * self.scale
        return x - reach, y - reach, x + reach, y + reach

    def width(self, units: float) -> int:
        return max(1, round(units * self.scale))


class Mark(Protocol):
    """Anything that can be drawn on the plate of its ink; nothing of it lies outside its bounds."""

    @property
    def ink(self) -> Ink: ...

    @property
    def bounds(self) -> Box: ...

    def draw(self, pen: Pen) -> None: ...


Marks = Iterator[Mark]


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, as wide as said."""

    ink: Ink
    points: tuple[Point, ...]
    width: float = 2.0

    @property
    def bounds(self) -> Box:
        return _bounds(self.points, self.width)

    def draw(self, pen: Pen) -> None:
        width = pen.width(self.width)
        pen.plate.line(pen.through(self.points), FULL, width, joint="curve" if width > 3 else None)


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon."""

    ink: Ink
    points: tuple[Point, ...]

    @property
    def bounds(self) -> Box:
        return _bounds(self.points, 1)

    def draw(self, pen: Pen) -> None:
        pen.plate.polygon(pen.through(self.points), FULL)


@dataclass(frozen=True, slots=True)
class Disc:
    """A filled circle."""

    ink: Ink
    centre: Point
    radius: float

    @property
    def bounds(self) -> Box:
        return _bounds((self.centre,), self.radius + 1)

    def draw(self, pen: Pen) -> None:
        pen.plate.ellipse(pen.around(self.centre, self.radius), FULL)


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle, or from one angle to another (degrees, clockwise from east)."""

    ink: Ink
    centre: Point
    radius: float
    width: float = 2.0
    start: float = 0.0
    end: float = 360.0

    @property
    def bounds(self) -> Box:
        return _bounds((self.centre,), self.radius + 1)

    def draw(self, pen: Pen) -> None:
        pen.plate.arc(pen.around(self.centre, self.radius), self.start, self.end, FULL, pen.width(self.width))


def _bounds(points: tuple[Point, ...], reach: float) -> Box:
    across, down = [x for x, _ in points], [y for _, y in points]
    return min(across) - reach, min(down) - reach, max(across) + reach, max(down) + reach


def polar(centre: Point, radius: float, degrees: float) -> Point:
    """The point so far from the centre in a direction of the compass (0 = north, 90 = east)."""
    angle = math.radians(degrees)
    return centre[0] + radius * math.sin(angle), centre[1] - radius * math.cos(angle)


def rectangle(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    return (left, top), (right, top), (right, bottom), (left, bottom)


def outline(ink: Ink, points: tuple[Point, ...], width: float) -> Line:
    """The closed line around a polygon."""
    return Line(ink, (*points, points[0]), width)


def rounded(points: tuple[Point, ...], rounds: int = 3) -> tuple[Point, ...]:
    """The same course without corners (Chaikin); the ends stay."""
    for _ in range(rounds):
        pairs = list(pairwise(points))
        cut = [((3 * a + c) / 4, (3 * b + d) / 4) for (a, b), (c, d) in pairs]
        kept = [((a + 3 * c) / 4, (b + 3 * d) / 4) for (a, b), (c, d) in pairs]
        points = (points[0], *(point for pair in zip(cut, kept, strict=True) for point in pair), points[-1])
    return points
