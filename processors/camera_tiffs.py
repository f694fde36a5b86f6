"""TIFFs of cameras: what looks like a small picture, and holds what the sensor saw in a directory of its own."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

PHOTOMETRIC_TAG = 262
SUB_DIRECTORIES_TAG = 330
SENSOR_MEANINGS = frozenset({32803, 34892})
"""Photometric interpretations: a colour filter array, and the same with its colours put together (DNG 1.7, 4)."""

MOST_ENTRIES = 1000
MOST_DIRECTORIES = 8
ENTRY_BYTES = 12
SHORT, LONG, PLACE = 3, 4, 13
"""Types of values; the last are places of directories."""


def holds_sensor_data(file: BinaryIO) -> bool:
    """Whether the first directory of the TIFF, or one below it, stores the pixels of a sensor, colours still apart.

    What cannot be followed tells nothing. Leaves the file anywhere.
    """
    file.seek(0)
    start = file.read(8)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(start[:4])
    if order is None or len(start) < 8:
        return False
    if start[:4] == b"II*\0" and file.read(2) == b"CR":
        return True
    first = int(struct.unpack(order + "I", start[4:])[0])
    return any(meaning in SENSOR_MEANINGS for meaning in photometrics(file, first, order))


def photometrics(file: BinaryIO, place: int, order: str) -> Iterator[int]:
    """How a directory's pixels are meant, and those of the directories below it."""
    tags = directory(file, place, order)
    yield from tags.get(PHOTOMETRIC_TAG, ())[:1]
    for sub_place in tags.get(SUB_DIRECTORIES_TAG, ())[:MOST_DIRECTORIES]:
        yield from directory(file, sub_place, order).get(PHOTOMETRIC_TAG, ())[:1]


def directory(file: BinaryIO, place: int, order: str) -> dict[int, tuple[int, ...]]:
    """The values of the two tags that matter here, of the directory at that place."""
    file.seek(place)
    count = file.read(2)
    entries = min(struct.unpack(order + "H", count)[0], MOST_ENTRIES) if len(count) == 2 else 0
    content = file.read(ENTRY_BYTES * entries)
    tags = {}
    for at in range(0, len(content) - ENTRY_BYTES + 1, ENTRY_BYTES):
        tag, kind, length = struct.unpack_from(order + "HHI", content, at)
        if tag in {PHOTOMETRIC_TAG, SUB_DIRECTORIES_TAG}:
            tags[tag] = values(file, content[at + 8 : at + ENTRY_BYTES], kind, length, order)
    return tags


def values(file: BinaryIO, inline: bytes, kind: int, length: int, order: str) -> tuple[int, ...]:
    """The numbers of an entry, which stand in the entry itself where they fit; none of another type."""
    if kind == SHORT and length == 1:
        return (int(struct.unpack_from(order + "H", inline)[0]),)
    if kind not in {LONG, PLACE} or not 0 < length <= MOST_DIRECTORIES:
        return ()
    if length == 1:
        return (int(struct.unpack(order + "I", inline)[0]),)
    file.seek(struct.unpack(order + "I", inline)[0])
    content = file.read(4 * length)
    return struct.unpack(f"{order}{length}I", content) if len(content) == 4 * length else ()
