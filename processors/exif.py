"""EXIF: the directories of a TIFF, read within bounds and written again, value by value as they were stored.

Read here and not by an image library: a block of a few kilobytes may name the same bytes thousands of times.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from PIL import ExifTags

from iiifserver.iiif.metadata import Text

MOST_DIRECTORIES = 1000
MOST_ENTRIES = 1000
LARGEST_VALUE_BYTES = 64 * 1024
LARGEST_TOTAL_BYTES = 1024 * 1024

EXIF, GPS = int(ExifTags.IFD.Exif), int(ExifTags.IFD.GPSInfo)
ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SIGNED_LONG, SIGNED_RATIONAL = 2, 3, 4, 5, 7, 9, 10
BYTES_OF_TYPES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""The types of a classic TIFF, which are all that EXIF has."""

NUMBERS = {SHORT: "H", LONG: "I", 8: "h", SIGNED_LONG: "i", 11: "f", 12: "d"}
FRACTIONS = {RATIONAL: "II", SIGNED_RATIONAL: "ii"}
WINDOWS_TEXTS = range(0x9C9B, 0x9CA0)
USER_COMMENT = int(ExifTags.Base.UserComment)
COMMENT_CODES = {b"ASCII\0\0\0": "ascii", b"UNICODE\0": "utf-16", b"\0\0\0\0\0\0\0\0": "utf-8"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a directory, as it is stored."""

    type: int
    count: int
    content: bytes


Directory = dict[int, Entry]
"""Values by the number of their tag."""


@dataclass(frozen=True, slots=True)
class Exif:
    """The values of an image, in its main directory and in the two below it."""

    byte_order: str
    """As `struct` writes it: `<` or `>`."""
    main: Directory
    exif: Directory
    gps: Directory


def read_exif(file: BinaryIO, number: int = 0) -> Exif:
    """The values of one of the directories in the chain of a TIFF, whatever its size.

    Raises `ValueError` or `EOFError` for what is no TIFF or has no such directory.
    """
    reader = _Reader(file)
    main = reader.directory(reader.start_of(number))
    exif, gps = (reader.below(main, tag) for tag in (EXIF, GPS))
    return Exif(reader.byte_order, main, exif, gps)


def parsed_exif(block: bytes) -> Exif:
    """The values of a block as other formats hold it."""
    return read_exif(BytesIO(block))


class _Reader:
    """Reads directories of a classic or a big TIFF, up to a bound for all of them together."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.left_bytes = LARGEST_TOTAL_BYTES
        start = self.at(0, 16, allow_less=True)
        self.byte_order = {b"II": "<", b"MM": ">"}.get(start[:2], "")
        if not self.byte_order or len(start) < 8:
            raise ValueError("This is no TIFF.")
        self.is_big = self.number(start[2:4]) == 43
        self.word = 8 if self.is_big else 4
        self.first = self.number(start[8:16] if self.is_big else start[4:8])

    def number(self, digits: bytes) -> int:
        return int.from_bytes(digits, "little" if self.byte_order == "<" else "big")

    def at(self, position: int, length: int, *, allow_less: bool = False) -> bytes:
        self.file.seek(position)
        content = self.file.read(length)
        if len(content) < length and not allow_less:
            raise EOFError("The file ends in the middle of a directory.")
        return content

    def start_of(self, number: int) -> int:
        """Where the directory with that number begins, counted from 0."""
        position = self.first
        for _ in range(min(number, MOST_DIRECTORIES)):
            count, entries = self.count_at(position)
            position = self.number(self.at(entries + count * self.entry_bytes, self.word))
        if position == 0 or number > MOST_DIRECTORIES:
            raise ValueError("There is no such directory.")
        return position

    @property
    def entry_bytes(self) -> int:
        return 20 if self.is_big else 12

    def count_at(self, position: int) -> tuple[int, int]:
        """How many values a directory has, and where the first stands."""
        width = 8 if self.is_big else 2
        return self.number(self.at(position, width)), position + width

    def directory(self, position: int) -> Directory:
        """The values that are small enough to be words."""
        count, start = self.count_at(position)
        entries = self.at(start, min(count, MOST_ENTRIES) * self.entry_bytes, allow_less=True)
        found: Directory = {}
        for place in range(0, len(entries) - self.entry_bytes + 1, self.entry_bytes):
            tag, entry = self.entry(entries[place : place + self.entry_bytes])
            if entry is not None:
                found[tag] = entry
        return found

    def entry(self, raw: bytes) -> tuple[int, Entry | None]:
        """The tag's number and its value; `None` for one that is too large, of no known type, or beyond the end."""
        tag, kind = self.number(raw[:2]), self.number(raw[2:4])
        count, value = self.number(raw[4 : 4 + self.word]), raw[4 + self.word :]
        length = count * BYTES_OF_TYPES.get(kind, LARGEST_VALUE_BYTES + 1)
        if length > min(LARGEST_VALUE_BYTES, self.left_bytes):
            return tag, None
        self.left_bytes -= length
        content = value[:length] if length <= self.word else self.at(self.number(value), length, allow_less=True)
        return tag, Entry(kind, count, content) if len(content) == length else None

    def below(self, main: Directory, tag: int) -> Directory:
        """The directory to which a tag points; empty where it points nowhere."""
        pointer = main.get(tag)
        position = self.number(pointer.content) if pointer else 0
        try:
            return self.directory(position) if position else {}
        except EOFError:
            return {}


def written_exif(exif: Exif) -> bytes:
    """The block for these values; empty when there are none."""
    main = {tag: entry for tag, entry in exif.main.items() if tag not in (EXIF, GPS)}
    below = {tag: directory for tag, directory in ((EXIF, exif.exif), (GPS, exif.gps)) if directory}
    if not main and not below:
        return b""
    order, sizes = exif.byte_order, {tag: _size(directory) for tag, directory in below.items()}
    position = 8 + _size(main | {tag: Entry(LONG, 1, bytes(4)) for tag in below})
    parts = []
    for tag, directory in below.items():
        main[tag] = Entry(LONG, 1, struct.pack(f"{order}I", position))
        parts.append(_directory_bytes(directory, order, position))
        position += sizes[tag]
    start = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8)
    return b"".join([start, _directory_bytes(main, order, 8), *parts])


def _size(directory: Directory) -> int:
    return 6 + 12 * len(directory) + sum(_room(entry) for entry in directory.values())


def _room(entry: Entry) -> int:
    """What a value takes behind its directory: values begin at even places."""
    length = len(entry.content)
    return length + length % 2 if length > 4 else 0


def _directory_bytes(directory: Directory, order: str, position: int) -> bytes:
    entries, values = [struct.pack(f"{order}H", len(directory))], []
    place = position + 6 + 12 * len(directory)
    for tag, entry in sorted(directory.items()):
        room = _room(entry)
        value = struct.pack(f"{order}I", place) if room else entry.content.ljust(4, b"\0")
        entries.append(struct.pack(f"{order}HHI", tag, entry.type, entry.count) + value)
        values.append(entry.content.ljust(room, b"\0") if room else b"")
        place += room
    return b"".join([*entries, bytes(4), *values])


def text_entry(text: str) -> Entry:
    """A text as EXIF stores it."""
    content = text.encode() + b"\0"
    return Entry(ASCII, len(content), content)


def exif_fields(exif: Exif) -> dict[str, tuple[Text, ...]]:
    """The values by name."""
    named = (
        *_named(exif.main, ExifTags.TAGS, exif.byte_order),
        *_named(exif.exif, ExifTags.TAGS, exif.byte_order),
        *_named(exif.gps, ExifTags.GPSTAGS, exif.byte_order),
    )
    return {f"exif:{name}": (Text(value),) for name, value in named if value}


def _named(directory: Directory, names: Mapping[int, str], order: str) -> Iterator[tuple[str, str]]:
    for tag, entry in directory.items():
        if tag in names and tag not in (EXIF, GPS):
            yield names[tag], _text_of(tag, entry, order)


def _text_of(tag: int, entry: Entry, order: str) -> str:
    """A value in words; empty for one that has none."""
    if entry.type == ASCII:
        return decoded(entry.content.split(b"\0", 1)[0])
    if tag in WINDOWS_TEXTS:
        return entry.content.decode("utf-16-le", "replace").partition("\0")[0].strip()
    if tag == USER_COMMENT:
        code = COMMENT_CODES.get(entry.content[:8])
        return entry.content[8:].decode(code, "replace").strip("\0 ") if code else ""
    return " ".join(_numbers(entry, order)) if entry.count <= 16 else ""


def _numbers(entry: Entry, order: str) -> Iterator[str]:
    if entry.type in NUMBERS:
        for (number,) in struct.iter_unpack(order + NUMBERS[entry.type], entry.content):
            yield f"{number:g}" if isinstance(number, float) else str(number)
    elif entry.type in FRACTIONS:
        for numerator, denominator in struct.iter_unpack(order + FRACTIONS[entry.type], entry.content):
            yield f"{numerator / denominator:.10g}" if denominator else "0"


def decoded(content: bytes) -> str:
    """A text of unknown code: UTF-8 if it can be, else that of Western Windows."""
    try:
        return content.decode().strip()
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace").strip()
