"""Looks at what an overlay has done to a picture."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageChops

from iiifserver.iiif.values import Box, Quality
from overlays.base import Overlay

GREEN = (0, 128, 0)


def plain(size=(200, 100), mode="RGB", colour=None) -> Image.Image:
    """A picture of one colour."""
    defaults = {"L": 90, "LA": (90, 255), "RGB": GREEN, "RGBA": (*GREEN, 255)}
    return Image.new(mode, size, defaults[mode] if colour is None else colour)


def drawn_on(overlay: Overlay, image: Image.Image, quality: Quality = Quality.DEFAULT) -> Image.Image:
    return overlay.draw(image.copy(), quality)


def touched(before: Image.Image, after: Image.Image) -> Box | None:
    """The smallest box that holds every pixel that changed."""
    difference = ImageChops.difference(before.convert("RGBA"), after.convert("RGBA"))
    box = difference.getbbox(alpha_only=False)
    return box and Box(box[0], box[1], box[2] - box[0], box[3] - box[1])


def touched_by(overlay: Overlay, image: Image.Image) -> Box | None:
    return touched(image, drawn_on(overlay, image))


def file_of(image: Image.Image, format: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG whose header promises far more pixels than there are."""
    content = file_of(Image.new("L", (1, 1)))
    header = b"IHDR" + struct.pack(">II", width, height) + content[24:29]
    return content[:12] + header + struct.pack(">I", zlib.crc32(header)) + content[33:]
