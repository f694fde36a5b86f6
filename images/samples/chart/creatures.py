"""What sails and swims between the islands."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from images.samples.chart.extent import Point
from images.samples.chart.lettering import Lettering
from images.samples.chart.marks import Area, Line, Marks, Ring, outline, rounded
from images.samples.chart.palette import BLACK, PANEL, RED
from images.samples.chart.room import Room

SHIPS: tuple[tuple[float, float, float], ...] = (
    (900, 3960, 1.2), (6700, 700, 1.0), (5050, 700, 0.8), (8150, 5530, 1.1), (620, 960, 0.8),
    (4680, 5610, 0.7), (8400, 2400, 0.6),
)  # fmt: skip
SERPENT: Point = (5560, 5530)
WHALE: Point = (2130, 1640)
SECRET: Point = (6560, 3050)


def creatures(room: Room) -> Marks:
    """Ships, a serpent, a whale, and something for those who look closely."""
    for x, y, size in SHIPS:
        room.take((x, y - 70 * size), 300 * size, 260 * size)
        yield from _ship((x, y), size)
    room.take((SERPENT[0] + 50, SERPENT[1]), 620, 240)
    yield from _serpent(SERPENT)
    room.take(WHALE, 280, 170)
    yield from _whale(WHALE)
    room.take(SECRET, 200, 50)
    yield from _message_in_a_bottle(SECRET)


def _ship(at: Point, size: float) -> Marks:
    """A three-master before the wind."""

    def placed(*points: Point) -> tuple[Point, ...]:
        return tuple((at[0] + x * size, at[1] + y * size) for x, y in points)

    hull = placed((-110, -30), (-96, 6), (-70, 20), (64, 20), (100, -8), (120, -36), (84, -16), (-70, -14), (-84, -32))
    yield Area(PANEL, hull)
    yield outline(BLACK, hull, 3)
    for plank in range(5):
        yield Line(BLACK, placed((-88 + plank * 3, -8 + plank * 6), (86 - plank * 6, -8 + plank * 6)), 2)
    for mast, height in ((-60, 120), (0, 165), (58, 130)):
        yield Line(BLACK, placed((mast, -14), (mast, -height - 24)), 4)
        for level, (low, high) in enumerate(((0.18, 0.56), (0.6, 0.97))):
            for mark in _sail(mast, -height * high, -height * low, 34 - 9 * level):
                yield replace(mark, points=placed(*mark.points))
        pennant = placed((mast, -height - 24), (mast + 34, -height - 18), (mast, -height - 12))
        yield Area(RED, pennant)
    yield Line(BLACK, placed((110, -34), (170, -62)), 3)
    for row in range(3):
        wave = [(x, 30 + row * 10 + 4 * math.sin(x / 11 + row)) for x in range(-120 + row * 24, 130 - row * 20, 4)]
        yield Line(BLACK, placed(*wave), 2)


def _sail(mast: float, top: float, bottom: float, half: float) -> Iterator[Area | Line]:
    """A sail full of wind, in the shadow of its own belly on the right; measured from the ship."""
    belly = [(mast + half + 12 * math.sin(step / 8 * math.pi), top + (bottom - top) * step / 8) for step in range(9)]
    back = [
        (mast - half + 12 * math.sin(step / 8 * math.pi), top + (bottom - top) * step / 8) for step in range(8, -1, -1)
    ]
    shape = (*belly, *back)
    yield Area(PANEL, shape)
    yield outline(BLACK, shape, 2.5)
    for share in (0.5, 0.62, 0.72, 0.8, 0.87, 0.93):
        yield Line(BLACK, tuple((x - 2 * half * (1 - share), y) for x, y in belly), 1.5)


def _serpent(at: Point) -> Marks:
    """Three coils above the water, a head that looks back."""
    x, y = at
    for number, radius in enumerate((54, 46, 36)):
        centre = (x + 20 + number * 112, y + 20)
        yield Ring(BLACK, centre, radius, 3, 180, 360)
        yield Ring(BLACK, centre, radius - 24, 3, 180, 360)
        for scale in range(186, 356, 8):
            inner, outer = radius - 22, radius - 6
            angle = math.radians(scale)
            cosine, sine = math.cos(angle), math.sin(angle)
            start = (centre[0] + inner * cosine, centre[1] + inner * sine)
            yield Line(BLACK, (start, (centre[0] + outer * cosine, centre[1] + outer * sine)), 1.5)
    neck = (
        (-60, 20),
        (-72, -40),
        (-104, -84),
        (-150, -92),
        (-182, -70),
        (-150, -66),
        (-118, -58),
        (-96, -20),
        (-92, 20),
    )
    yield Line(BLACK, rounded(tuple((x + px, y + py) for px, py in neck)), 3.5)
    yield Ring(BLACK, (x - 146, y - 80), 4, 3)
    yield Line(RED, ((x - 182, y - 70), (x - 204, y - 60), (x - 218, y - 66)), 2)
    for row in range(3):
        wave = (
            (px, y + 24 + row * 9 + 3 * math.sin((px - x) / 13 + row)) for px in range(int(x) - 150, int(x) + 320, 5)
        )
        yield Line(BLACK, tuple(wave), 1.8)
    yield Lettering(BLACK, "it only bites those who ask for the whole picture at once", (x + 80, y + 66), 13)


def _whale(at: Point) -> Marks:
    x, y = at
    back = ((-120, 20), (-96, -14), (-40, -40), (30, -30), (80, 0), (112, -36), (140, -44), (124, -10), (100, 20))
    yield Line(BLACK, rounded(tuple((x + px, y + py) for px, py in back)), 3.5)
    for side in (-1, 1):
        spout = tuple((x - 78 + side * step * 3.5, y - 30 - 46 * math.sin(step / 8 * 2.4)) for step in range(9))
        yield Line(BLACK, spout, 2)
    for row in range(4):
        yield Line(BLACK, ((x - 100 + row * 14, y + 4 - row * 9), (x + 60 - row * 18, y + 4 - row * 8)), 1.5)
    yield Line(BLACK, tuple((x + px, y + 24 + 3 * math.sin(px / 9)) for px in range(-140, 120, 4)), 2)


def _message_in_a_bottle(at: Point) -> Marks:
    x, y = at
    bottle = ((-26, -7), (8, -7), (14, -3), (28, -3), (28, 3), (14, 3), (8, 7), (-26, 7))
    yield outline(BLACK, tuple((x + px, y + py) for px, py in bottle), 1.5)
    yield Area(RED, ((x + 28, y - 3), (x + 34, y - 3), (x + 34, y + 3), (x + 28, y + 3)))
    yield Lettering(BLACK, "help, I am stuck at 1:1", (x - 9, y - 0.5), 4)
    yield Line(BLACK, tuple((x + px, y + 12 + 2 * math.sin(px / 5)) for px in range(-40, 44, 3)), 1.5)
