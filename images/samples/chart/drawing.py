"""The chart as a whole: ground first, then everything that is printed on it."""

from __future__ import annotations

import numpy as np
from PIL import Image

from images.samples.chart.cartouche import cartouche
from images.samples.chart.compass import bearings, compass_rose
from images.samples.chart.creatures import creatures
from images.samples.chart.extent import COARSE_CELL, Point
from images.samples.chart.features import named_regions, rivers, soundings, summits, towns, woods
from images.samples.chart.frame import frame
from images.samples.chart.marks import Marks
from images.samples.chart.places import find_rivers, find_summits
from images.samples.chart.printing import print_marks
from images.samples.chart.room import room_beside_insets
from images.samples.chart.sky import sky
from images.samples.chart.surface import paint, survey
from images.samples.chart.terrain import Terrain, raise_terrain

ROSE: Point = (7560, 4740)
ROSE_RADIUS = 520
FAR_ROSES: tuple[Point, ...] = ((2650, 1300), (5000, 5560))


def draw_chart(scale: float = 1.0) -> Image.Image:
    """The chart in RGB, 9000 x 6000 pixels at scale 1; the same pixels every time."""
    terrain = raise_terrain()
    picture, sea = paint(survey(terrain.height), scale)
    print_marks(picture, sea, _everything(terrain), scale)
    return picture


def _everything(terrain: Terrain) -> Marks:
    """All marks. Great things take their room first."""
    for centre in (ROSE, *FAR_ROSES):
        yield from bearings(centre)
    yield from frame()
    yield from cartouche()
    yield from sky()
    yield from compass_rose(ROSE, ROSE_RADIUS)
    yield from _land_and_sea(terrain)


def _land_and_sea(terrain: Terrain) -> Marks:
    room = room_beside_insets(ROSE, ROSE_RADIUS)
    streams = find_rivers(terrain)
    slope = np.hypot(*np.gradient(terrain.drainage.height, COARSE_CELL))
    yield from named_regions(room)
    yield from creatures(room)
    yield from summits(find_summits(terrain, 40, 330), room)
    yield from towns(streams, room)
    yield from rivers(streams, room)
    yield from soundings(terrain.height, room)
    yield from woods(terrain.height, np.asarray(slope), room)
