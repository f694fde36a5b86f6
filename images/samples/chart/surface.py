"""Land and water in colour: tints, hill shading, contour lines and the fine lines along the coast."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from PIL import Image, ImageChops

from images.samples.chart.coast import distance_from_coast
from images.samples.chart.extent import FINE_CELL, HEIGHT, SEED, WIDTH
from images.samples.chart.noise import Field, fractal, softened
from images.samples.chart.palette import COAST, CONTOUR, LAND_TINTS, SEA_TINTS, WATERLINE, Colour

TILE = 250
GRAIN = 500
CONTOUR_STEP = 50.0
INDEX_EVERY = 5
# Metres of height beyond which a tile has no coast line in it.
OFF_SHORE = 60.0
FIRST_WATERLINE = np.float32(7)
LINES_ALONG_COAST = 7
LAST_WATERLINE = 350


@dataclass(frozen=True, slots=True)
class Surface:
    """What the ground looks like, on grids coarser than the picture."""

    height: Image.Image
    metres_per_unit: Image.Image
    shadow: Image.Image
    distance: Image.Image
    land: Image.Image
    sea: Image.Image


def survey(height: Field) -> Surface:
    """Work out slopes, light and tints of a terrain."""
    south, east = np.gradient(height, FINE_CELL, axis=0), np.gradient(height, FINE_CELL, axis=1)
    slope = np.hypot(south, east)
    light = _light(south, east)
    distance = distance_from_coast(height)
    return Surface(
        Image.fromarray(height),
        Image.fromarray(np.maximum(softened(slope), 0.02)),
        Image.fromarray(softened(np.clip(0.75 - light, 0, 1))),
        Image.fromarray(distance),
        _tinted(height, LAND_TINTS, np.clip(0.64 + 0.48 * light, 0.55, 1.12)),
        _tinted(distance, SEA_TINTS, 1 + 0.012 * fractal(distance.shape, 1.6, SEED + 8, longest_wave=0.6)),
    )


def _light(south: Field, east: Field) -> Field:
    """How bright the sun in the north-west makes the ground: about 0.75 on the flat."""
    exaggeration = 0.34
    south, east = south * exaggeration, east * exaggeration
    towards_sun = (east + south) * 0.46 + 0.76
    return np.asarray(towards_sun / np.sqrt(1 + south**2 + east**2), np.float32)


def _tinted(field: Field, tints: tuple[tuple[float, Colour], ...], brightness: Field) -> Image.Image:
    """The field in colours between the given ones, brightened and darkened."""
    stops = [stop for stop, _ in tints]
    channels = [np.interp(field, stops, [colour[c] for _, colour in tints]) * brightness for c in range(3)]
    return Image.fromarray(np.clip(np.dstack(channels), 0, 255).astype(np.uint8))


def paint(surface: Surface, scale: float) -> tuple[Image.Image, Image.Image]:
    """The picture of the ground at a scale, and a mask that is white at sea."""
    size = (round(WIDTH * scale), round(HEIGHT * scale))
    picture, sea = Image.new("RGB", size), Image.new("L", size)
    grain = _paper_grain()
    # Small tiles stay in the processor's cache, and most need only half of the work: open sea, or no coast.
    for top, left in product(range(0, size[1], TILE), range(0, size[0], TILE)):
        right, bottom = min(left + TILE, size[0]), min(top + TILE, size[1])
        view = View(left, top, right, bottom, scale)
        tile, mask = _painted(surface, view)
        picture.paste(ImageChops.multiply(tile, view.crop_of_repeating(grain)), (left, top))
        sea.paste(mask, (left, top))
    return picture, sea


@dataclass(frozen=True, slots=True)
class View:
    """A rectangle of the picture, in pixels of the picture at a scale."""

    left: int
    top: int
    right: int
    bottom: int
    scale: float

    @property
    def extent(self) -> tuple[int, int]:
        return self.right - self.left, self.bottom - self.top

    def of(self, grid: Image.Image, kernel: Image.Resampling = Image.Resampling.BILINEAR) -> Image.Image:
        """What a coarser grid over the whole chart has here, enlarged without seams."""
        factor = grid.width / WIDTH / self.scale
        box = (self.left * factor, self.top * factor, self.right * factor, min(self.bottom * factor, grid.height))
        return grid.resize(self.extent, kernel, box=box)

    def crop_of_repeating(self, tile: Image.Image) -> Image.Image:
        left, top = self.left % tile.width, self.top % tile.height
        return tile.crop((left, top, left + self.extent[0], top + self.extent[1]))


def _painted(surface: Surface, view: View) -> tuple[Image.Image, Image.Image]:
    """One tile of the ground, and where it is sea."""
    height = np.asarray(view.of(surface.height, Image.Resampling.BICUBIC))
    if height.max() < -OFF_SHORE:
        return _water(surface, view), Image.new("L", view.extent, 255)
    # Metres of height per pixel: a contour line is as many pixels away as the missing metres divided by this.
    fall = np.asarray(view.of(surface.metres_per_unit)) / view.scale
    shadow = np.asarray(view.of(surface.shadow))
    tile = view.of(surface.land)
    tile.paste(CONTOUR, mask=_mask(_contours(height, fall, shadow, view.scale)))
    if height.min() > OFF_SHORE:
        return tile, Image.new("L", view.extent)
    sea = _mask(0.5 - height / fall)
    tile.paste(_water(surface, view), mask=sea)
    tile.paste(COAST, mask=_mask((2.2 + 2.4 * shadow) * view.scale + 0.5 - np.abs(height) / fall))
    return tile, sea


def _water(surface: Surface, view: View) -> Image.Image:
    tile = view.of(surface.sea)
    distance = np.asarray(view.of(surface.distance))
    if distance.min() < LAST_WATERLINE:
        tile.paste(WATERLINE, mask=_mask(_waterlines(distance, view.scale)))
    return tile


def _contours(height: Field, fall: Field, shadow: Field, scale: float) -> Field:
    """Coverage by contour lines: heavy on the shaded side, a hair on the sunny one (Tanaka's relief)."""
    steps = height * np.float32(1 / CONTOUR_STEP)
    pixels_per_step = CONTOUR_STEP / fall
    pixels = np.abs(steps - np.rint(steps)) * pixels_per_step
    fifths = steps * np.float32(1 / INDEX_EVERY)
    is_index = np.abs(fifths - np.rint(fifths)) < 0.5 / INDEX_EVERY
    half_width = (0.3 + 3.0 * shadow + 0.6 * is_index) * scale
    return np.asarray(np.minimum(np.minimum(half_width, 0.23 * pixels_per_step) + 0.5 - pixels, 0.72))


def _waterlines(distance: Field, scale: float) -> Field:
    """Coverage by lines that follow the coast, ever wider apart and ever fainter."""
    order = np.rint(np.sqrt(np.maximum(distance, 0) * np.float32(1 / FIRST_WATERLINE)))
    order = np.clip(order, 1, LINES_ALONG_COAST)
    pixels = np.abs(distance - order * order * FIRST_WATERLINE) * scale
    return np.clip(0.8 * scale + 0.5 - pixels, 0, 1) * (1 - order / (LINES_ALONG_COAST + 2))


def _mask(coverage: Field) -> Image.Image:
    return Image.fromarray((np.clip(coverage, 0, 1) * 255).astype(np.uint8))


def _paper_grain() -> Image.Image:
    """A square of laid paper, nearly white, that repeats without seams."""
    tile = np.clip(247 + 3.2 * fractal((GRAIN, GRAIN), 0.7, SEED + 9, longest_wave=0.2), 228, 255).astype(np.uint8)
    return Image.merge("RGB", [Image.fromarray(tile)] * 3)
