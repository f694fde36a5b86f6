"""Rivers, summits and towns: found on the terrain, not put there by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from images.samples.chart.extent import COARSE_CELL, SEED, Point
from images.samples.chart.noise import Field, fractal
from images.samples.chart.terrain import Terrain

# So many cells of land must drain through a cell before its brook is drawn.
BROOK = 110
SHORTEST_RIVER = 9
WINDING = 11


@dataclass(frozen=True, slots=True)
class River:
    """From the spring to where it ends; for each point how many cells of land drain through it."""

    points: tuple[Point, ...]
    areas: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Summit:
    at: Point
    metres: int


def find_rivers(terrain: Terrain) -> list[River]:
    """Every stream that is long enough, greatest first. Each ends in the sea or in a river before it."""
    drainage = terrain.drainage
    area, downhill = drainage.area.ravel(), drainage.downhill
    is_river = (area >= BROOK) & (drainage.height.ravel() > 0)
    fed = np.zeros_like(is_river)
    fed[downhill[is_river]] = True
    springs = np.flatnonzero(is_river & ~fed)
    # The stream with the longest way is the river; the others are its tributaries.
    way_down = downhill.tolist()
    courses = sorted((_course(int(spring), way_down) for spring in springs), key=len, reverse=True)
    windings = _windings(drainage.height.shape)
    taken: dict[int, Point] = {}
    rivers = []
    for course in courses:
        own = _until_taken(course, taken)
        if len(own) >= SHORTEST_RIVER:
            points = _smooth(own, windings)
            # A tributary ends on the line of its river, not in the middle of the cell.
            points = (*points[:-1], taken.get(own[-1], points[-1]))
            taken |= zip(own, points, strict=True)
            rivers.append(River(points, tuple(float(area[cell]) for cell in own)))
    return sorted(rivers, key=lambda river: -max(river.areas))


def _course(cell: int, downhill: list[int]) -> list[int]:
    course = [cell]
    while downhill[cell] != cell:
        cell = downhill[cell]
        course.append(cell)
    return course


def _until_taken(course: list[int], taken: dict[int, Point]) -> list[int]:
    """The course down to and with the first cell that belongs to another."""
    for number, cell in enumerate(course):
        if cell in taken:
            return course[: number + 1]
    return course


def _windings(shape: tuple[int, int]) -> Field:
    """How far each cell's water strays from the middle of the cell; the same for all rivers, so that they meet."""
    fields = [fractal(shape, 1.3, SEED + 50 + axis, longest_wave=0.05) for axis in (0, 1)]
    return np.asarray(np.dstack(fields) * WINDING)


def _smooth(course: list[int], windings: Field) -> tuple[Point, ...]:
    """The middles of the cells, drawn as water runs: winding and without corners."""
    cells = np.array([divmod(cell, windings.shape[1])[::-1] for cell in course], np.float32)
    points = (cells + 0.5) * COARSE_CELL + windings.reshape(-1, 2)[course]
    for _ in range(4):
        points[1:-1] = (points[:-2] + 2 * points[1:-1] + points[2:]) / 4
    return tuple((float(x), float(y)) for x, y in points)


def find_summits(terrain: Terrain, count: int, apart: float) -> list[Summit]:
    """The highest points, none nearer to a higher one than said."""
    height = terrain.drainage.height.copy()
    rows, columns = np.mgrid[0 : height.shape[0], 0 : height.shape[1]]
    summits = []
    for _ in range(count):
        row, column = np.unravel_index(int(height.argmax()), height.shape)
        at = ((float(column) + 0.5) * COARSE_CELL, (float(row) + 0.5) * COARSE_CELL)
        summits.append(Summit(at, int(height[row, column])))
        height[np.hypot(rows - row, columns - column) * COARSE_CELL < apart] = 0
    return summits


def value_at(field: Field, cell: float, at: Point) -> float:
    """What a grid with cells of that size has at a point of the chart."""
    row = min(max(int(at[1] / cell), 0), field.shape[0] - 1)
    column = min(max(int(at[0] / cell), 0), field.shape[1] - 1)
    return float(field[row, column])
