"""Where the rain goes: every cell of land gets a way down to the sea."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from images.samples.chart.extent import SEED
from images.samples.chart.noise import Field

# So little fall that no eye sees it, but water needs some to know where to go.
LEAST_FALL = 0.04


@dataclass(frozen=True, slots=True)
class Drainage:
    """The land without hollows; for each cell the cell it drains to (itself at sea) and how many drain through it."""

    height: Field
    downhill: NDArray[np.int64]
    area: Field


def drain(height: Field) -> Drainage:
    """Fill every hollow up to its lowest rim and follow the water (priority flood from the sea inland)."""
    columns = height.shape[1]
    steps = (-columns - 1, -columns, -columns + 1, -1, 1, columns - 1, columns, columns + 1)
    # Uneven ground makes water wander where the land is flat.
    falls = np.random.default_rng(SEED).uniform(0, LEAST_FALL, height.size).tolist()
    levels: list[float] = height.ravel().tolist()
    downhill = list(range(len(levels)))
    order = _flood(levels, downhill, falls, _shore(height, steps), steps)
    return Drainage(
        np.array(levels, np.float32).reshape(height.shape),
        np.array(downhill),
        np.array(_collect(downhill, order), np.float32).reshape(height.shape),
    )


def _shore(height: Field, steps: tuple[int, ...]) -> list[int]:
    """The cells of the sea that touch land."""
    land = (height > 0).ravel()
    touches = np.zeros_like(land)
    for step in steps:
        touches |= np.roll(land, step)
    return [int(cell) for cell in np.flatnonzero(touches & ~land)]


def _flood(
    levels: list[float], downhill: list[int], falls: list[float], shore: list[int], steps: tuple[int, ...]
) -> list[int]:
    """Raise `levels` and set `downhill` in place; the cells of land from the shore upwards."""
    seen = [level <= 0 for level in levels]
    waiting = [(0.0, cell) for cell in shore]
    order: list[int] = []
    while waiting:
        level, cell = heapq.heappop(waiting)
        for step in steps:
            neighbour = cell + step
            if not seen[neighbour]:
                seen[neighbour] = True
                downhill[neighbour] = cell
                levels[neighbour] = max(levels[neighbour], level + falls[neighbour])
                heapq.heappush(waiting, (levels[neighbour], neighbour))
                order.append(neighbour)
    return order


def _collect(downhill: list[int], order: list[int]) -> list[float]:
    """How many cells drain through each cell, itself included."""
    area = [1.0] * len(downhill)
    for cell in reversed(order):
        area[downhill[cell]] += area[cell]
    return area
