"""Texts become pictures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw

from iiifserver.iiif.values import Extent

from .colours import TRANSPARENT, Rgba
from .fonts import Face

LINE_GAP = 0.2
"""Between two lines, as a share of the size."""


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

    @property
    def margin(self) -> int:
        return self.padding if self.background[3] else 0

    def extent(self, size: int) -> Extent:
        """How large the picture is in this size; measured without drawing it."""
        left, top, right, bottom = self._ink(size)
        return Extent(max(1, right - left + 2 * self.margin), max(1, bottom - top + 2 * self.margin))

    def picture(self, size: int) -> Image.Image:
        """The text in this size, RGBA, cut to what is drawn."""
        extent = self.extent(size)
        canvas = Image.new("RGBA", (extent.width, extent.height), self.background)
        for colour, mask in self._layers(size, extent):
            layer = Image.new("RGBA", canvas.size, (*colour[:3], 0))
            layer.putalpha(mask.point([value * colour[3] // 255 for value in range(256)]))
            canvas.alpha_composite(layer)
        return canvas

    def _layers(self, size: int, extent: Extent) -> Iterator[tuple[Rgba, Image.Image]]:
        """Colours and where they cover, from below: the stroke, then the letters on it."""
        if self.stroke_width:
            yield self.stroke_colour, self._mask(size, extent, stroke=255)
        yield self.colour, self._mask(size, extent, stroke=0)

    def _mask(self, size: int, extent: Extent, stroke: int) -> Image.Image:
        left, top, _, _ = self._ink(size)
        mask = Image.new("L", (extent.width, extent.height))
        origin = (self.margin - left, self.margin - top)
        ImageDraw.Draw(mask).multiline_text(origin, self.text, 255, stroke_fill=stroke, **self._setting(size))
        return mask

    def _ink(self, size: int) -> tuple[int, int, int, int]:
        """Left, top, right and bottom of what is drawn, from the point where the text begins."""
        measure = ImageDraw.Draw(Image.new("L", (1, 1)))
        left, top, right, bottom = measure.multiline_textbbox((0, 0), self.text, **self._setting(size))
        return math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)

    def _setting(self, size: int) -> dict[str, Any]:
        return {
            "font": self.face.at(size),
            "spacing": round(size * LINE_GAP),
            "align": self.alignment,
            "stroke_width": self.stroke_width,
        }
