"""Letters: spaced capitals, leaning or turned or bent along a curve."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from images.samples.chart.extent import Point
from images.samples.chart.marks import FULL, Box, Marks, Pen
from images.samples.chart.palette import HALO, Ink

# Smaller than this, letters are dust and not worth drawing.
SMALLEST_PIXELS = 3


@lru_cache(maxsize=64)
def face(pixels: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(pixels)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType, so there is no font to letter the chart with")
    return font


@dataclass(frozen=True, slots=True)
class Lettering:
    """A text centred on a point; `bend` is the radius of the arc it follows (0: straight, negative: sagging)."""

    ink: Ink
    text: str
    at: Point
    size: float
    spacing: float = 0.0
    lean: float = 0.0
    turn: float = 0.0
    bend: float = 0.0
    weight: float = 0.0

    @property
    def length(self) -> float:
        return sum(self._advances()) - self.spacing

    @property
    def bounds(self) -> Box:
        reach = self.length / 2 + self.size + self.weight
        if not (self.turn or self.bend):
            return self.at[0] - reach, self.at[1] - self.size * 2, self.at[0] + reach, self.at[1] + self.size * 2
        return self.at[0] - reach, self.at[1] - reach, self.at[0] + reach, self.at[1] + reach

    def draw(self, pen: Pen) -> None:
        pixels = round(self.size * pen.scale)
        if pixels < SMALLEST_PIXELS:
            return
        stroke = round(self.weight * pen.scale)
        for letter, place, turn in self._places():
            x, y = pen.at(place)
            if letter == " " or not _is_near(x, y, pixels + stroke, pen.plate.im.size):
                continue
            if turn or self.lean:
                glyph = _turned_letter(letter, pixels, stroke, turn, self.lean)
                pen.plate.bitmap((round(x - glyph.width / 2), round(y - glyph.height / 2)), glyph, FULL)
            else:
                pen.plate.text((x, y), letter, FULL, face(pixels), "mm", stroke_width=stroke)

    def _advances(self) -> list[float]:
        measure = face(100)
        return [measure.getlength(letter) * self.size / 100 + self.spacing for letter in self.text]

    def _places(self) -> list[tuple[str, Point, float]]:
        """Each letter with its centre and how far it is turned (degrees, clockwise)."""
        advances = self._advances()
        along = -(sum(advances) - self.spacing) / 2
        places = []
        for letter, advance in zip(self.text, advances, strict=True):
            x, y, turn = self._on_arc(along + (advance - self.spacing) / 2)
            along += advance
            places.append((letter, _turned((x, y), self.turn, self.at), turn + self.turn))
        return places

    def _on_arc(self, along: float) -> tuple[float, float, float]:
        if not self.bend:
            return along, 0.0, 0.0
        angle = along / self.bend
        return self.bend * math.sin(angle), self.bend * (1 - math.cos(angle)), math.degrees(angle)


def _is_near(x: float, y: float, reach: float, size: tuple[int, int]) -> bool:
    return -reach < x < size[0] + reach and -reach < y < size[1] + reach


def _turned_letter(letter: str, pixels: int, stroke: int, turn: float, lean: float) -> Image.Image:
    """One letter in the middle of a square, leaning first and then turned."""
    # A capital of this face is never wider or taller than its size, turned or not.
    reach = round(pixels * 0.66) + stroke
    cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    glyph = Image.new("L", (2 * reach, 2 * reach))
    ImageDraw.Draw(glyph).text((reach, reach), letter, FULL, face(pixels), "mm", stroke_width=stroke)
    # Pillow wants the way back: from a pixel of the result to one of the upright letter.
    a, b = cosine - lean * sine, sine + lean * cosine
    matrix = (a, b, reach * (1 - a - b), -sine, cosine, reach * (1 + sine - cosine))
    return glyph.transform(glyph.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def _turned(point: Point, degrees: float, origin: Point) -> Point:
    angle = math.radians(degrees)
    x, y = point
    return (
        origin[0] + x * math.cos(angle) - y * math.sin(angle),
        origin[1] + x * math.sin(angle) + y * math.cos(angle),
    )


def with_halo(lettering: Lettering) -> Marks:
    """The text on a breath of paper, so that it can be read on mountains."""
    yield replace(lettering, ink=HALO, weight=min(max(4.0, lettering.size * 0.13), 9.0))
    yield lettering
