"""The islands: where land is, how high it stands, and how rain has cut it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from images.samples.chart.drainage import Drainage, drain
from images.samples.chart.extent import COARSE_CELL, FINE_CELL, HEIGHT, SEED, WIDTH
from images.samples.chart.noise import Field, fractal, repeated, resized, ridged, softened

COARSE_SHAPE = (HEIGHT // COARSE_CELL, WIDTH // COARSE_CELL)
FINE_SHAPE = (HEIGHT // FINE_CELL, WIDTH // FINE_CELL)

METRES_PER_UNIT = 1000


@dataclass(frozen=True, slots=True)
class Island:
    """Where an island rises: centre and radii in chart units, and how boldly."""

    x: float
    y: float
    across: float
    down: float
    boldness: float


ISLANDS = (
    Island(4550, 2750, 2050, 1350, 1.0),
    Island(5500, 3700, 1250, 950, 0.75),
    Island(3300, 1950, 1100, 800, 0.75),
    Island(1450, 2500, 720, 620, 0.72),
    Island(1500, 1000, 560, 300, 0.55),
    Island(4000, 5150, 800, 330, 0.62),
    Island(7950, 3050, 560, 420, 0.66),
    Island(6300, 5350, 330, 240, 0.5),
)

# Where the land gives way to the title, the sky and the compass.
CLEARINGS = (
    Island(1520, 4790, 1250, 860, 1.5),
    Island(7720, 1330, 960, 960, 1.5),
    Island(7480, 4700, 620, 620, 1.5),
)


@dataclass(frozen=True, slots=True)
class Terrain:
    """Height above the sea in metres (below 0: depth), on the fine grid, and the drainage on the coarse one."""

    height: Field
    drainage: Drainage


def raise_terrain() -> Terrain:
    """The islands of the chart; always the same ones."""
    bumps = 7 * fractal(COARSE_SHAPE, 0.9, SEED + 4, longest_wave=0.06)
    uplift = _uplift()
    drainage = drain(_carved(drain(uplift + bumps * (uplift > 10))))
    fine = resized(drainage.height, FINE_SHAPE)
    roughness = repeated(fractal((750, 750), 2.0, SEED + 5, longest_wave=0.05), FINE_SHAPE)
    return Terrain(fine + roughness * np.clip(3 + np.abs(fine) * 0.014, 0, 13), drainage)


def _uplift() -> Field:
    """The land before the rain: island shapes, broken coasts, mountain chains inland."""
    shape = _island_shapes() + 0.17 * fractal(COARSE_SHAPE, 1.95, SEED, longest_wave=0.3) - _open_water()
    inland = np.clip(shape - 0.34, 0, None)
    chains = ridged(COARSE_SHAPE, 2.15, SEED + 1, longest_wave=0.3) ** 2
    height = METRES_PER_UNIT * (np.minimum(shape - 0.34, inland * 0.55) + inland * chains * 1.25)
    return np.asarray(height, np.float32)


def _island_shapes() -> Field:
    """Soft hills of height up to 1 with wandering outlines."""
    y, x = np.mgrid[0 : COARSE_SHAPE[0], 0 : COARSE_SHAPE[1]].astype(np.float32) * COARSE_CELL
    x = x + 230 * fractal(COARSE_SHAPE, 2.0, SEED + 2, longest_wave=0.4)
    y = y + 230 * fractal(COARSE_SHAPE, 2.0, SEED + 3, longest_wave=0.4)
    shape = np.zeros(COARSE_SHAPE, np.float32)
    for island in ISLANDS:
        distance = ((x - island.x) / island.across) ** 2 + ((y - island.y) / island.down) ** 2
        shape = np.maximum(shape, island.boldness * np.exp(-distance * 0.9))
    return softened(shape, 2)


def _open_water() -> Field:
    """How much the land is held down so that frame, title, stars and compass stand in the sea."""
    y, x = np.mgrid[0 : COARSE_SHAPE[0], 0 : COARSE_SHAPE[1]].astype(np.float32) * COARSE_CELL
    to_frame = np.minimum(np.minimum(x, WIDTH - x), np.minimum(y, HEIGHT - y))
    hold = np.clip((700 - to_frame) / 400, 0, 2)
    for clear in CLEARINGS:
        distance = np.sqrt(((x - clear.x) / clear.across) ** 2 + ((y - clear.y) / clear.down) ** 2)
        hold = np.maximum(hold, clear.boldness * np.clip((1.35 - distance) / 0.35, 0, 1))
    return np.asarray(hold)


def _carved(drainage: Drainage) -> Field:
    """Valleys where much water runs, deepest in high land."""
    water = softened(np.log1p(drainage.area), 1)
    depth = water * np.clip(drainage.height, 0, 700) * 0.085
    return np.asarray(
        np.where(drainage.height > 0, np.maximum(drainage.height - depth, 1), drainage.height), np.float32
    )
