"""A round inset: the night sky over the islands, with constellations of our own."""

from __future__ import annotations

import math

import numpy as np

from images.samples.chart.extent import SEED, Point
from images.samples.chart.lettering import Lettering
from images.samples.chart.marks import Area, Disc, Line, Marks, Ring, polar
from images.samples.chart.palette import BLACK, GOLD, NIGHT, PANEL

CENTRE: Point = (7720, 1300)
RADIUS = 860
SKY = RADIUS - 96

CONSTELLATIONS = (
    (
        "THE LOUPE",
        (-330, -390),
        ((0, 0), (90, -50), (190, -20), (220, 80), (140, 150), (40, 110), (0, 0), (40, 110), (-40, 220), (-90, 320)),
    ),
    (
        "THE ALBATROSS",
        (190, -440),
        ((-160, 20), (-60, -30), (20, 40), (110, -40), (260, -10), (110, -40), (20, 40), (40, 130), (0, 190)),
    ),
    (
        "THE QUILL",
        (420, -60),
        ((-60, -150), (-20, -60), (0, 30), (40, 120), (70, 210), (0, 30), (80, -20), (-20, -60), (60, -110)),
    ),
    (
        "THE SEXTANT",
        (-480, 130),
        ((0, -120), (-90, 90), (0, 130), (100, 90), (0, -120), (0, 130), (20, 20), (150, -30)),
    ),
    (
        "THE KEEPER",
        (-80, 60),
        ((0, -130), (0, -50), (-90, 0), (0, -50), (90, -10), (0, -50), (10, 80), (-60, 190), (10, 80), (80, 180)),
    ),
    ("THE LITTLE TILE", (330, 370), ((-70, -60), (70, -70), (80, 60), (-60, 70), (-70, -60))),
    ("THE PYRAMID", (-220, 460), ((-170, 90), (0, -130), (180, 80), (-170, 90), (0, -130), (60, 130), (180, 80))),
)


def sky() -> Marks:
    """The inset with its ring of hours and months."""
    yield Disc(PANEL, CENTRE, RADIUS)
    yield Disc(NIGHT, CENTRE, SKY)
    yield from _rim()
    yield from _circles()
    yield from _milky_way()
    yield from _small_stars()
    for name, at, stars in CONSTELLATIONS:
        yield from _constellation(name, at, stars)
    yield Lettering(GOLD, "the pole, where nothing turns", (CENTRE[0] + 118, CENTRE[1] - 12), 13)


def _rim() -> Marks:
    for radius, width in ((RADIUS, 9), (RADIUS - 18, 3), (SKY + 30, 3), (SKY, 6)):
        yield Ring(BLACK, CENTRE, radius, width)
    for degree in range(0, 360, 2):
        inner = SKY + (30 if degree % 10 else 42)
        yield Line(BLACK, (polar(CENTRE, SKY, degree), polar(CENTRE, inner, degree)), 3 if degree % 10 == 0 else 1.5)
    for hour in range(24):
        yield Lettering(BLACK, _roman(hour or 24), polar(CENTRE, SKY + 56, hour * 15), 26, 1, turn=hour * 15)
        yield Disc(BLACK, polar(CENTRE, SKY + 56, hour * 15 + 7.5), 4)


def _roman(number: int) -> str:
    tens, ones = divmod(number, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]


def _circles() -> Marks:
    for share in (0.25, 0.5, 0.75):
        yield Ring(GOLD, CENTRE, SKY * share, 1.5)
    for hour in range(0, 24, 2):
        yield Line(GOLD, (polar(CENTRE, SKY * 0.06, hour * 15), polar(CENTRE, SKY, hour * 15)), 1.2)
    # The path of the sun is a circle too, but not around the pole.
    for dash in range(0, 360, 4):
        yield Ring(GOLD, (CENTRE[0] + 120, CENTRE[1] + 90), SKY * 0.72, 3, dash, dash + 2)


def _milky_way() -> Marks:
    random = np.random.default_rng(SEED + 20)
    for along, across in zip(random.uniform(-1, 1, 5200), random.normal(0, 1, 5200), strict=True):
        bow = 0.18 * math.cos(along * 3) + across * (0.07 + 0.03 * math.sin(along * 9))
        x, y = along * 0.8 - bow * 0.6, along * 0.6 + bow * 0.8
        if math.hypot(x, y) < 0.985:
            yield Disc(GOLD, (CENTRE[0] + x * SKY, CENTRE[1] + y * SKY), 0.8)


def _small_stars() -> Marks:
    random = np.random.default_rng(SEED + 21)
    for angle, reach, light in zip(*random.uniform(0, 1, (3, 700)), strict=True):
        yield from _star(polar(CENTRE, SKY * 0.98 * math.sqrt(reach), angle * 360), 1.2 + 4.2 * light**5)


def _star(centre: Point, size: float) -> Marks:
    """A dot, or for the bright ones a star of eight rays."""
    if size < 4:
        yield Disc(GOLD, centre, size)
        return
    rays = [polar(centre, size * (2.3, 0.75, 1.5, 0.75)[ray % 4], ray * 22.5) for ray in range(16)]
    yield Area(GOLD, tuple(rays))


def _constellation(name: str, at: Point, stars: tuple[Point, ...]) -> Marks:
    places = tuple((CENTRE[0] + at[0] + x, CENTRE[1] + at[1] + y) for x, y in stars)
    yield Line(GOLD, places, 2)
    for number, place in enumerate(dict.fromkeys(places)):
        yield from _star(place, 9 - 0.6 * number)
        yield Lettering(GOLD, "abcdefghiklm"[number], (place[0] + 17, place[1] - 15), 14, lean=0.25)
    bottom = max(y for _, y in places)
    middle = sum(x for x, _ in places) / len(places)
    yield Lettering(GOLD, name, (middle, bottom + 36), 22, 5)
