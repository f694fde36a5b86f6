"""A camera's raw file for the tests of processors: a DNG of a sensor that sees in sRGB."""

from __future__ import annotations

import io

import numpy as np
import tifffile
from PIL import Image

XYZ_TO_SRGB = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)
RED_GREEN_GREEN_BLUE = (0, 1, 1, 2)
COLOUR_FILTER_ARRAY = 32803
BYTE, TEXT, SHORT, FRACTION, SIGNED_FRACTION = 1, 2, 3, 5, 10
DAYLIGHT = 21


def linear(image: Image.Image) -> np.ndarray:
    """The light of each pixel, from 0 to 1 (IEC 61966-2-1)."""
    values = np.asarray(image.convert("RGB"), np.float64) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def mosaic(light: np.ndarray) -> np.ndarray:
    """What each dot of the sensor sees: one colour of three."""
    seen = np.empty(light.shape[:2])
    for place, colour in enumerate(RED_GREEN_GREEN_BLUE):
        row, column = divmod(place, 2)
        seen[row::2, column::2] = light[row::2, column::2, colour]
    return seen


def dng(image: Image.Image, orientation: int = 1) -> bytes:
    """The raw file of a camera that was pointed at this image."""
    matrix = [part for row in XYZ_TO_SRGB for number in row for part in (round(number * 10_000), 10_000)]
    tags = [
        (50706, BYTE, 4, (1, 4, 0, 0), True),
        (50707, BYTE, 4, (1, 1, 0, 0), True),
        (50708, TEXT, 0, "Test Camera", True),
        (271, TEXT, 0, "Test", True),
        (272, TEXT, 0, "Camera", True),
        (33421, SHORT, 2, (2, 2), True),
        (33422, BYTE, 4, RED_GREEN_GREEN_BLUE, True),
        (50721, SIGNED_FRACTION, 9, matrix, True),
        (50728, FRACTION, 3, (1, 1, 1, 1, 1, 1), True),
        (50717, SHORT, 1, 65535, True),
        (50778, SHORT, 1, DAYLIGHT, True),
        (274, SHORT, 1, orientation, True),
    ]
    buffer = io.BytesIO()
    pixels = (mosaic(linear(image)) * 65535).astype(np.uint16)
    tifffile.imwrite(buffer, pixels, photometric=COLOUR_FILTER_ARRAY, extratags=tags, metadata=None)
    return buffer.getvalue()
