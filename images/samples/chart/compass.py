"""Compass roses and the lines of bearing that run from them over the sea."""

from __future__ import annotations

from images.samples.chart.extent import HEIGHT, WIDTH, Point
from images.samples.chart.lettering import Lettering
from images.samples.chart.marks import Area, Disc, Line, Marks, Ring, outline, polar
from images.samples.chart.palette import BLACK, PANEL, RED, RHUMB, Ink

WINDS = ("N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW")


def compass_rose(centre: Point, radius: float) -> Marks:
    """A rose of sixteen points in a ring of 360 degrees."""
    yield Disc(PANEL, centre, radius * 0.86)
    yield from _degree_ring(centre, radius * 0.8)
    for first, step, reach, breadth in ((1, 2, 0.5, 0.075), (2, 4, 0.62, 0.11), (0, 4, 0.76, 0.15)):
        for wind in range(first, 16, step):
            yield from _point(centre, radius * reach, radius * breadth, wind * 22.5)
    for hub, ink in ((0.36, BLACK), (0.34, RED), (0.05, RED)):
        yield Ring(ink, centre, radius * hub, 3)
    yield from _wind_names(centre, radius)
    yield from _lily((centre[0], centre[1] - radius * 1.02), radius * 0.12)


def _degree_ring(centre: Point, radius: float) -> Marks:
    for factor, width in ((1.0, 5), (0.955, 2), (1.07, 2)):
        yield Ring(BLACK, centre, radius * factor, width)
    for degree in range(360):
        inner = 0.955 if degree % 5 else 0.93
        yield Line(BLACK, (polar(centre, radius * inner, degree), polar(centre, radius, degree)), 1.5)
        if degree % 10 == 0:
            yield Lettering(BLACK, str(degree), polar(centre, radius * 1.036, degree), 15, turn=degree)
    for sector in range(0, 360, 10):
        yield Ring(BLACK, centre, radius * 0.985, radius * 0.012, sector, sector + 5)


def _point(centre: Point, length: float, half_width: float, bearing: float) -> Marks:
    """One point of the rose: the half in shadow is black, the other paper."""
    tip = polar(centre, length, bearing)
    left = polar(centre, half_width, bearing - 24)
    right = polar(centre, half_width, bearing + 24)
    yield outline(BLACK, (centre, left, tip, right), 3)
    yield Area(BLACK, (centre, right, tip))


def _wind_names(centre: Point, radius: float) -> Marks:
    for index, name in enumerate(WINDS):
        if index:
            size = radius * (0.1 if index % 4 == 0 else 0.055)
            yield Lettering(BLACK, name, polar(centre, radius * 0.95, index * 22.5), size, turn=index * 22.5)


def _lily(foot: Point, size: float) -> Marks:
    """The flower that marks north on old charts."""
    x, y = foot
    for side in (-1, 1):
        petal = ((0, 0.9), (0.5, 0.5), (0.85, -0.1), (0.7, -0.55), (0.42, -0.4), (0.5, 0.0), (0.2, 0.45))
        yield Area(RED, tuple((x + side * px * size, y + py * size) for px, py in petal))
    yield Area(
        RED, ((x, y - 1.3 * size), (x + 0.3 * size, y - 0.3 * size), (x, y + size), (x - 0.3 * size, y - 0.3 * size))
    )
    yield Line(BLACK, ((x - 0.6 * size, y + 0.62 * size), (x + 0.6 * size, y + 0.62 * size)), size * 0.12)


def bearings(centre: Point, ink: Ink = RHUMB, count: int = 32) -> Marks:
    """Lines of bearing from a rose to the edges of the chart."""
    far = WIDTH + HEIGHT
    for number in range(count):
        width = 3.2 if number % 8 == 0 else 2.2 if number % 4 == 0 else 1.6
        yield Line(ink, (centre, polar(centre, far, number * 360 / count)), width)
