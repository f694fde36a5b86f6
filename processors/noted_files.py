"""Pieces of a file, noted while somebody reads it, so that whoever reads the same again needs no file."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

HEAD = struct.Struct(">2s?QI")
"""What it is, whether the file lies far away, its size, and the number of pieces."""
MARK = b"p1"
FASTEST = 1
SPAN = struct.Struct(">QI")
"""Start and length of a piece."""
MOST_BYTES = 8_000_000
"""Of all pieces together that are packed. More than twice as much is not taken for sound."""


class Forgotten(ValueError):
    """A part of the file is wanted that has not been noted."""


class NotingFile:
    """A file that notes what is read of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.pieces: list[tuple[int, bytes]] = []
        """Where each piece begins, and its bytes."""

    def read(self, size: int = -1) -> bytes:
        start = self._file.tell()
        content = self._file.read(size)
        self.pieces.append((start, content))
        return content

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


@dataclass(frozen=True, slots=True)
class Pieces:
    """What has been noted of a file. No two pieces touch."""

    size: int
    """Of the file, in bytes."""
    is_far: bool
    pieces: tuple[tuple[int, bytes], ...]

    @classmethod
    def of(cls, size: int, is_far: bool, pieces: Iterable[tuple[int, bytes]]) -> Pieces:
        """Those that overlap or follow one another become one."""
        joined: list[tuple[int, bytearray]] = []
        for start, content in sorted(pieces):
            if joined and start <= joined[-1][0] + len(joined[-1][1]):
                before_start, before = joined[-1]
                before += content[max(0, before_start + len(before) - start) :]
            elif content:
                joined.append((start, bytearray(content)))
        return cls(size, is_far, tuple((start, bytes(content)) for start, content in joined))

    @property
    def byte_count(self) -> int:
        return sum(len(content) for _, content in self.pieces)

    def packed(self) -> bytes:
        head = HEAD.pack(MARK, self.is_far, self.size, len(self.pieces))
        spans = (SPAN.pack(start, len(content)) for start, content in self.pieces)
        return zlib.compress(b"".join((head, *spans, *(content for _, content in self.pieces))), FASTEST)

    @classmethod
    def unpacked(cls, memo: bytes) -> Pieces:
        """Raises `ValueError`, `zlib.error` or `struct.error` for bytes that are not sound."""
        raw = zlib.decompressobj().decompress(memo, 2 * MOST_BYTES)
        mark, is_far, size, count = HEAD.unpack_from(raw)
        if mark != MARK:
            raise ValueError("These are no pieces of a file.")
        place = HEAD.size + count * SPAN.size
        pieces = []
        for start, length in SPAN.iter_unpack(raw[HEAD.size : place]):
            pieces.append((start, raw[place : place + length]))
            place += length
        if place != len(raw):
            raise ValueError("Some of the pieces are missing.")
        return cls(size, is_far, tuple(pieces))


class NotedFile:
    """Stands in for a file of which only pieces are there."""

    def __init__(self, noted: Pieces) -> None:
        self._noted = noted
        self._place = 0

    def read(self, size: int = -1) -> bytes:
        """Raises `Forgotten` where the file has more than was noted of it."""
        left = max(0, self._noted.size - self._place)
        wanted = left if size < 0 else min(size, left)
        content = self._between(self._place, self._place + wanted)
        if content is None:
            raise Forgotten("This part of the file was not noted.")
        self._place += wanted
        return content

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._noted.size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def holds(self, start: int, stop: int) -> bool:
        """Whether all of this part has been noted."""
        return self._between(start, stop) is not None

    def _between(self, start: int, stop: int) -> bytes | None:
        if start == stop:
            return b""
        for first, content in self._noted.pieces:
            if first <= start and stop <= first + len(content):
                return content[start - first : stop - first]
        return None
