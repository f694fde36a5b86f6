"""TIFFs whose pixels lie in the file one row after the other, as they are: any of the rows can be read alone, whatever
strips they are cut into.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from tifffile import COMPRESSION, PHOTOMETRIC, PLANARCONFIG, PREDICTOR

from iiifserver.iiif.values import Extent

from .tiff_places import PiecePlaces
from .ycbcr import MSB_FIRST, is_subsampled

PIECE_BYTES = 1_000_000
"""About so many are read together."""


@dataclass(frozen=True, slots=True)
class PlainRows:
    """Where the rows are, and what is in them. Called as tifffile's own decoders are."""

    start: int
    extent: Extent
    samples: int
    number: np.dtype[Any]

    @classmethod
    def of(cls, page: Any) -> PlainRows | None:
        """The rows of a page; `None` for one that is stored in another way, or not all there."""
        if not has_plain_numbers(page):
            return None
        rows = cls(
            start=int(page.dataoffsets[0]) if page.dataoffsets else 0,
            extent=Extent(page.imagewidth, page.imagelength),
            samples=page.samplesperpixel,
            number=page.dtype.newbyteorder(page.parent.byteorder),
        )
        return rows if lie_in_a_row(page, rows.row_bytes) else None

    @property
    def row_bytes(self) -> int:
        return self.extent.width * self.samples * self.number.itemsize

    @property
    def piece(self) -> Extent:
        """As many rows as are read together."""
        return Extent(self.extent.width, min(self.extent.height, max(1, PIECE_BYTES // self.row_bytes)))

    @property
    def places(self) -> PiecePlaces:
        length = self.piece.height * self.row_bytes
        before = np.arange(-(-self.extent.height // self.piece.height), dtype=np.uint64) * np.uint64(length)
        counts = np.minimum(np.uint64(length), np.uint64(self.extent.height * self.row_bytes) - before)
        return PiecePlaces(before + np.uint64(self.start), counts)

    def __call__(self, content: bytes, index: int, *, jpegtables: bytes | None = None) -> tuple[Any, None, Any]:
        """The pixels of a piece, and its shape."""
        pixels = np.frombuffer(content, self.number).reshape(1, -1, self.extent.width, self.samples)
        return pixels.astype(self.number.newbyteorder("="), copy=False), None, pixels.shape


def has_plain_numbers(page: Any) -> bool:
    """Whether each number stands in bytes of its own, and the numbers of a pixel together."""
    is_whole = page.dtype is not None and 8 * page.dtype.itemsize == page.bitspersample
    is_plain = page.compression == COMPRESSION.NONE and page.predictor == PREDICTOR.NONE
    is_together = page.samplesperpixel == 1 or page.planarconfig == PLANARCONFIG.CONTIG
    is_in_blocks = page.photometric == PHOTOMETRIC.YCBCR and is_subsampled(page)
    in_order = page.fillorder == MSB_FIRST and not page.is_tiled
    return is_whole and is_plain and is_together and in_order and not is_in_blocks


def lie_in_a_row(page: Any, row_bytes: int) -> bool:
    """Whether each strip follows on the one before it, and has all of its rows."""
    strip = row_bytes * max(1, min(page.rowsperstrip, page.imagelength))
    count = -(-row_bytes * page.imagelength // strip) if strip else 0
    offsets, lengths = (np.array(one[:count], np.uint64) for one in (page.dataoffsets, page.databytecounts))
    if not 0 < count == len(offsets) == len(lengths):
        return False
    last = row_bytes * page.imagelength - strip * (count - 1)
    # Sizes in the file may be anything: what is not there is not counted piece by piece.
    if int(offsets[0]) + row_bytes * page.imagelength > page.parent.filehandle.size:
        return False
    return bool((np.diff(offsets) == strip).all() and (lengths[:-1] >= strip).all() and lengths[-1] >= last)
