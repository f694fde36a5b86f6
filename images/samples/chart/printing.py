"""Putting marks on paper: one plate per ink and piece, twice as fine as the picture."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from PIL import Image, ImageChops, ImageDraw

from images.samples.chart.extent import HEIGHT, WIDTH, Point
from images.samples.chart.marks import Mark, Pen
from images.samples.chart.palette import INKS, Ink

# Lines are drawn hard-edged; drawing them larger and averaging makes them smooth.
FINENESS = 2
PIECE = 500


def print_marks(picture: Image.Image, sea: Image.Image, marks: Iterable[Mark], scale: float) -> None:
    """Print the marks on the picture, ink after ink. `sea` is white where the inks of the sea may go."""
    # Piece by piece: a plate for the whole chart would be 216 million pixels, most of them blank.
    for (column, row), inks in sorted(_by_piece(marks, scale).items()):
        left, top = column * PIECE, row * PIECE
        box = (left, top, min(left + PIECE, picture.width), min(top + PIECE, picture.height))
        piece, sea_here = picture.crop(box), sea.crop(box)
        for ink in INKS:
            if ink in inks:
                plate = _plate(inks[ink], piece.size, (left / scale, top / scale), scale)
                piece.paste(ink.colour, mask=_taken(plate, ink, sea_here))
        picture.paste(piece, box)


def _by_piece(marks: Iterable[Mark], scale: float) -> dict[tuple[int, int], dict[Ink, list[Mark]]]:
    """For each piece of the picture the marks that touch it, by ink."""
    pieces: dict[tuple[int, int], dict[Ink, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    across, down = -(-round(WIDTH * scale) // PIECE), -(-round(HEIGHT * scale) // PIECE)
    for mark in marks:
        left, top, right, bottom = (int(edge * scale // PIECE) for edge in mark.bounds)
        for column in range(max(left, 0), min(right, across - 1) + 1):
            for row in range(max(top, 0), min(bottom, down - 1) + 1):
                pieces[column, row][mark.ink].append(mark)
    return pieces


def _plate(marks: list[Mark], size: tuple[int, int], corner: Point, scale: float) -> Image.Image:
    plate = Image.new("L", (size[0] * FINENESS, size[1] * FINENESS))
    pen = Pen(ImageDraw.Draw(plate), corner, scale * FINENESS)
    for mark in marks:
        mark.draw(pen)
    return plate.reduce(FINENESS)


def _taken(plate: Image.Image, ink: Ink, sea: Image.Image) -> Image.Image:
    """How much of the ink the paper takes."""
    if ink.only_at_sea:
        plate = ImageChops.multiply(plate, sea)
    return plate if ink.opacity == 1 else plate.point([round(level * ink.opacity) for level in range(256)])
