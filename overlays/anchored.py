"""Marks that lie on the image and not on the answer: they go with it when it is zoomed, cut into tiles or turned."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image

from iiifserver.iiif.values import Box, Extent, Rotation

from .base import Answer
from .placement import Placing, pattern, places, repeated

LARGEST_WHOLE = 4_000_000
"""In pixels: above that only the part of a mark that shows is made."""

RIGHT_ANGLES = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
"""Pillow turns the other way round."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What an answer shows of the image before it is turned: how much smaller, and from where on."""

    across: float
    """How many pixels of the answer one of the image is."""
    down: float
    left: int
    """Where the answer begins in the image made so much smaller."""
    top: int
    extent: Extent

    def scaled(self, extent: Extent) -> Extent:
        return Extent(max(1, half_up(extent.width * self.across)), max(1, half_up(extent.height * self.down)))

    def placed(self, box: Box) -> Box:
        """Where a box of the image lies in the answer."""
        extent = self.scaled(box.extent)
        x, y = half_up(box.x * self.across) - self.left, half_up(box.y * self.down) - self.top
        return Box(x, y, extent.width, extent.height)

    def shows(self, box: Box) -> bool:
        return box.x < self.extent.width and box.y < self.extent.height and box.right > 0 and box.bottom > 0


def glimpse_of(answer: Answer) -> Glimpse:
    box, size = answer.plan.box, answer.plan.size
    across, down = factor(box.width, size.width), factor(box.height, size.height)
    return Glimpse(across, down, half_up(box.x * across), half_up(box.y * down), size)


def factor(full: int, shown: int) -> float:
    """How many pixels of the answer one of the image is; one over a whole number wherever that explains the size, so
    that the tiles of one resolution have the same.
    """
    nearest = max(1, round(full / shown))
    return 1 / nearest if abs(full / nearest - shown) < 1 else shown / full


def half_up(number: float) -> int:
    return math.floor(number + 0.5)


def spots(mark: Extent, answer: Answer, placing: Placing) -> list[Box]:
    """Where the answer shows a mark that is this large on the image; a repeated one as `pattern` lays it out."""
    glimpse = glimpse_of(answer)
    if placing.repeats:
        return repetitions(glimpse.scaled(mark), scaled_spacing(placing, glimpse), glimpse)
    boxes = (glimpse.placed(box) for box in places(mark, answer.facts.extent, placing))
    return [box for box in boxes if glimpse.shows(box)]


def scaled_spacing(placing: Placing, glimpse: Glimpse) -> int:
    return half_up(placing.spacing * min(glimpse.across, glimpse.down))


def repetitions(mark: Extent, spacing: int, glimpse: Glimpse) -> list[Box]:
    """The patterns that the answer shows, counted from the image's corner."""
    whole = pattern(mark, spacing)
    before = (glimpse.left % (whole.width + spacing), glimpse.top % (whole.height + spacing))
    covered = Extent(glimpse.extent.width + before[0], glimpse.extent.height + before[1])
    boxes = repeated(whole, covered, spacing)
    return [Box(box.x - before[0], box.y - before[1], box.width, box.height) for box in boxes]


def part_of(mark: Image.Image, box: Box, output: Extent) -> tuple[Image.Image, Box]:
    """The part of a mark, stretched over the box, that an output shows, and where."""
    left, top = max(0, box.x), max(0, box.y)
    right, bottom = min(output.width, box.right), min(output.height, box.bottom)
    across, down = mark.width / box.width, mark.height / box.height
    matrix = (across, 0, (left - box.x) * across, 0, down, (top - box.y) * down)
    size = (right - left, bottom - top)
    shown = mark.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)
    return shown, Box(left, top, *size)


def turned_with(layer: Image.Image, rotation: Rotation, output: Extent) -> Image.Image:
    """What was drawn on a layer, mirrored and turned as the image was."""
    if rotation.mirrored:
        layer = layer.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if rotation.is_right_angle:
        turn = RIGHT_ANGLES.get(int(rotation.degrees))
        return layer if turn is None else layer.transpose(turn)
    turned = layer.rotate(-float(rotation.degrees), Image.Resampling.BICUBIC, expand=True)
    canvas = Image.new(layer.mode, (output.width, output.height))
    canvas.paste(turned, ((output.width - turned.width) // 2, (output.height - turned.height) // 2))
    return canvas
