"""TIFFs of many kinds for the tests of processors."""

from __future__ import annotations

import io
import struct
import zlib

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


def chequered(edge: int) -> Image.Image:
    """Each pixel as far from its neighbours as can be, in two colours."""
    x, y = np.meshgrid(np.arange(edge), np.arange(edge))
    odd = ((x + y) % 2).astype(bool)[..., None]
    return Image.fromarray(np.where(odd, [255, 255, 0], [0, 0, 255]).astype(np.uint8))


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


def subsampled(
    image: Image.Image,
    steps: tuple[int, int],
    *,
    tile: tuple[int, int] | None = None,
    compress: bool = False,
    is_stated: bool = True,
) -> bytes:
    """A TIFF of YCbCr, written byte by byte: in strips of 16 rows or in tiles, colour as the mean of each block."""
    across, down = steps
    width, height = tile or (image.width, 16)
    lefts, tops = range(0, image.width, width), range(0, image.height, height)
    whole = np.asarray(image.convert("YCbCr")).astype(np.uint16)
    pieces = []
    for top, left in ((top, left) for top in tops for left in lefts):
        part = whole[top : top + height, left : left + width]
        rows = height if tile else -(-part.shape[0] // down) * down
        columns = -(-width // across) * across
        padded = np.pad(part, ((0, rows - part.shape[0]), (0, columns - part.shape[1]), (0, 0)), "edge")
        blocks = padded.reshape(rows // down, down, columns // across, across, 3).transpose(0, 2, 1, 3, 4)
        bright = blocks[..., 0].reshape(*blocks.shape[:2], -1)
        means = blocks[..., 1:].mean(axis=(2, 3))
        piece = np.concatenate((bright, means.round()), axis=2).astype(np.uint8).tobytes()
        pieces.append(zlib.compress(piece) if compress else piece)
    tags = [
        (WIDTH, 3, (image.width,)),
        (HEIGHT, 3, (image.height,)),
        (258, 3, (8, 8, 8)),
        (259, 3, (8 if compress else 1,)),
        (262, 3, (6,)),
        (277, 3, (3,)),
        *([(TILE_WIDTH, 3, (width,)), (TILE_HEIGHT, 3, (height,))] if tile else [(278, 3, (height,))]),
        *([(530, 3, steps)] if is_stated else []),
    ]
    places, counts = (TILE_OFFSETS, TILE_COUNTS) if tile else (273, 279)
    return with_directory(tags, pieces, places, counts)


def with_directory(
    tags: list[tuple[int, int, tuple[int, ...]]],
    pieces: list[bytes],
    places: int,
    counts: int,
    order: list[int] | None = None,
) -> bytes:
    """The bytes of a little-endian TIFF of one directory: its pieces in front, in that order, then the values that are
    long, then the tags.
    """
    content, starts = b"II*\0\0\0\0\0", [0] * len(pieces)
    for place in order or range(len(pieces)):
        starts[place] = len(content)
        content += pieces[place] + bytes(len(pieces[place]) % 2)
    tags = sorted([*tags, (places, 4, tuple(starts)), (counts, 4, tuple(map(len, pieces)))])
    entries = b""
    for code, kind, values in tags:
        written = struct.pack(f"<{len(values)}{'H' if kind == 3 else 'I'}", *values)
        if len(written) > 4:
            place, content = len(content), content + written + bytes(len(written) % 2)
            written = struct.pack("<I", place)
        entries += struct.pack("<HHI", code, kind, len(values)) + written.ljust(4, b"\0")
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    return content[:4] + struct.pack("<I", len(content)) + content[8:] + directory


class Counting(io.BytesIO):
    """Counts the bytes that are read from it."""

    total = 0

    def read(self, *args):
        content = super().read(*args)
        Counting.total += len(content)
        return content
