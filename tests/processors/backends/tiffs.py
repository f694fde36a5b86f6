"""TIFFs of many kinds for the tests of processors."""

from __future__ import annotations

import io
import struct

import numpy as np
import tifffile
from PIL import Image

ORIENTATION = 274
JPEG = {"compression": "jpeg", "compressionargs": {"level": 95}}
WIDTH, HEIGHT, PLANES, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS = 256, 257, 284, 322, 323, 324, 325


def tiff(pixels: np.ndarray, *, orientation: int = 1, byteorder: str = "<", bigtiff: bool = False, **options) -> bytes:
    """A TIFF of these pixels with tifffile's options."""
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer, byteorder=byteorder, bigtiff=bigtiff) as writer:
        writer.write(pixels, extratags=[(ORIENTATION, "H", 1, orientation, True)], **options)
    return buffer.getvalue()


def tiled(image: Image.Image, orientation: int = 1, **options) -> bytes:
    photometric = "minisblack" if image.mode in {"L", "LA"} else "rgb"
    defaults = {"photometric": photometric, "tile": (64, 64), "compression": "zlib"}
    if image.mode.endswith("A"):
        defaults |= {"planarconfig": "contig", "extrasamples": ["unassalpha"]}
    return tiff(np.asarray(image), orientation=orientation, **(defaults | options))


def pyramid(image: Image.Image, sizes: list[tuple[int, int]], *, as_pages: bool = False, **options) -> bytes:
    """A TIFF with smaller versions, in sub-directories or as reduced pages."""
    buffer = io.BytesIO()
    settings = {"photometric": "rgb", "tile": (64, 64), "compression": "zlib"} | options
    smaller = [image.resize(size, Image.Resampling.BOX) for size in sizes]
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(np.asarray(image), subifds=0 if as_pages else len(sizes), **settings)
        for level in smaller:
            writer.write(np.asarray(level), subfiletype=1, **settings)
    return buffer.getvalue()


def changed(content: bytes, code: int, value: int, *, page: int = 0) -> bytes:
    """The file with another number in one tag."""
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        offset = file.pages[page].tags[code].offset
    result = bytearray(content)
    result[offset + 2 : offset + 12] = struct.pack("<HLL", 4, 1, value)
    return bytes(result)


class Counting(io.BytesIO):
    """Counts the bytes that are read from it."""

    total = 0

    def read(self, *args):
        content = super().read(*args)
        Counting.total += len(content)
        return content
