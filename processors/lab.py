"""Lab of any depth becomes sRGB straight away: in Lab of eight bits, smooth tones would show as bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .linear_light import value_of

WHITE = np.array([0.9642, 1.0, 0.8249], np.float32)
"""D50 in XYZ, the white of Lab in files (ICC.1, 7.2.16)."""

TO_LINEAR_SRGB = np.array(
    [
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ],
    np.float32,
)
"""From XYZ with the white D50 to the light of sRGB, whose white is adapted from D65 by Bradford's method."""

DEEP_BITS = 16

CUBE_STARTS = 6 / 29
"""Below this the curve of Lab is a line (CIE 15, 8.2.1)."""

Fractions = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True)
class LabScale:
    """How a kind of Lab is written in whole numbers of eight or sixteen bits."""

    deep_white: int
    """What stands for a lightness of 100 in sixteen bits. In eight it is 255."""
    has_sign: bool
    """Whether a and b are numbers with a sign; else half of the range stands for 0."""

    def white(self, bits: int) -> int:
        return self.deep_white if bits == DEEP_BITS else 255


CIELAB = LabScale(65_535, has_sign=True)
"""TIFF 6.0, section 23."""
ICCLAB = LabScale(65_280, has_sign=False)
"""ICC.1, 6.3.4.2, as Adobe's Photoshop TIFF Technical Notes take it over."""


def srgb_of_lab(pixels: np.ndarray[Any, Any], scale: LabScale) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The bytes of sRGB; colours beyond it are cut off."""
    bits = 8 * pixels.dtype.itemsize
    unsigned = pixels.view(f"u{pixels.dtype.itemsize}")
    lightness = unsigned[..., 0].astype(np.float32) * np.float32(100 / scale.white(bits))
    a, b = (opponent(unsigned[..., channel], bits, scale) for channel in (1, 2))
    linear = xyz_of(lightness, a, b) @ TO_LINEAR_SRGB.T
    result: np.ndarray[Any, np.dtype[np.uint8]] = (value_of(linear.clip(0, 1)) * 255 + 0.5).astype(np.uint8)
    return result


def opponent(values: np.ndarray[Any, Any], bits: int, scale: LabScale) -> Fractions:
    """The channel a or b, about from -128 to 128."""
    middle = 1 << (bits - 1)
    # Adding half of the range, and letting it run over, puts the numbers with a sign in order.
    shifted = values + values.dtype.type(middle) if scale.has_sign else values
    return (shifted.astype(np.float32) - middle) / np.float32(1 << (bits - 8))


def xyz_of(lightness: Fractions, a: Fractions, b: Fractions) -> Fractions:
    """The same colours in XYZ, rows and columns first."""
    middle = (lightness + 16) / 116
    curved = np.stack((middle + a / 500, middle, middle - b / 200), axis=-1)
    light: Fractions = WHITE * np.where(curved > CUBE_STARTS, curved**3, 3 * CUBE_STARTS**2 * (curved - 4 / 29))
    return light
