"""Where the pieces of a TIFF lie: long lists of numbers, of which only the touched parts are read."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from tifffile import TiffFile

from .reading_ahead import fetch_ahead

TILE_OFFSETS_TAG = 324
TILE_BYTE_COUNTS_TAG = 325
SUB_DIRECTORIES_TAG = 330
LISTS = frozenset({TILE_OFFSETS_TAG, TILE_BYTE_COUNTS_TAG})

IN_PLACE_BYTES = 8
"""Shorter lists stand in their directory; all others may be far from it."""

PART_LENGTH = 65_536
"""So many numbers are read together: all tiles of a level with 17 gigapixels in tiles of 512 pixels."""

BRIDGE_BYTES = 524_288
"""Both lists of a level come in one request where no more than this lies between the parts."""

NUMBER_TYPES = {3: "u2", 4: "u4", 13: "u4", 16: "u8", 18: "u8"}
"""numpy's names for the numbers of TIFF that can say where something is."""

MOST_DIRECTORIES = 1000
MOST_TAGS = 4096

Numbers = np.ndarray[Any, np.dtype[np.uint64]]


@dataclass(frozen=True, slots=True)
class StoredList:
    """A list of numbers as it stands in the file."""

    start: int
    length: int
    number: str
    """numpy's name for one number, byte order included."""

    @property
    def size_bytes(self) -> int:
        return self.length * np.dtype(self.number).itemsize

    def span(self, part: int) -> tuple[int, int]:
        """Where a part of the list begins and ends in the file."""
        size = np.dtype(self.number).itemsize
        first, last = part * PART_LENGTH, min(self.length, (part + 1) * PART_LENGTH)
        return self.start + first * size, self.start + last * size

    def read(self, file: BinaryIO, part: int) -> Numbers:
        """Raises `EOFError` when the file ends in the middle of the part."""
        start, stop = self.span(part)
        file.seek(start)
        content = file.read(stop - start)
        if len(content) < stop - start:
            raise EOFError("The file ends in the middle of a list.")
        return np.frombuffer(content, self.number).astype(np.uint64)


class PiecePlaces:
    """The place and the size of each piece of one level. Used by many threads at once."""

    def __init__(self, offsets: Numbers | StoredList, byte_counts: Numbers | StoredList) -> None:
        self._lists = (offsets, byte_counts)
        self._parts: dict[int, tuple[Numbers, Numbers]] = {}

    def __len__(self) -> int:
        return min(one.length if isinstance(one, StoredList) else len(one) for one in self._lists)

    def at(self, file: BinaryIO, index: int) -> tuple[int, int]:
        """Where a piece begins, and how many bytes it takes; 0 for one that the file leaves out."""
        part, place = divmod(index, PART_LENGTH)
        known = self._parts.get(part)
        if known is None:
            known = self._parts[part] = self._read(file, part)
        return int(known[0][place]), int(known[1][place])

    @property
    def learned_parts(self) -> int:
        """How many parts have been read of lists that were left in the file."""
        return len(self._parts) if any(isinstance(one, StoredList) for one in self._lists) else 0

    def read_pieces(self) -> Iterator[tuple[int, bytes]]:
        """The parts of the file's lists that have been read: where each stands, and its bytes."""
        for part, numbers in list(self._parts.items()):
            for one, known in zip(self._lists, numbers, strict=True):
                if isinstance(one, StoredList):
                    yield one.span(part)[0], known.astype(one.number).tobytes()

    def take_up(self, file: BinaryIO, holds: Callable[[int, int], bool]) -> None:
        """Reads the parts of the lists that the file holds from a start up to a stop."""
        stored = [one for one in self._lists if isinstance(one, StoredList)]
        for part in range(-(-len(self) // PART_LENGTH) if stored else 0):
            if all(holds(*one.span(part)) for one in stored):
                self._parts[part] = self._read(file, part)

    def _read(self, file: BinaryIO, part: int) -> tuple[Numbers, Numbers]:
        stored = [one for one in self._lists if isinstance(one, StoredList)]
        fetch_ahead(file, [one.span(part) for one in stored], BRIDGE_BYTES)
        first = part * PART_LENGTH
        offsets, byte_counts = (
            one.read(file, part) if isinstance(one, StoredList) else one[first : first + PART_LENGTH]
            for one in self._lists
        )
        return offsets, byte_counts


def places_of(page: Any) -> PiecePlaces:
    """The places of the pieces of one of tifffile's pages, its lists of tiles unread."""
    return PiecePlaces(
        stored_list(page, TILE_OFFSETS_TAG) or np.array(page.dataoffsets, np.uint64),
        stored_list(page, TILE_BYTE_COUNTS_TAG) or np.array(page.databytecounts, np.uint64),
    )


def stored_list(page: Any, code: int) -> StoredList | None:
    """The list of that tag, where the file is far and the list stands outside of the directory."""
    tag: Any = page.tags.get(code)
    if tag is None or tag.dtype not in NUMBER_TYPES or not isinstance(page.parent, FarTiff):
        return None
    found = StoredList(tag.valueoffset, tag.count, page.parent.byteorder + NUMBER_TYPES[tag.dtype])
    return found if found.size_bytes > IN_PLACE_BYTES else None


class FarTiff(TiffFile):  # type: ignore[misc]
    """A TIFF whose lists of tiles are blank: they lie far away, and are read when a tile is wanted."""


def opened_tiff(file: BinaryIO, is_far: bool) -> TiffFile:
    """The directories of a file; those of one that lies far away without their lists of tiles."""
    return FarTiff(without_lists(file)) if is_far else TiffFile(file)


def without_lists(file: BinaryIO) -> BinaryIO:
    """The file for somebody who reads all of its directories: lists of tiles are zeros there, and cost nothing."""
    hidden = {(one.start, one.size_bytes) for one in lists_of(file)}
    # Whoever reads it next takes the file to begin where it stands.
    file.seek(0)
    return FileWithBlanks(file, hidden)  # type: ignore[return-value]


class FileWithBlanks:
    """A file in which some pieces read as zeros; each is given by its start and its length."""

    def __init__(self, file: BinaryIO, blanks: set[tuple[int, int]]) -> None:
        self._file = file
        self._blanks = blanks

    def read(self, size: int = -1) -> bytes:
        if (self._file.tell(), size) in self._blanks:
            self._file.seek(size, 1)
            return bytes(size)
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def lists_of(file: BinaryIO) -> Iterator[StoredList]:
    """The lists of tiles of all directories that can be reached, as far as the file is sound."""
    file.seek(0)
    layout = Layout.of(file.read(16))
    if layout is None:
        return
    size = file.seek(0, 2)
    waiting, seen = [layout.first], {0}
    while waiting and len(seen) <= MOST_DIRECTORIES:
        place = waiting.pop()
        if place in seen or place >= size:
            continue
        seen.add(place)
        entries, following = directory(file, layout, place)
        waiting.append(following)
        for code, kind, length, value in entries:
            if code == SUB_DIRECTORIES_TAG:
                waiting.extend(sub_directories(file, layout, kind, length, value))
            elif code in LISTS and kind in NUMBER_TYPES:
                found = StoredList(layout.offset(value), length, layout.order + NUMBER_TYPES[kind])
                if found.size_bytes > IN_PLACE_BYTES and found.start + found.size_bytes <= size:
                    yield found


@dataclass(frozen=True, slots=True)
class Layout:
    """How a TIFF writes its directories."""

    order: str
    is_big: bool
    first: int
    """Where the first directory is."""

    @classmethod
    def of(cls, start: bytes) -> Layout | None:
        """By the first 16 bytes of the file; `None` for what is no TIFF."""
        order = {b"II": "<", b"MM": ">"}.get(start[:2])
        if order is None or len(start) < 16:
            return None
        version = struct.unpack_from(order + "H", start, 2)[0]
        if version not in (42, 43):
            return None
        is_big = version == 43
        return cls(order, is_big, struct.unpack_from(order + ("Q" if is_big else "I"), start, 8 if is_big else 4)[0])

    @property
    def head(self) -> str:
        """How the number of entries is written."""
        return self.order + ("Q" if self.is_big else "H")

    @property
    def entry(self) -> str:
        """Tag, kind of value, number of values, and the value or where it is."""
        return self.order + ("HHQ8s" if self.is_big else "HHI4s")

    @property
    def link(self) -> str:
        return self.order + ("Q" if self.is_big else "I")

    def offset(self, value: bytes) -> int:
        return int(struct.unpack(self.link, value)[0])


def directory(file: BinaryIO, layout: Layout, place: int) -> tuple[list[tuple[int, int, int, bytes]], int]:
    """The entries of a directory and where the next one is; nothing and 0 where there is no sound one."""
    file.seek(place)
    head = file.read(struct.calcsize(layout.head))
    if len(head) < struct.calcsize(layout.head):
        return [], 0
    count = struct.unpack(layout.head, head)[0]
    length = count * struct.calcsize(layout.entry)
    content = file.read(length + struct.calcsize(layout.link)) if count <= MOST_TAGS else b""
    if len(content) < length + struct.calcsize(layout.link) or not content:
        return [], 0
    return list(struct.iter_unpack(layout.entry, content[:length])), layout.offset(content[length:])


def sub_directories(file: BinaryIO, layout: Layout, kind: int, length: int, value: bytes) -> Iterable[int]:
    """Where the directories begin that one directory names as its own."""
    number = NUMBER_TYPES.get(kind)
    if number is None or length > MOST_DIRECTORIES:
        return ()
    size = length * np.dtype(number).itemsize
    if size > len(value):
        place = layout.offset(value)
        if place > file.seek(0, 2):
            return ()
        file.seek(place)
        value = file.read(size)
    whole = value[: min(size, len(value) - len(value) % np.dtype(number).itemsize)]
    return [int(place) for place in np.frombuffer(whole, layout.order + number)]
