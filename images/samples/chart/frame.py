"""The edge of the chart: a margin of paper, rules, and a scale of degrees."""

from __future__ import annotations

from images.samples.chart.extent import HEIGHT, WIDTH, Point
from images.samples.chart.lettering import Lettering
from images.samples.chart.marks import Area, Disc, Line, Marks, Ring, outline, polar, rectangle
from images.samples.chart.palette import BLACK, PANEL, RED

MARGIN = 260
DEGREE = 400
MINUTE = DEGREE / 20
FIRST_WEST = 31
FIRST_NORTH = 47


def frame() -> Marks:
    """Everything from the neat line outwards."""
    yield from _blank_margin()
    for inset, width in ((MARGIN, 5), (MARGIN - 34, 3), (MARGIN - 52, 3), (MARGIN - 150, 14), (MARGIN - 172, 4)):
        yield outline(BLACK, rectangle(inset, inset, WIDTH - inset, HEIGHT - inset), width)
    yield from _scale_across()
    yield from _scale_down()
    for x in (MARGIN - 100, WIDTH - MARGIN + 100):
        for y in (MARGIN - 100, HEIGHT - MARGIN + 100):
            yield from _rosette((x, y))
    yield Lettering(BLACK, "DRAWN FROM NUMBERS ALONE, BY NO HAND", (WIDTH / 2, HEIGHT - 44), 26, 9)
    yield Lettering(BLACK, "PLATE XVII", (WIDTH - 560, 44), 26, 9)


def _blank_margin() -> Marks:
    for box in (
        (0, 0, WIDTH, MARGIN),
        (0, HEIGHT - MARGIN, WIDTH, HEIGHT),
        (0, 0, MARGIN, HEIGHT),
        (WIDTH - MARGIN, 0, WIDTH, HEIGHT),
    ):
        yield Area(PANEL, rectangle(*box))


def _scale_across() -> Marks:
    for number in range(round((WIDTH - 2 * MARGIN) / MINUTE)):
        left = MARGIN + number * MINUTE
        right = min(left + MINUTE, WIDTH - MARGIN)
        for outer in (MARGIN - 52, HEIGHT - MARGIN + 34):
            if number % 2:
                yield Area(BLACK, rectangle(left, outer, right, outer + 18))
            if number % 10 == 0:
                yield Line(BLACK, ((left, outer - 18), (left, outer + 36)), 3)
        if number % 20 == 10:
            text = f"{FIRST_WEST - number // 20}°"
            yield Lettering(BLACK, text, (left, MARGIN - 92), 44, 3)
            yield Lettering(BLACK, text, (left, HEIGHT - MARGIN + 96), 44, 3)
        elif number % 4 == 2:
            yield Lettering(BLACK, str(number % 20 * 3), (left, MARGIN - 72), 15)
            yield Lettering(BLACK, str(number % 20 * 3), (left, HEIGHT - MARGIN + 70), 15)


def _scale_down() -> Marks:
    for number in range(round((HEIGHT - 2 * MARGIN) / MINUTE)):
        top = MARGIN + number * MINUTE
        bottom = min(top + MINUTE, HEIGHT - MARGIN)
        for outer in (MARGIN - 52, WIDTH - MARGIN + 34):
            if number % 2:
                yield Area(BLACK, rectangle(outer, top, outer + 18, bottom))
            if number % 10 == 0:
                yield Line(BLACK, ((outer - 18, top), (outer + 36, top)), 3)
        if number % 20 == 10:
            text = f"{FIRST_NORTH - number // 20}°"
            yield Lettering(BLACK, text, (MARGIN - 94, top), 44, 3, turn=-90)
            yield Lettering(BLACK, text, (WIDTH - MARGIN + 94, top), 44, 3, turn=90)


def _rosette(centre: Point) -> Marks:
    yield Disc(PANEL, centre, 62)
    yield Ring(BLACK, centre, 58, 4)
    for petal in range(12):
        yield Ring(RED if petal % 2 else BLACK, polar(centre, 26, petal * 30), 24, 2.5)
    yield Disc(BLACK, centre, 6)
