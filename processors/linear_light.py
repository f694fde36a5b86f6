"""Makes pictures smaller by averaging light: a fine pattern of black and white becomes the gray that an eye sees from
afar, and not a darker one. Works in bands, so that memory holds little more than the picture itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from iiifserver.iiif.values import Box, Extent

from .base import Window
from .windows import box_to_read

REDUCING_GAP = 2.0
"""How much larger than wanted a picture may be left by quick averaging before the filter does the rest."""

BAND_PIXELS = 1_000_000
"""So many are turned into light at once; each takes four bytes for each channel."""

ALPHA_MODES = frozenset({"LA", "RGBA"})
DARK_VALUE, DARK_LIGHT, DARK_SLOPE = 0.04045, 0.0031308, 12.92
"""Below these the curve of sRGB is a line (IEC 61966-2-1)."""

Light = np.ndarray[Any, np.dtype[np.float32]]
"""Rows, columns and channels, from 0 to 1. Colours are multiplied by their alpha."""


def light_of(value: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The light that a value of sRGB from 0 to 1 stands for."""
    return np.where(value <= DARK_VALUE, value / DARK_SLOPE, ((value + 0.055) / 1.055) ** 2.4)


def value_of(light: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The value of sRGB that stands for so much light."""
    return np.where(light <= DARK_LIGHT, light * DARK_SLOPE, 1.055 * light ** (1 / 2.4) - 0.055)


LIGHTS = light_of(np.arange(256) / 255).astype(np.float32)
SHADES = 65_535
VALUES = np.round(255 * value_of(np.arange(SHADES + 1) / SHADES)).astype(np.uint8)
"""By light in so many steps: twenty of them make the difference between the two darkest values."""

LEAST_ALPHA = np.float32(1 / SHADES)


@dataclass(frozen=True, slots=True)
class Reduction:
    """How many pixels are averaged across and down before the filter does the rest."""

    across: int
    down: int


def shrunk_in_light(image: Image.Image, window: Window, size: Extent, resampling: Image.Resampling) -> Image.Image:
    """The window of a picture of mode L, LA, RGB or RGBA, made smaller to exactly that size."""
    left, top, right, bottom = window
    reduction = Reduction(averaged((right - left) / size.width), averaged((bottom - top) / size.height))
    result = Image.new(image.mode, (size.width, size.height))
    step = (bottom - top) / size.height
    for first, last in bands(size, step, right - left, reduction):
        part = (left, top + first * step, right, top + last * step)
        band = band_in_light(image, part, Extent(size.width, last - first), reduction, resampling)
        result.paste(band, (0, first))
    return result


def averaged(ratio: float) -> int:
    return max(1, int(ratio / REDUCING_GAP))


def bands(size: Extent, step: float, width: float, reduction: Reduction) -> Iterator[tuple[int, int]]:
    """First and behind the last row of each band of the result."""
    rows_of_band = BAND_PIXELS * reduction.across / width * reduction.down / step
    height = max(1, min(size.height, int(rows_of_band)))
    for first in range(0, size.height, height):
        yield first, min(size.height, first + height)


def band_in_light(
    image: Image.Image, part: Window, size: Extent, reduction: Reduction, resampling: Image.Resampling
) -> Image.Image:
    """A few rows of the result."""
    across, down = reduction.across, reduction.down
    needed = on_grid(box_to_read(part, size, Extent(*image.size)), reduction)
    light = reduced_light(image, needed, reduction)
    left, top, right, bottom = part
    place = (
        (left - needed.x) / across,
        (top - needed.y) / down,
        min((right - needed.x) / across, light.shape[1]),
        min((bottom - needed.y) / down, light.shape[0]),
    )
    channels = [
        np.asarray(Image.fromarray(light[:, :, number]).resize((size.width, size.height), resampling, place))
        for number in range(light.shape[2])
    ]
    return picture_of(np.stack(channels, axis=2), image.mode)


def on_grid(box: Box, reduction: Reduction) -> Box:
    """The box from where the first of the averages that it needs begins."""
    left, top = box.x - box.x % reduction.across, box.y - box.y % reduction.down
    return Box(left, top, box.right - left, box.bottom - top)


def reduced_light(image: Image.Image, box: Box, reduction: Reduction) -> Light:
    """The light of a box, each value the mean of as many pixels as the reduction says, or of those that are there."""
    chunk = max(1, BAND_PIXELS // box.width)
    rows = -(-box.height // reduction.down)
    sums: Light = np.zeros((rows, -(-box.width // reduction.across), len(image.getbands())), np.float32)
    for start in range(0, box.height, chunk):
        stop = min(box.height, start + chunk)
        # Not `crop`, which minds sizes by a limit of its own.
        place = (box.x, box.y + start, box.right, box.y + stop)
        pixels = np.asarray(image.resize((box.width, stop - start), Image.Resampling.NEAREST, place))
        add_sums(sums, light_in(pixels.reshape(*pixels.shape[:2], -1), image.mode), start, reduction)
    sums /= counts(box.height, reduction.down)[:, None, None]
    sums /= counts(box.width, reduction.across)[None, :, None]
    return sums


def counts(length: int, step: int) -> Light:
    """Of how many pixels each value along an edge is the mean."""
    starts = np.arange(0, length, step)
    there: Light = np.minimum(length - starts, step).astype(np.float32)
    return there


def light_in(pixels: np.ndarray[Any, Any], mode: str) -> Light:
    if mode not in ALPHA_MODES:
        light: Light = LIGHTS[pixels]
        return light
    alpha = pixels[:, :, -1:].astype(np.float32) / 255
    return np.concatenate([LIGHTS[pixels[:, :, :-1]] * alpha, alpha], axis=2)


def add_sums(sums: Light, light: Light, start: int, reduction: Reduction) -> None:
    """Adds rows, the first of which has this number, to the sums that they belong to."""
    if reduction.across > 1:
        light = np.add.reduceat(light, np.arange(0, light.shape[1], reduction.across), axis=1)
    first, last = start // reduction.down, (start + len(light) - 1) // reduction.down
    if reduction.down > 1:
        edges = np.arange(first, last + 1) * reduction.down - start
        light = np.add.reduceat(light, edges.clip(0), axis=0)
    sums[first : last + 1] += light


def picture_of(light: Light, mode: str) -> Image.Image:
    """Light as a picture again. What a sharp filter makes of it beyond black and white is cut off."""
    if mode not in ALPHA_MODES:
        return Image.fromarray(squeezed(values_in(light)))
    alpha = light[:, :, -1:]
    colours = light[:, :, :-1] / alpha.clip(LEAST_ALPHA)
    opacity = np.round(255 * alpha.clip(0, 1)).astype(np.uint8)
    return Image.fromarray(np.concatenate([values_in(colours), opacity], axis=2))


def values_in(light: Light) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return VALUES[(light.clip(0, 1) * SHADES + 0.5).astype(np.uint16)]


def squeezed(pixels: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Without the axis of channels where there is one alone."""
    return pixels[:, :, 0] if pixels.shape[2] == 1 else pixels
