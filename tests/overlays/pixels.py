"""Looks at what an overlay has done to a picture."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

from iiifserver.iiif.values import Box
from iiifserver.testing.overlays import GREEN, answer_of, drawn_on, plain, touched
from overlays.base import Overlay

__all__ = ["GREEN", "answer_of", "drawn_on", "file_of", "plain", "png_that_claims", "touched", "touched_by"]


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
