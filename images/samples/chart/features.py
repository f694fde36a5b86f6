"""Rivers, summits, towns, woods and soundings, with their names."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from images.samples.chart.extent import COARSE_CELL, FINE_CELL, HEIGHT, SEED, WIDTH, Point
from images.samples.chart.lettering import Lettering, with_halo
from images.samples.chart.marks import Area, Disc, Line, Marks, Ring, outline
from images.samples.chart.names import LANDS, PEAKS, RIVERS, TOWNS, VILLAGES, WATERS
from images.samples.chart.noise import Field, fractal
from images.samples.chart.palette import BLACK, HALO, PANEL, RED, WATER
from images.samples.chart.places import River, Summit, value_at
from images.samples.chart.room import Room

METRES_PER_FATHOM = 1.83


def named_regions(room: Room) -> Marks:
    """The great names over sea and land."""
    for text, x, y, size, spacing, bend, turn in WATERS:
        name = Lettering(WATER, text, (x, y), size, spacing, 0.22, turn, bend)
        room.take((x, y), *_span(name))
        yield name
    for text, x, y, size, spacing, bend, turn in LANDS:
        name = Lettering(BLACK, text, (x, y), size, spacing, 0, turn, bend, size * 0.012)
        room.take((x, y), *_span(name))
        yield from with_halo(name)


def _span(name: Lettering) -> tuple[float, float]:
    """Width and height of the box around a turned text."""
    angle = math.radians(name.turn)
    along, across = name.length, name.size * 1.1
    return (
        abs(along * math.cos(angle)) + abs(across * math.sin(angle)),
        abs(along * math.sin(angle)) + abs(across * math.cos(angle)),
    )


def rivers(found: list[River], room: Room) -> Marks:
    """Streams that widen on their way, the greater ones with names along them."""
    names = iter(RIVERS)
    for river in found:
        for start in range(0, len(river.points) - 1, 4):
            width = min(1.6 + 0.075 * math.sqrt(river.areas[start]), 9)
            yield Line(WATER, river.points[start : start + 5], width)
        if len(river.points) > 34:
            yield from _river_name(river, next(names, ""), room)


def _river_name(river: River, text: str, room: Room) -> Marks:
    middle = len(river.points) * 3 // 5
    (x0, y0), (x1, y1) = river.points[middle - 8], river.points[middle + 8]
    turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
    turn = turn - 180 if turn > 90 else turn + 180 if turn < -90 else turn
    x, y = river.points[middle]
    beside = math.radians(turn - 90)
    at = (x + 30 * math.cos(beside), y + 30 * math.sin(beside))
    name = Lettering(WATER, text, at, 28, 5, 0.22, turn)
    if text and room.take(at, *_span(name)):
        yield from with_halo(name)


def summits(found: list[Summit], room: Room) -> Marks:
    """A triangle, a name and a height for each."""
    for summit, text in zip(found, PEAKS, strict=False):
        (x, y), size = summit.at, 24 + summit.metres / 110
        name = Lettering(BLACK, text, (x, y - size - 22), size, 3, 0.12)
        if room.take((x, y - size / 2), name.length + 20, size * 3.2):
            yield Area(RED, ((x, y - 15), (x + 13, y + 9), (x - 13, y + 9)))
            yield from with_halo(name)
            yield from with_halo(Lettering(BLACK, str(summit.metres), (x, y + 30), 22, 1))


def towns(found: list[River], room: Room) -> Marks:
    """A town where a river meets the sea, villages along the way."""
    town_names, village_names = iter(TOWNS), iter(VILLAGES)
    for river in found:
        if len(river.points) > 22:
            yield from _town(river.points[-3], town_names, room)
            for share in (0.35, 0.68):
                yield from _village(river.points[int(len(river.points) * share)], village_names, room)


def _town(at: Point, names: Iterator[str], room: Room) -> Marks:
    x, y = at
    if not room.take((x + 120, y - 20), 330, 90) or not (text := next(names, "")):
        return
    yield from _houses((x + 6, y - 4))
    yield from with_halo(Lettering(BLACK, text, (x + 175, y - 18), 36, 2, weight=0.6))
    yield Ring(RED, (x, y + 16), 11, 4)


def _houses(at: Point) -> Marks:
    """Five gables and a tower, in shadow on the right."""
    for left, size in ((-44, 20), (-22, 26), (22, 22), (6, 18), (-30, 15)):
        x, y = at[0] + left, at[1] - abs(left) * 0.1
        walls = ((x, y), (x, y - size * 0.7), (x + size / 2, y - size * 1.2), (x + size, y - size * 0.7), (x + size, y))
        yield Area(PANEL, walls)
        yield outline(BLACK, walls, 2)
        yield Area(
            BLACK, ((x + size * 0.62, y), (x + size * 0.62, y - size), (x + size, y - size * 0.7), (x + size, y))
        )
    x, y = at[0] + 2, at[1] - 4
    yield Area(BLACK, ((x, y), (x, y - 44), (x + 6, y - 66), (x + 12, y - 44), (x + 12, y)))
    yield Line(RED, ((x + 6, y - 66), (x + 6, y - 80), (x + 20, y - 75), (x + 6, y - 71)), 2)


def _village(at: Point, names: Iterator[str], room: Room) -> Marks:
    if not room.take((at[0] + 70, at[1]), 210, 46) or not (text := next(names, "")):
        return
    yield Disc(PANEL, at, 8)
    yield Ring(BLACK, at, 9, 3)
    name = Lettering(BLACK, text, at, 24, 1)
    yield from with_halo(Lettering(BLACK, text, (at[0] + 20 + name.length / 2, at[1] - 2), 24, 1))


def woods(height: Field, slope: Field, room: Room) -> Marks:
    """Single trees, thick where the noise says forest."""
    random = np.random.default_rng(SEED + 30)
    forest = fractal(slope.shape, 1.5, SEED + 31, longest_wave=0.2)
    for y in range(300, HEIGHT - 300, 30):
        for x in range(300, WIDTH - 300, 34):
            at = (x + float(random.uniform(-12, 12)), y + float(random.uniform(-10, 10)))
            if value_at(forest, COARSE_CELL, at) < 0.75 or not 40 < value_at(height, FINE_CELL, at) < 750:
                continue
            if value_at(slope, COARSE_CELL, at) < 0.9 and room.take((at[0], at[1] - 8), 24, 24):
                yield from _tree(at, 0.8 + 0.5 * float(random.uniform()))


def _tree(at: Point, size: float) -> Marks:
    """A fir in a few strokes, its shadow to the right."""
    x, y = at
    tip = y - 31 * size
    yield Area(HALO, ((x, tip), (x + 11 * size, y - 3), (x - 11 * size, y - 3)))
    yield Line(BLACK, ((x, tip), (x, y)), 1.8)
    for step in range(1, 7):
        top, reach = tip + step * 4.2 * size, step * 1.8 * size
        yield Line(BLACK, ((x, top - 3 * size), (x - reach, top)), 1.2)
        yield Line(BLACK, ((x, top - 4 * size), (x + reach, top)), 2.2)
    yield Line(BLACK, ((x, y), (x + 17 * size, y + 2 * size)), 1.5)


def soundings(height: Field, room: Room) -> Marks:
    """Depths in fathoms where there is room for them."""
    random = np.random.default_rng(SEED + 40)
    for y in range(330, HEIGHT - 300, 150):
        for x in range(330, WIDTH - 300, 190):
            at = (x + float(random.uniform(-70, 70)), y + float(random.uniform(-50, 50)))
            depth = -value_at(height, FINE_CELL, at) / METRES_PER_FATHOM
            if depth > 6 and room.take(at, 46, 30):
                yield Lettering(BLACK, str(int(math.sqrt(depth) * 6)), at, 20, 0.5)
