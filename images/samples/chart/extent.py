"""The measures of the chart. One chart unit is one pixel of the picture at full size."""

from __future__ import annotations

WIDTH = 9000
HEIGHT = 6000

# Grids on which the land is computed: one cell is so many chart units wide.
COARSE_CELL = 15
FINE_CELL = 4
COAST_CELL = 8

SEED = 1609

Point = tuple[float, float]
