"""The main header of a JPEG 2000 code stream (ISO/IEC 15444-1, Annex A; 15444-15 for HTJ2K). Reads a few kilobytes, and
nothing of unchecked size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from iiifserver.iiif.values import Extent

from .coded_pieces import JPEG_2000_START, number

MOST_MARKERS = 1000

MOST_COMPONENTS = 16_384
LARGEST_PRECISION = 38
MOST_HALVINGS = 32
"""All three by the standard."""

SOT, SOD, SIZ, CAP, COD, COC = 0xFF90, 0xFF93, 0xFF51, 0xFF50, 0xFF52, 0xFF53
FIRST_MARKER = 0xFF00
HIGH_THROUGHPUT_CAPABILITY = 0x00020000
HIGH_THROUGHPUT_BLOCKS = 0x40
"""The bits that say so of a code stream and of how its blocks are coded (15444-15, A.3 and A.4)."""


@dataclass(frozen=True, slots=True)
class Component:
    """One component of the code stream: how deep its samples are, and how far apart on the reference grid."""

    precision: int
    is_signed: bool
    step: Extent


@dataclass(frozen=True, slots=True)
class CodeStream:
    """The main header of a code stream. Coordinates are those of the reference grid."""

    left: int
    top: int
    right: int
    bottom: int
    tile: Extent
    columns: int
    rows: int
    components: tuple[Component, ...]
    halvings: int
    """How often the picture can be halved before it is decoded."""
    tile_left: int = 0
    tile_top: int = 0
    """Where the first tile begins, which may be outside of the picture."""
    is_high_throughput: bool = False
    """Whether its blocks are, or may be, coded as 15444-15 does (HTJ2K)."""

    @property
    def extent(self) -> Extent:
        return Extent(self.right - self.left, self.bottom - self.top)

    def reduced_origin(self, halvings: int) -> tuple[int, int]:
        """Left and top of the picture once it is halved so often."""
        return halved(self.left, halvings), halved(self.top, halvings)

    def reduced_extent(self, halvings: int) -> Extent:
        """The picture once it is halved so often; below one pixel where nothing is left of it."""
        left, top = self.reduced_origin(halvings)
        return Extent(halved(self.right, halvings) - left, halved(self.bottom, halvings) - top)


def read_code_stream(file: BinaryIO, start: int) -> CodeStream:
    """The main header of the code stream that begins there."""
    file.seek(start)
    if number(file.read(2), 0, 2) != number(JPEG_2000_START, 0, 2):
        raise ValueError("A code stream does not begin as one.")
    stream: CodeStream | None = None
    halvings: list[int] = []
    styles = 0
    for kind, content in segments(file):
        if kind == SIZ:
            stream = stream_in(content)
        elif kind == CAP and number(content, 0, 4) & HIGH_THROUGHPUT_CAPABILITY:
            styles |= HIGH_THROUGHPUT_BLOCKS
        elif kind in (COD, COC) and stream:
            at = place_of_coding(kind, stream)
            halvings.append(number(content, at, 1))
            styles |= number(content, at + 3, 1)
    if stream is None or not halvings:
        raise ValueError("A code stream does not say how large it is, or how it is coded.")
    if max(halvings) > MOST_HALVINGS:
        raise ValueError("A code stream claims more resolutions than there can be.")
    is_high_throughput = bool(styles & HIGH_THROUGHPUT_BLOCKS)
    return replace(stream, halvings=min(halvings), is_high_throughput=is_high_throughput)


def place_of_coding(kind: int, stream: CodeStream) -> int:
    """Where in a segment the coding of one component or of all is told, beginning with its resolutions."""
    if kind == COD:
        return 5
    return 2 if len(stream.components) < 257 else 3


def segments(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The marker segments of the main header."""
    for _ in range(MOST_MARKERS):
        head = file.read(4)
        kind, length = number(head, 0, 2), number(head, 2, 2)
        if kind in (SOT, SOD):
            return
        if kind < FIRST_MARKER or length < 2:
            raise ValueError("A code stream's header is damaged.")
        yield kind, file.read(length - 2)
    raise ValueError("A code stream's header does not end.")


def stream_in(content: bytes) -> CodeStream:
    """What the segment of sizes says; raises `ValueError` for sizes that cannot be."""
    right, bottom, left, top, tile_width, tile_height, tile_left, tile_top = (
        number(content, position, 4) for position in range(2, 34, 4)
    )
    count = number(content, 34, 2)
    is_on_grid = tile_left <= left < tile_left + tile_width and tile_top <= top < tile_top + tile_height
    if not (left < right and top < bottom and is_on_grid and 0 < count <= MOST_COMPONENTS):
        raise ValueError("A code stream has a size that cannot be.")
    return CodeStream(
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        tile=Extent(min(tile_width, right - tile_left), min(tile_height, bottom - tile_top)),
        columns=-(-(right - tile_left) // tile_width),
        rows=-(-(bottom - tile_top) // tile_height),
        components=tuple(component_at(content, 36 + 3 * place) for place in range(count)),
        halvings=0,
        tile_left=tile_left,
        tile_top=tile_top,
    )


def component_at(content: bytes, position: int) -> Component:
    depth = number(content, position, 1)
    component = Component(
        precision=(depth & 0x7F) + 1,
        is_signed=depth >= 0x80,
        step=Extent(number(content, position + 1, 1), number(content, position + 2, 1)),
    )
    if component.precision > LARGEST_PRECISION or min(component.step.width, component.step.height) < 1:
        raise ValueError("A component has a depth or a distance that cannot be.")
    return component


def halved(coordinate: int, times: int) -> int:
    """A coordinate of the reference grid once the picture is halved so often (15444-1, B.5)."""
    return (coordinate + (1 << times) - 1) >> times
