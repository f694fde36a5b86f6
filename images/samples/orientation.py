"""A lighthouse by the sea, stored lying on its side as cameras do."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 800
FINENESS = 2
HORIZON = 520

# EXIF orientation 6: turn the stored pixels a quarter clockwise to see them upright.
UPRIGHT_BY_A_QUARTER_TURN = 6

INK = (52, 48, 56)
CREAM = (246, 238, 220)
RED = (168, 66, 52)

Point = tuple[float, float]


def stored_sideways(upright: Image.Image) -> Image.Image:
    """The pixels as they are stored: a quarter turn against the clock."""
    return upright.transpose(Image.Transpose.ROTATE_90)


def draw_lighthouse() -> Image.Image:
    """The picture as it should be seen, 1200 x 800 pixels."""
    picture = _sky_and_sea()
    pen = ImageDraw.Draw(picture, "RGBA")
    _draw_beams(pen)
    _draw_cliff(pen)
    _draw_tower(pen)
    _draw_gulls(pen)
    _draw_boat(pen)
    _draw_lettering(pen)
    return picture.reduce(FINENESS)


def _fine(*points: Point) -> list[Point]:
    return [(x * FINENESS, y * FINENESS) for x, y in points]


def _sky_and_sea() -> Image.Image:
    """Evening: blue above, warm towards the horizon, and the sea below."""
    stops = (0, 0.45, 0.64, 0.65, 0.8, 1)
    colours = ((92, 124, 152), (184, 190, 184), (240, 212, 170), (122, 150, 156), (70, 104, 118), (40, 66, 82))
    down = np.linspace(0, 1, HEIGHT * FINENESS)
    channels = [np.interp(down, stops, [colour[c] for colour in colours]) for c in range(3)]
    column = np.dstack(channels).reshape(-1, 1, 3)
    picture = np.repeat(column, WIDTH * FINENESS, axis=1)
    return Image.fromarray(_with_glitter(picture).clip(0, 255).astype(np.uint8))


def _with_glitter(
    picture: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Streaks of light on the water, finer towards the horizon."""
    random = np.random.default_rng(6)
    top = HORIZON * FINENESS
    for _ in range(900):
        depth = float(random.uniform()) ** 1.8
        y = int(top + 4 + depth * (picture.shape[0] - top - 12))
        x, length = int(random.integers(0, picture.shape[1])), int(8 + 120 * depth * random.uniform())
        picture[y : y + 1 + int(4 * depth), x : x + length] += 26 * (1 - 0.5 * depth)
    return picture


def _draw_beams(pen: ImageDraw.ImageDraw) -> None:
    for spread in range(14):
        pen.polygon(_fine((842, 206), (0, 150 - spread * 5), (0, 210 + spread * 5)), (255, 244, 206, 7))
        pen.polygon(_fine((858, 206), (1200, 180 - spread * 3), (1200, 230 + spread * 3)), (255, 244, 206, 7))


def _draw_cliff(pen: ImageDraw.ImageDraw) -> None:
    ridge = [
        (600.0, 800.0),
        (640, 740),
        (668, 700),
        (700, 640),
        (742, 606),
        (800, 592),
        (930, 590),
        (1010, 604),
        (1090, 596),
    ]
    pen.polygon(_fine(*ridge, (1200, 586), (1200, 800)), (88, 84, 80))
    pen.polygon(
        _fine((742, 606), (800, 592), (930, 590), (1010, 604), (1090, 596), (1200, 586), (1200, 622), (900, 616)),
        (116, 128, 92),
    )
    for number in range(26):
        x = 690 + number * 20
        pen.line(
            _fine((x, 640 + 9 * math.sin(number * 2.1)), (x - 26, 720 + 20 * math.sin(number)), (x - 20, 800)),
            (62, 58, 58),
            4,
        )


def _draw_tower(pen: ImageDraw.ImageDraw) -> None:
    """White and red bands, narrower above, a lamp on top."""

    def half(y: float) -> float:
        return 30 + (y - 240) * 0.075

    for band in range(6):
        top, bottom = 240 + band * 60, 300 + band * 60
        edge = (
            (850 - half(top), top),
            (850 + half(top), top),
            (850 + half(bottom), bottom),
            (850 - half(bottom), bottom),
        )
        pen.polygon(_fine(*edge), RED if band % 2 else CREAM)
    pen.polygon(
        _fine((850 + 8, 240), (850 + half(240), 240), (850 + half(600), 600), (850 + 16, 600)), (40, 34, 44, 60)
    )
    for y in (330, 450):
        pen.rectangle(_fine((842, y), (856, y + 26)), INK)
    pen.rectangle(_fine((806, 230), (894, 242)), INK)
    pen.rectangle(_fine((828, 184), (872, 230)), (255, 236, 170))
    for x in (828, 842, 857, 872):
        pen.line(_fine((x, 184), (x, 230)), INK, 5)
    pen.polygon(_fine((818, 186), (850, 142), (882, 186)), RED)
    pen.line(_fine((850, 142), (850, 116)), INK, 5)
    pen.rectangle(_fine((920, 548), (1010, 600)), CREAM)
    pen.polygon(_fine((908, 550), (965, 512), (1022, 550)), RED)
    pen.rectangle(_fine((955, 566), (973, 600)), INK)


def _draw_gulls(pen: ImageDraw.ImageDraw) -> None:
    for x, y, size in ((420, 190, 34), (500, 240, 24), (340, 260, 20), (640, 130, 18)):
        for side in (-1, 1):
            wing = [(x + side * size * t / 10, y - size * 0.5 * math.sin(t / 10 * 2.4)) for t in range(11)]
            pen.line(_fine(*wing), INK, 6, joint="curve")


def _draw_boat(pen: ImageDraw.ImageDraw) -> None:
    pen.polygon(_fine((230, 560), (340, 560), (318, 588), (250, 588)), INK)
    pen.polygon(_fine((282, 420), (282, 548), (216, 548)), CREAM)
    pen.polygon(_fine((290, 440), (290, 548), (340, 548)), RED)
    pen.line(_fine((286, 410), (286, 562)), INK, 6)


def _draw_lettering(pen: ImageDraw.ImageDraw) -> None:
    for text, y, size in (("THIS WAY UP", 690, 64), ("sky above, sea below, letters upright", 744, 24)):
        pen.text((320 * FINENESS, y * FINENESS), text, CREAM, ImageFont.load_default(size * FINENESS), "mm")
