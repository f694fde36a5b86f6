"""Pieces of a TIFF become pixels: put together where a part of the image touches several, or one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Box

from .tiff_index import TiffIndex
from .tiff_levels import StoredLevel
from .tiff_samples import Samples, Span

WHITE = {"L": "white", "RGB": "white"}
"""What a piece looks like that its file leaves out, where that is not what zeros mean."""


def assembled(found: Found, index: TiffIndex, level: StoredLevel, part: Box, span: Span | None = None) -> Image.Image:
    """The wanted part of the level, put together from the pieces that it touches."""
    image = Image.new(index.mode, (part.width, part.height), WHITE.get(index.mode, 0))
    with found.open() as file:
        columns, rows = touched(level, part)
        for row in level.rows_ahead(file, rows, columns):
            for column in columns:
                pixels = level.decoded(file, column, row)
                if pixels is not None:
                    place = (column * level.piece.width - part.x, row * level.piece.height - part.y)
                    image.paste(piece_image(pixels, index.samples, span), place)
    return image


def touched(level: StoredLevel, part: Box) -> tuple[range, range]:
    """Columns and rows of the pieces that a part of the level lies in."""
    columns = range(part.x // level.piece.width, -(-part.right // level.piece.width))
    return columns, range(part.y // level.piece.height, -(-part.bottom // level.piece.height))


def piece_image(pixels: np.ndarray[Any, Any], samples: Samples, span: Span | None) -> Image.Image:
    """A piece as an image of eight bits, 0 being black."""
    shades = samples.as_bytes(pixels, span)
    height, width = shades.shape[:2]
    return Image.frombuffer(samples.mode, (width, height), np.ascontiguousarray(shades), "raw", samples.mode, 0, 1)


def pieces_of(file: BinaryIO, level: StoredLevel) -> Iterator[np.ndarray[Any, Any] | None]:
    """The pixels of all pieces of the level, one after the other."""
    for row in level.rows_ahead(file, range(level.rows), range(level.columns)):
        for column in range(level.columns):
            yield level.decoded(file, column, row)
