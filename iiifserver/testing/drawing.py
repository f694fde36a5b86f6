"""Pictures for tests, drawn on the spot, and how like two pictures are."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import ExifTags, Image

from iiifserver.iiif.found import Found


def drawn(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture of which every part looks different: smooth, coloured, without any symmetry."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    waves = 0.5 + 0.5 * np.sin(9 * x * x + 4 * y)
    channels = np.stack([220 * x + 30 * waves, 200 * y + 40 * waves, 255 * waves * (1 - 0.6 * x * y)], axis=-1)
    image = Image.fromarray(channels.clip(0, 255).astype(np.uint8))
    if mode.endswith("A"):
        alpha = Image.fromarray((255 * (0.3 + 0.7 * y)).astype(np.uint8))
        image.putalpha(alpha)
    return image.convert(mode)


def encoded(image: Image.Image, format_name: str = "PNG", **options: Any) -> bytes:
    """The bytes of an image, in one of Pillow's formats."""
    buffer = io.BytesIO()
    image.save(buffer, format_name, **options)
    return buffer.getvalue()


def with_orientation(value: int) -> bytes:
    """EXIF that says so, for Pillow's `exif` option."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = value
    return exif.tobytes()


def in_memory(content: bytes, version: str = "") -> Found:
    """What a source would hand out for these bytes."""
    return Found(open=lambda: io.BytesIO(content), version=version or str(hash(content)))


def likeness(one: Image.Image, other: Image.Image) -> float:
    """The peak signal-to-noise ratio of two pictures of one size in decibels: infinite when equal, about 30 for two
    that an eye takes for the same.
    """
    mode = "RGBA" if "A" in one.mode + other.mode else "RGB"
    difference = np.asarray(one.convert(mode), np.float64) - np.asarray(other.convert(mode), np.float64)
    error = float(np.mean(difference**2))
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """An image that was stored with that EXIF orientation, as a viewer sees it."""
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
    return image.transpose(turns[orientation]) if orientation in turns else image
