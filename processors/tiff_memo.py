"""The index of a TIFF, written down for other processes: as the few pieces of the file that it was read from.

Whoever takes it up reads those pieces the way in which it would read the file, so that a memo is believed no more than
a file is.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from .noted_files import MOST_BYTES, NotedFile, NotingFile, Pieces
from .reading_ahead import fetches_ahead
from .tiff_index import TiffIndex, read_index

MOST_MEMO_BYTES = 1_000_000
"""Longer memos are not worth keeping: they take as long to fetch as what they spare."""


@dataclass(slots=True)
class Told:
    """How much of the lists of tiles the last memo had."""

    parts: int = 0


@dataclass(frozen=True, slots=True)
class NotedIndex:
    """An index, and what it was read from."""

    index: TiffIndex | None
    packed: bytes | None
    """The pieces of the file; `None` where they are too many."""
    told: Told = field(default_factory=Told)

    @property
    def has_learned(self) -> bool:
        """Whether more of the lists of a file that lies far away has been read since the last memo."""
        return self.packed is not None and self.learned_parts > self.told.parts

    @property
    def learned_parts(self) -> int:
        return sum(level.places.learned_parts for level in self.index.levels) if self.index else 0

    def memo(self) -> bytes | None:
        """The pieces that were read for the index, and those parts of its lists that have been read since."""
        if self.packed is None:
            return None
        parts = self.learned_parts
        if self.index is None or parts <= self.told.parts == 0:
            return self.packed
        noted = Pieces.unpacked(self.packed)
        learned = [piece for level in self.index.levels for piece in level.places.read_pieces()]
        self.told.parts = parts
        return kept(Pieces.of(noted.size, noted.is_far, (*noted.pieces, *learned))) or self.packed


def noted_index(file: BinaryIO, page: int) -> NotedIndex:
    """Reads the index and notes what it is read from. Raises as `read_index` does."""
    is_far = fetches_ahead(file)
    noting = NotingFile(file)
    index = read_index(cast(BinaryIO, noting), page, is_far=is_far)
    size = file.seek(0, io.SEEK_END)
    return NotedIndex(index, kept(Pieces.of(size, is_far, noting.pieces)))


def recalled_index(memo: bytes, page: int) -> NotedIndex:
    """The index that was noted. Raises whatever reading a damaged file raises, and `Forgotten`."""
    noted = Pieces.unpacked(memo)
    file = NotedFile(noted)
    index = read_index(cast(BinaryIO, file), page, is_far=noted.is_far)
    if index is not None:
        for level in index.levels:
            level.places.take_up(cast(BinaryIO, file), file.holds)
    recalled = NotedIndex(index, memo)
    recalled.told.parts = recalled.learned_parts
    return recalled


def kept(pieces: Pieces) -> bytes | None:
    if pieces.byte_count > MOST_BYTES:
        return None
    packed = pieces.packed()
    return packed if len(packed) <= MOST_MEMO_BYTES else None
