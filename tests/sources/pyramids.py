"""Pyramids of JPEG tiles as files, laid out in the ways that matter to somebody who reads them from afar."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from pathlib import Path
from random import Random

from PIL import Image

from iiifserver.testing import drawn

TILE = 512
BIG_HEAD = 16
JPEG_COMPRESSION = 7
YCBCR = 6

SHORT, LONG, LONG8 = 3, 4, 16


@dataclass(frozen=True)
class Stored:
    """One resolution: its size and the places of its tiles, given later."""

    width: int
    height: int

    @property
    def columns(self) -> int:
        return -(-self.width // TILE)

    @property
    def count(self) -> int:
        return self.columns * -(-self.height // TILE)


def tile_content(is_noise: bool = False) -> bytes:
    """One JPEG of a whole tile, its colours sampled as its directory will say: 10 kB, or of noise ten times as much."""
    tile, quality = drawn(TILE, TILE), 75
    if is_noise:
        tile, quality = Image.frombytes("RGB", (TILE, TILE), Random(1).randbytes(TILE * TILE * 3)), 60
    buffer = io.BytesIO()
    tile.save(buffer, "JPEG", quality=quality, subsampling=2)
    return buffer.getvalue()


def levels_of(width: int, height: int) -> list[Stored]:
    """Halved until everything is in one tile."""
    levels = [Stored(width, height)]
    while levels[-1].count > 1:
        levels.append(Stored(-(-levels[-1].width // 2), -(-levels[-1].height // 2)))
    return levels


def write_cog(file: Path, width: int, height: int, is_noise: bool = False) -> int:
    """Directories first, then all lists, then the tiles. Returns how many bytes come before the tiles."""
    levels = levels_of(width, height)
    heads = [BIG_HEAD + sum(head_bytes() for _ in levels[:number]) for number in range(len(levels))]
    lists = [heads[-1] + head_bytes()]
    for level in levels:
        lists.append(lists[-1] + 12 * level.count)
    with file.open("wb") as out:
        out.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, BIG_HEAD))
        tile, place = tile_content(is_noise), lists[-1]
        for number, level in enumerate(levels):
            following = heads[number + 1] if number + 1 < len(levels) else 0
            out.seek(heads[number])
            out.write(head(level, lists[number], following, number > 0, place, len(tile)))
            out.seek(lists[number])
            out.write(places(level, place, len(tile)))
            out.seek(place)
            for _ in range(level.count):
                out.write(tile)
            place += level.count * len(tile)
    return lists[-1]


def write_scattered(file: Path, width: int, height: int, total_bytes: int = 0, is_noise: bool = False) -> int:
    """Each directory with its lists behind it, and the tiles of its level behind those. With `total_bytes` the file is
    that long at least, full of holes, and all tiles of a level are one. Returns how many levels there are.
    """
    levels = levels_of(width, height)
    tile, place = tile_content(is_noise), BIG_HEAD
    gap = total_bytes // len(levels)
    with file.open("wb") as out:
        out.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, place))
        for number, level in enumerate(levels):
            lists = place + head_bytes()
            tiles = lists + 12 * level.count
            end = tiles + (max(gap, len(tile)) if gap else max(300_000, level.count * len(tile)))
            out.seek(place)
            first = end - len(tile) if gap else tiles
            out.write(head(level, lists, end if number + 1 < len(levels) else 0, number > 0, first, len(tile)))
            out.write(places(level, first, 0 if gap else len(tile), len(tile)))
            out.seek(first)
            for _ in range(1 if gap else level.count):
                out.write(tile)
            out.truncate(max(end, out.tell()))
            place = end
    return len(levels)


def head_bytes() -> int:
    return len(head(Stored(1, 1), 0, 0, False, 0, 0))


def head(level: Stored, lists: int, following: int, is_reduced: bool, first: int, length: int) -> bytes:
    """A directory; its lists begin at `lists`: the offsets, then the byte counts. A list of 8 bytes stands in it."""
    offsets = first if level.count == 1 else lists
    byte_counts = length * (1 | 1 << 32) if level.count <= 2 else lists + 8 * level.count
    entries = [
        (254, LONG, 1, int(is_reduced)),
        (256, LONG, 1, level.width),
        (257, LONG, 1, level.height),
        (258, SHORT, 3, 8 | 8 << 16 | 8 << 32),
        (259, SHORT, 1, JPEG_COMPRESSION),
        (262, SHORT, 1, YCBCR),
        (277, SHORT, 1, 3),
        (284, SHORT, 1, 1),
        (322, LONG, 1, TILE),
        (323, LONG, 1, TILE),
        (324, LONG8, level.count, offsets),
        (325, LONG, level.count, byte_counts),
        (530, SHORT, 2, 2 | 2 << 16),
    ]
    body = b"".join(struct.pack("<HHQQ", *entry) for entry in entries)
    return struct.pack("<Q", len(entries)) + body + struct.pack("<Q", following)


def places(level: Stored, first: int, step: int, length: int | None = None) -> bytes:
    """Offsets and byte counts of tiles that follow each other by so many bytes."""
    offsets = struct.pack(f"<{level.count}Q", *(first + number * step for number in range(level.count)))
    return offsets + struct.pack(f"<{level.count}I", *([length or step] * level.count))
