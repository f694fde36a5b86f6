"""A stored JPEG tile as a file of its own: its tables in front, and a colour profile where that is kept."""

from __future__ import annotations

from typing import BinaryIO

from .coded_pieces import END, JPEG_START, JpegFrame, jpeg_frame
from .tiff_levels import StoredLevel

HARMLESS_SEGMENTS = frozenset({0xC4, 0xDB, 0xDD, 0xE0, 0xEE})
"""Tables, and the names of JFIF and Adobe. Others may hold metadata, which is not handed out unseen."""

YCBCR_TRANSFORMS = (None, 1)

JFIF_START = JPEG_START + b"\xff\xe0"
APP2 = b"\xff\xe2"
ICC_MARK = b"ICC_PROFILE\0"
PROFILE_PART_BYTES = 65_533 - len(ICC_MARK) - 2
"""What of a profile one segment of a JPEG holds (ICC.1, annex B.4)."""


def stored_jpeg(file: BinaryIO, level: StoredLevel, column: int, row: int) -> bytes | None:
    """The tile as a JPEG of its own, its tables in front; `None` for one that viewers might read differently from us.

    Raises `EOFError` or `ValueError` for a tile that cannot be sound.
    """
    content = level.content(file, row * level.columns + column)
    if content is None or not content.startswith(JPEG_START):
        return None
    end = content.rfind(END)
    if end < 0:
        raise EOFError("A piece is cut off.")
    whole = with_tables(content[: end + len(END)], level.tables)
    return whole if reads_the_same_everywhere(jpeg_frame(whole), level) else None


def with_tables(content: bytes, tables: bytes | None) -> bytes:
    """The JPEG with the tables that its TIFF keeps for all tiles."""
    if not tables:
        return content
    return JPEG_START + tables[len(JPEG_START) : tables.rfind(END)] + content[len(JPEG_START) :]


def jpeg_with_profile(jpeg: bytes, profile: bytes) -> bytes:
    """The JPEG with a colour profile in front, in as many segments as that takes (ICC.1, annex B.4)."""
    parts = [profile[start : start + PROFILE_PART_BYTES] for start in range(0, len(profile), PROFILE_PART_BYTES)]
    segments = [
        APP2 + (len(ICC_MARK) + 4 + len(part)).to_bytes(2, "big") + ICC_MARK + bytes((number, len(parts))) + part
        for number, part in enumerate(parts, start=1)
    ]
    start = start_of_profile(jpeg)
    return b"".join((jpeg[:start], *segments, jpeg[start:]))


def start_of_profile(jpeg: bytes) -> int:
    """Behind the name of JFIF, which comes first of all segments where there is one."""
    start = len(JPEG_START)
    if not jpeg.startswith(JFIF_START):
        return start
    return start + 2 + int.from_bytes(jpeg[start + 2 : start + 4], "big")


def reads_the_same_everywhere(frame: JpegFrame, level: StoredLevel) -> bool:
    """Whether the JPEG says of itself what the TIFF says of it."""
    is_as_announced = frame.extent == level.piece and frame.samplings == level.jpeg_samplings
    is_in_known_colours = len(frame.samplings) == 1 or frame.adobe_transform in YCBCR_TRANSFORMS
    return is_as_announced and is_in_known_colours and frame.markers <= HARMLESS_SEGMENTS
