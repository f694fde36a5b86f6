"""The title of the chart, with its scale and a few honest words."""

from __future__ import annotations

from images.samples.chart.extent import Point
from images.samples.chart.lettering import Lettering
from images.samples.chart.marks import Area, Disc, Line, Marks, Ring, outline, rectangle
from images.samples.chart.palette import BLACK, PANEL, RED

CENTRE: Point = (1520, 4830)
HALF_WIDTH = 1010
HALF_HEIGHT = 640


def cartouche() -> Marks:
    """The whole panel."""
    yield from _panel()
    yield from _title()
    yield from _scale_bar((CENTRE[0] - 640, CENTRE[1] + 330))
    yield _line("The reader who has come this near has found the third secret of the chart.", 600, 11)


def _panel() -> Marks:
    yield Area(PANEL, _notched(0, 70))
    for inset, width, ink in ((8, 10, BLACK), (30, 3, BLACK), (46, 3, RED), (58, 2, BLACK)):
        yield outline(ink, _notched(inset, 70), width)
    for side_x in (-1, 1):
        for side_y in (-1, 1):
            corner = (CENTRE[0] + side_x * (HALF_WIDTH - 20), CENTRE[1] + side_y * (HALF_HEIGHT - 20))
            yield Ring(BLACK, corner, 38, 5)
            yield Disc(RED, corner, 20)


def _notched(inset: float, notch: float) -> tuple[Point, ...]:
    """A rectangle with steps for corners."""
    x, y = HALF_WIDTH - inset, HALF_HEIGHT - inset
    quarter = ((x - notch, -y), (x - notch, -y + notch), (x, -y + notch))
    lower = tuple((px, -py) for px, py in reversed(quarter))
    half = (*quarter, *lower)
    mirrored = tuple((-px, py) for px, py in reversed(half))
    return tuple((CENTRE[0] + px, CENTRE[1] + py) for px, py in (*half, *mirrored))


def _line(text: str, down: float, size: float, spacing: float = 0) -> Lettering:
    return Lettering(BLACK, text, (CENTRE[0], CENTRE[1] + down), size, spacing)


def _title() -> Marks:
    yield _line("A  NEW  CHART", -500, 62, 26)
    yield _line("of the", -425, 40, 8)
    yield Lettering(RED, "TESSELLATED ISLES", (CENTRE[0], CENTRE[1] - 300), 152, 20, weight=1.5)
    yield _line("with their Soundings, Summits and Streams", -170, 52, 4)
    yield from _flourish(-100)
    yield _line("surveyed by tile and by scale, at every level of the pyramid,", -40, 40, 3)
    yield _line("from the open sea of the thumbnail to the last pixel of the shore", 18, 40, 3)
    yield _line("Heights in metres above the mean tide.  Soundings in fathoms.", 110, 32, 2)
    yield _line("Contours at every 50 metres, engraved heavy on the side away from the sun.", 156, 32, 2)
    yield from _flourish(225)
    yield _line("No such islands exist. Do not use for navigation.", 520, 28, 2)


def _flourish(down: float) -> Marks:
    x, y = CENTRE[0], CENTRE[1] + down
    for side in (-1, 1):
        yield Line(BLACK, ((x + side * 60, y), (x + side * 520, y)), 3)
        yield Line(BLACK, ((x + side * 90, y + 8), (x + side * 420, y + 8)), 2)
        yield Disc(BLACK, (x + side * 530, y), 7)
    yield Area(RED, ((x, y - 20), (x + 34, y), (x, y + 20), (x - 34, y)))


def _scale_bar(start: Point) -> Marks:
    """Ten leagues, the first of them in tenths."""
    x, y = start
    league = 128
    yield Lettering(BLACK, "LEAGUES OF THE ISLES", (x + 5 * league, y - 56), 30, 8)
    for number in range(10):
        left = x + number * league
        upper = y if number % 2 else y + 16
        yield Area(BLACK, rectangle(left, upper, left + league, upper + 16))
        yield Lettering(BLACK, str(number), (left, y - 20), 28)
    for tenth in range(0, 10, 2):
        yield Line(BLACK, ((x + tenth * league / 10, y), (x + tenth * league / 10, y + 32)), 2)
    yield Lettering(BLACK, "10", (x + 10 * league, y - 20), 28)
    yield outline(BLACK, rectangle(x, y, x + 10 * league, y + 32), 3)
    for mark in range(101):
        height = 22 if mark % 10 == 0 else 10
        yield Line(BLACK, ((x + mark * league / 10, y + 40), (x + mark * league / 10, y + 40 + height)), 1.5)
    yield Lettering(BLACK, "one tile of five hundred and twelve pixels", (x + 256, y + 98), 20, 1)
    yield Line(BLACK, ((x, y + 80), (x + 512, y + 80)), 3)
