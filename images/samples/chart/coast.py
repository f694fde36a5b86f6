"""How far each point of the sea is from land."""

from __future__ import annotations

import numpy as np

from images.samples.chart.extent import COAST_CELL, HEIGHT, WIDTH
from images.samples.chart.noise import Field, resized, softened

SHAPE = (HEIGHT // COAST_CELL, WIDTH // COAST_CELL)
REACH = 47


def distance_from_coast(height: Field) -> Field:
    """Chart units to the nearest land, 0 on land, exact up to the reach and constant beyond."""
    land = resized(height, SHAPE) > 0
    squares = np.where(land, np.float32(0), np.float32(REACH**2))
    for axis in (0, 1):
        squares = _nearest_along(squares, axis)
    return softened(np.sqrt(squares) * COAST_CELL, 2)


def _nearest_along(squares: Field, axis: int) -> Field:
    """One half of the exact distance transform: the best neighbour in one direction, its own square included."""
    nearest = squares.copy()
    along, best = np.moveaxis(squares, axis, 0), np.moveaxis(nearest, axis, 0)
    for step in range(1, REACH):
        np.minimum(best[step:], along[:-step] + step**2, out=best[step:])
        np.minimum(best[:-step], along[step:] + step**2, out=best[:-step])
    return nearest
