"""Boxes that are hidden without a row: those that the site's own code names for one answer."""

from __future__ import annotations

from PIL import Image

from iiifserver.iiif.redaction import Shape
from iiifserver.iiif.values import Box, Extent

from .base import Answer, Cover, fingerprint_of


class HiddenBoxes(Cover):
    """Covers them in black."""

    label = "Boxes"
    used_for = "What the site's delegate hides."
    options_class = tuple

    def __init__(self, boxes: tuple[Box, ...]) -> None:
        super().__init__(boxes)
        self._shapes = tuple(shape_of(box) for box in boxes if box.width > 0 and box.height > 0)
        self.fingerprint = fingerprint_of("boxes", boxes)

    @property
    def colour(self) -> tuple[int, int, int]:
        return (0, 0, 0)

    def shapes(self, answer: Answer) -> tuple[Shape, ...]:
        return self._shapes

    def paint(self, size: Extent, seed: int) -> Image.Image | None:
        return None


def shape_of(box: Box) -> Shape:
    corners = ((box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom))
    return Shape(tuple((float(x), float(y)) for x, y in corners), is_percent=False, is_rectangle=True)
