"""JPEG 2000 files of every kind, drawn by us and put together box by box."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from iiifserver.testing import encoded, with_orientation

EXIF_ID = b"JpgTiffExif->JP2"
SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
FILE_TYPE = b"\0\0\0\x14ftypjp2 \0\0\0\0jp2 "


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def with_boxes(content: bytes, *more: bytes) -> bytes:
    """The file with more boxes in front of its code stream."""
    at = content.index(b"jp2c") - 4
    return content[:at] + b"".join(more) + content[at:]


def exif_box(orientation: int) -> bytes:
    return box(b"uuid", EXIF_ID + with_orientation(orientation).removeprefix(b"Exif\0\0"))


def jp2(image: Image.Image, orientation: int = 1, **options: Any) -> bytes:
    """A file as Pillow writes it, lossless unless told otherwise."""
    content = encoded(image, "JPEG2000", **options)
    return content if orientation == 1 else with_boxes(content, exif_box(orientation))


def code_stream(pixels: np.ndarray[Any, Any], **options: Any) -> bytes:
    """A bare code stream of such pixels, lossless, the channels as they are."""
    content: bytes = imagecodecs.jpeg2k_encode(
        pixels, codecformat="j2k", reversible=True, level=0, mct=False, **options
    )
    return content


def enumerated(space: int, ranges: bytes = b"") -> bytes:
    return box(b"colr", struct.pack(">BBBI", 1, 0, 0, space) + ranges)


def with_profile(profile: bytes) -> bytes:
    return box(b"colr", bytes((2, 0, 0)) + profile)


def channel_kinds(*kinds: int) -> bytes:
    """Colours first, each of its own; alpha belongs to all of them."""
    entries = [struct.pack(">HHH", channel, kind, 0 if kind else channel + 1) for channel, kind in enumerate(kinds)]
    return box(b"cdef", struct.pack(">H", len(kinds)) + b"".join(entries))


def boxed(stream: bytes, *header: bytes, components: int = 3, size: tuple[int, int] = (300, 200)) -> bytes:
    """A file around a code stream, with these boxes in its header."""
    width, height = size
    image_header = box(b"ihdr", struct.pack(">IIHBBBB", height, width, components, 7, 7, 0, 0))
    return SIGNATURE + FILE_TYPE + box(b"jp2h", image_header + b"".join(header)) + box(b"jp2c", stream)


def palette(colours: np.ndarray[Any, Any]) -> bytes:
    """A palette of these colours for the only component."""
    count, channels = colours.shape
    depths, entries = bytes([7] * channels), colours.astype(np.uint8).tobytes()
    mapping = b"".join(struct.pack(">HBB", 0, 1, channel) for channel in range(channels))
    return box(b"pclr", struct.pack(">HB", count, channels) + depths + entries) + box(b"cmap", mapping)


def patched(content: bytes, offset: int, value: bytes) -> bytes:
    """The file with other sizes: bytes replaced so far behind the marker that they stand after."""
    at = content.index(b"\xff\x4f\xff\x51") + 4 + offset
    return content[:at] + value + content[at + len(value) :]


def coarse_ycc(image: Image.Image, folder: Path, tile: int = 0) -> bytes:
    """A bare code stream whose second and third component have one sample for four pixels."""
    if shutil.which("opj_compress") is None:
        pytest.skip("There is no opj_compress, which alone makes JPEG 2000 of 4:2:0: apt install libopenjp2-tools")
    luma, *colours = image.convert("YCbCr").split()
    half = ((image.width + 1) // 2, (image.height + 1) // 2)
    raw, stream = folder / "planes.raw", folder / "stream.j2k"
    raw.write_bytes(b"".join(plane.tobytes() for plane in (luma, *(one.resize(half) for one in colours))))
    layout = f"{image.width},{image.height},3,8,u@1x1:2x2:2x2"
    tiles = ["-t", f"{tile},{tile}"] if tile else []
    command = ["opj_compress", "-i", str(raw), "-o", str(stream), "-F", layout, "-mct", "0", *tiles]
    subprocess.run(command, check=True, capture_output=True)
    return stream.read_bytes()


def mosaic_of_noise(columns: int, rows: int, edge: int = 512) -> bytes:
    """A bare code stream of one tile of noise again and again: quick to make, and slow to decode."""
    noise = np.random.default_rng(1).integers(0, 65_536, (edge, edge), dtype=np.uint16)
    tile = code_stream(noise, resolutions=1)
    start = tile.index(b"\xff\x90\0\x0a")
    part = tile[start : tile.rindex(b"\xff\xd9")]
    header = patched(tile[:start], 4, struct.pack(">II", edge * columns, edge * rows))
    parts = (part[:4] + struct.pack(">HI", number, len(part)) + part[10:] for number in range(columns * rows))
    return header + b"".join(parts) + b"\xff\xd9"
