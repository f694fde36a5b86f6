"""One resolution of a TIFF, whose pieces can be fetched and decoded one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from iiifserver.iiif.values import Extent

from .coded_pieces import check_coded_piece
from .reading_ahead import fetch_ahead, fetches_ahead
from .tiff_places import PiecePlaces

ROWS_AT_ONCE = 4
"""So many rows of pieces are asked for together where each answer takes its time."""

JFIF_PLACE = slice(6, 10)

JFIF = b"JFIF"


@dataclass(frozen=True, slots=True, eq=False)
class StoredLevel:
    """One resolution of the image, cut into equal pieces: tiles, or strips as wide as the image."""

    extent: Extent
    piece: Extent
    is_tiled: bool
    is_coded: bool
    """Whether each piece is a JPEG, JPEG 2000 or WebP picture."""
    places: PiecePlaces
    most_bytes: int
    """More than any sound piece takes in the file."""
    decoders: tuple[Callable[..., Any], Callable[..., Any]]
    """For pieces that are plain, and for those that call themselves JFIF: these say themselves what colours they have.
    """
    tables: bytes | None
    """What the JPEG pieces have in common."""
    jpeg_samplings: tuple[tuple[int, int], ...] = ()
    """How the components of its JPEG pieces are sampled, where the pieces are such as any viewer reads right."""
    webp_channels: int = 0
    """How many channels its WebP tiles have; 0 where the pieces are something else."""
    planes: int = 1
    """How many pieces lie one behind the other, since each holds one channel alone."""

    @property
    def columns(self) -> int:
        return -(-self.extent.width // self.piece.width)

    @property
    def rows(self) -> int:
        return -(-self.extent.height // self.piece.height)

    def decoded(self, file: BinaryIO, column: int, row: int) -> np.ndarray[Any, Any] | None:
        """The pixels of one piece, cut at the image's edge; `None` for a piece that the file leaves out as empty.

        Raises `EOFError` or `ValueError` for a piece that cannot be sound, and whatever the decoder raises on damage.
        """
        channels = [self._decoded_piece(file, index) for index in self.indexes(column, row)]
        if len(channels) == 1:
            return channels[0]
        there = next((channel for channel in channels if channel is not None), None)
        if there is None:
            return None
        return np.concatenate([np.zeros_like(there) if one is None else one for one in channels], axis=2)

    def indexes(self, column: int, row: int) -> range:
        """The numbers of the pieces that hold the channels of one part of the picture."""
        pieces = self.columns * self.rows
        return range(row * self.columns + column, pieces * self.planes, pieces)

    def _decoded_piece(self, file: BinaryIO, index: int) -> np.ndarray[Any, Any] | None:
        content = self.content(file, index)
        if content is None:
            return None
        if self.is_coded:
            check_coded_piece(content, self.piece)
        decode = self.decoders[content[JFIF_PLACE] == JFIF]
        pixels, _, (_, height, width, _) = decode(content, index, jpegtables=self.tables)
        return pixels[0, :height, :width]  # type: ignore[no-any-return]

    def rows_ahead(self, file: BinaryIO, rows: range, columns: range) -> Iterator[int]:
        """The rows one after the other; of a file that lies far away the pieces of several are fetched together."""
        for start in rows[::ROWS_AT_ONCE]:
            some = range(start, min(start + ROWS_AT_ONCE, rows.stop))
            self.fetch_rows(file, some, columns)
            for row in some:
                # Once more, for a file that has no room for all of them.
                self.fetch_rows(file, range(row, row + 1), columns)
                yield row

    def fetch_rows(self, file: BinaryIO, rows: range, columns: range) -> None:
        """Tells a file that lies far away which pieces of some rows will be read."""
        if fetches_ahead(file):
            cells = ((column, row) for row in rows for column in columns)
            places = [self.places.at(file, index) for cell in cells for index in self.indexes(*cell)]
            fetch_ahead(file, [(offset, offset + count) for offset, count in places if count <= self.most_bytes])

    def content(self, file: BinaryIO, index: int) -> bytes | None:
        """The bytes of one piece as they are stored; `None` for one that the file leaves out."""
        offset, count = self.places.at(file, index)
        if count == 0:
            return None
        if count > self.most_bytes:
            raise ValueError("A piece of the file is larger than its pixels can be.")
        fetch_ahead(file, [(offset, offset + count)])
        file.seek(offset)
        content = file.read(count)
        if len(content) < count:
            raise EOFError("The file ends in the middle of a piece.")
        return content
