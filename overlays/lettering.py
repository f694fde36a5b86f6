"""Texts become pictures."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw, ImageFont

from iiifserver.iiif.values import Extent

from .colours import TRANSPARENT, Rgba
from .coverage import goes_along, runs
from .directions import direction_of, in_visual_order
from .fonts import Face

LINE_GAP = 0.2
"""Between two lines, as a share of the size."""
JOINED_SCRIPTS = ("ARABIC", "SYRIAC", "MONGOLIAN", "DEVANAGARI", "BENGALI", "TAMIL", "THAI", "KHMER", "HEBREW")
"""Letters that belong together, or run from the right: they are not spaced."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece of a line: set in one font, its start on the line's foot."""

    text: str
    font: ImageFont.FreeTypeFont
    x: float
    y: float
    direction: str | None
    """`ltr` or `rtl`; `None` where that cannot be told to the font."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """A text and how it looks, in any size."""

    text: str
    face: Face
    colour: Rgba
    stroke_colour: Rgba = TRANSPARENT
    stroke_width: int = 0
    background: Rgba = TRANSPARENT
    padding: int = 0
    """Pixels of background around the text; none without a background."""
    alignment: str = "left"
    letter_spacing: int = 0
    """Between two letters, in percent of the size."""

    @property
    def margin(self) -> int:
        return self.padding if self.background[3] else 0

    def extent(self, size: int) -> Extent:
        """How large the picture is in this size; measured without drawing it."""
        return self._extent(self._ink(self._set(size)))

    def picture(self, size: int) -> Image.Image:
        """The text in this size, RGBA, cut to what is drawn."""
        placed = self._set(size)
        ink = self._ink(placed)
        extent = self._extent(ink)
        canvas = Image.new("RGBA", (extent.width, extent.height), self.background)
        for colour, stroke_width in self._layers():
            layer = Image.new("RGBA", canvas.size, (*colour[:3], 0))
            mask = self._mask(placed, ink, extent, stroke_width)
            layer.putalpha(mask.point([value * colour[3] // 255 for value in range(256)]))
            canvas.alpha_composite(layer)
        return canvas

    def wrapped(self, size: int, width: int) -> str:
        """The text with its lines broken between words, so that none is wider than so many pixels if that can be."""
        room = width - 2 * (self.margin + self.stroke_width)
        return "\n".join(broken for line in self.text.split("\n") for broken in self._broken(line, size, room))

    def _broken(self, line: str, size: int, room: int) -> Iterator[str]:
        current = ""
        for word in line.split(" "):
            longer = f"{current} {word}" if current else word
            if current and self._width(longer, size) > room:
                yield current
                current = word
            else:
                current = longer
        yield current

    def _width(self, line: str, size: int) -> float:
        placed, width = self._line(line, size, 0)
        return width if placed else 0

    def _extent(self, ink: tuple[int, int, int, int]) -> Extent:
        left, top, right, bottom = ink
        return Extent(max(1, right - left + 2 * self.margin), max(1, bottom - top + 2 * self.margin))

    def _layers(self) -> Iterator[tuple[Rgba, int]]:
        """Colours and how far beyond the letters each reaches, from below: the stroke, then the letters on it."""
        if self.stroke_width:
            yield self.stroke_colour, self.stroke_width
        yield self.colour, 0

    def _mask(
        self, placed: list[Placed], ink: tuple[int, int, int, int], extent: Extent, stroke_width: int
    ) -> Image.Image:
        left, top, _, _ = ink
        mask = Image.new("L", (extent.width, extent.height))
        pen = ImageDraw.Draw(mask)
        for piece in placed:
            place = (piece.x + self.margin - left, piece.y + self.margin - top)
            pen.text(place, piece.text, 255, piece.font, "ls", direction=piece.direction, stroke_width=stroke_width)
        return mask

    def _ink(self, placed: list[Placed]) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of what is drawn, from the start of the first line's foot."""
        boxes = [self._box(piece) for piece in placed] or [(0, 0, 0, 0)]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return math.floor(min(lefts)), math.floor(min(tops)), math.ceil(max(rights)), math.ceil(max(bottoms))

    def _box(self, piece: Placed) -> tuple[float, float, float, float]:
        left, top, right, bottom = piece.font.getbbox(
            piece.text, anchor="ls", direction=piece.direction, stroke_width=self.stroke_width
        )
        return piece.x + left, piece.y + top, piece.x + right, piece.y + bottom

    def _set(self, size: int) -> list[Placed]:
        """Every piece of the text in its place."""
        fonts: dict[Face, ImageFont.FreeTypeFont] = {}
        step = self.line_height(size)
        rows = [self._line(line, size, number * step, fonts) for number, line in enumerate(self.text.split("\n"))]
        widest = max(width for _, width in rows)
        share = {"left": 0.0, "center": 0.5, "right": 1.0}[self.alignment]
        return [replace(piece, x=piece.x + round((widest - width) * share)) for row, width in rows for piece in row]

    def line_height(self, size: int) -> int:
        """From the foot of a line to the foot of the next."""
        return math.ceil(self.face.at(size).getbbox("A")[3]) + self.stroke_width + round(size * LINE_GAP)

    def _line(
        self, line: str, size: int, y: float, known: dict[Face, ImageFont.FreeTypeFont] | None = None
    ) -> tuple[list[Placed], float]:
        """The pieces of one line from its start, and its width."""
        fonts = {} if known is None else known
        placed, x = [], 0.0
        spacing = size * self.letter_spacing / 100
        in_order = [(run, run.direction) for run in runs(line, self.face, self.text)]
        for run in in_visual_order(in_order, direction_of(line)):
            if run.face not in fonts:
                fonts[run.face] = run.face.at(size)
            font = fonts[run.face]
            for part in clusters(run.text) if spacing and can_be_spaced(run.text) else [run.text]:
                # Only fonts that Raqm lays out, which may be missing, can be told which way a text runs.
                told = run.direction if font.layout_engine == ImageFont.Layout.RAQM else None
                placed.append(Placed(part, font, x, y, told))
                x += font.getlength(part, direction=told) + spacing
        return placed, x - spacing if placed else x


def clusters(text: str) -> list[str]:
    """The letters of a text, each with the accents on it."""
    found: list[str] = []
    for character in text:
        if found and goes_along(character) and not character.isspace():
            found[-1] += character
        else:
            found.append(character)
    return found


def can_be_spaced(text: str) -> bool:
    """Whether its letters stand by themselves."""
    return not any(unicodedata.name(character, "").startswith(JOINED_SCRIPTS) for character in text)
