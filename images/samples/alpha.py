"""Two leaves as of coloured glass: translucent blades, firmer veins, a soft shadow, and nothing behind them."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1200, 900
FINENESS = 2
VEINS = 11

Colour = tuple[int, int, int]
Point = tuple[float, float]


def draw_leaves() -> Image.Image:
    """The picture in RGBA."""
    picture = Image.new("RGBA", (WIDTH, HEIGHT), (255, 255, 255, 0))
    for foot, tip, breadth, inner, outer in (
        ((330, 820), (880, 130), 0.36, (214, 150, 62), (160, 62, 40)),
        ((215, 600), (1000, 560), 0.30, (150, 178, 96), (44, 98, 88)),
    ):
        leaf = _Leaf(foot, tip, breadth)
        picture.alpha_composite(_shadow(leaf))
        picture.alpha_composite(_blade(leaf, inner, outer))
    return picture


class _Leaf:
    """A leaf from its foot to its tip; along and across are shares of its length."""

    def __init__(self, foot: Point, tip: Point, breadth: float) -> None:
        self.foot, self.breadth = foot, breadth
        self.axis = (tip[0] - foot[0], tip[1] - foot[1])

    def at(self, along: float, across: float) -> Point:
        bow = across + 0.07 * math.sin(along * math.pi)
        x = self.foot[0] + along * self.axis[0] - bow * self.axis[1]
        y = self.foot[1] + along * self.axis[1] + bow * self.axis[0]
        return x * FINENESS, y * FINENESS

    def half_width(self, along: float) -> float:
        swelling = max(math.sin(math.pi * along**0.78), 0.0)
        return float(self.breadth * 0.5 * swelling**0.85 * (1 - 0.25 * along))

    def outline(self) -> list[Point]:
        steps = [step / 160 for step in range(161)]
        toothed = [self.half_width(a) * (1 + 0.025 * math.sin(a * 150)) for a in steps]
        left = [self.at(a, -w) for a, w in zip(steps, toothed, strict=True)]
        right = [self.at(a, w) for a, w in zip(steps, toothed, strict=True)]
        return left + right[::-1]

    def vein(self, start: float, side: int, reach: float = 0.94) -> list[Point]:
        """A side vein, from the middle towards the edge and the tip."""
        points = []
        for step in range(21):
            share = step / 20 * reach
            along = start + 0.16 * share * (1.15 - start * 0.6)
            points.append(self.at(along, side * self.half_width(min(along, 1)) * share**0.9))
        return points


def _plate() -> Image.Image:
    return Image.new("L", (WIDTH * FINENESS, HEIGHT * FINENESS))


def _shape(leaf: _Leaf) -> Image.Image:
    plate = _plate()
    ImageDraw.Draw(plate).polygon(leaf.outline(), 255)
    return plate.reduce(FINENESS)


def _veins(leaf: _Leaf) -> Image.Image:
    plate = _plate()
    pen = ImageDraw.Draw(plate)
    for number in range(1, 2 * VEINS):
        for side in (-1, 1):
            is_great = number % 2 == 0
            pen.line(
                leaf.vein(number / (2 * VEINS), side, 0.96 if is_great else 0.6),
                255 if is_great else 150,
                5 - 2 * (number % 2),
            )
    for step in range(-5, 39):
        pen.line([leaf.at(step / 40, 0), leaf.at((step + 1.3) / 40, 0)], 255, round(12 * (1 - step / 44)))
    return plate.reduce(FINENESS)


def _shadow(leaf: _Leaf) -> Image.Image:
    """What the leaf keeps from the light, a little to the right and below."""
    soft = ImageChops.offset(_shape(leaf), 16, 22).filter(ImageFilter.GaussianBlur(14))
    shadow = Image.new("RGBA", soft.size, (40, 34, 44, 0))
    shadow.putalpha(soft.point([level // 5 for level in range(256)]))
    return shadow


def _blade(leaf: _Leaf, inner: Colour, outer: Colour) -> Image.Image:
    """Glass of one colour at the foot and another at the tip, clearer in the middle than at the rim."""
    shape, veins = _shape(leaf), _veins(leaf)
    depth = np.asarray(shape.filter(ImageFilter.GaussianBlur(34)), np.float32) / 255
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    length = math.hypot(*leaf.axis)
    along = ((x - leaf.foot[0]) * leaf.axis[0] + (y - leaf.foot[1]) * leaf.axis[1]) / length**2
    mix = np.clip(along, 0, 1)[..., None]
    colour = np.array(inner) * (1 - mix) + np.array(outer) * mix
    light = np.asarray(veins, np.float32)[..., None] / 255
    colour = colour + (np.array((250, 240, 214)) - colour) * light * 0.55
    opacity = np.clip(0.98 - 0.5 * depth + 0.35 * light[..., 0], 0, 1) * np.asarray(ImageChops.lighter(shape, veins))
    return Image.fromarray(np.dstack([colour, opacity]).clip(0, 255).astype(np.uint8))
