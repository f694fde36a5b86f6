"""Which part of which resolution of a JPEG 2000 is decoded, and in which pieces one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from iiifserver.iiif.errors import ImageTooLarge
from iiifserver.iiif.values import Box, Extent

from .jpeg2000_code_stream import CodeStream, halved
from .openjpeg_decoding import Area
from .windows import smallest_enough, window_in

BAND_PIXELS = 4_000_000
"""A larger part is decoded in bands of about so many: the decoder takes 24 bytes for each pixel of three channels."""

MOST_WHOLE_PIXELS = 40_000_000
"""Of tiles that can only be decoded whole."""


def useful_reductions(stream: CodeStream) -> Iterator[int]:
    """How often the picture can be halved with a pixel left along each edge."""
    for halvings in range(stream.halvings + 1):
        level = stream.reduced_extent(halvings)
        if min(level.width, level.height) < 1:
            return
        yield halvings


def best_reduction(stream: CodeStream, box: Box, size: Extent) -> int:
    """How often to halve so that the box still has the pixels that are wanted."""
    extents = (stream.reduced_extent(halvings) for halvings in useful_reductions(stream))
    return smallest_enough((window_in(extent, stream.extent, box) for extent in extents), size)


def decodable_part(stream: CodeStream, halvings: int, part: Box) -> Box:
    """What must be decoded to have the part of a level: itself, or the whole tiles that it touches.

    OpenJPEG decodes a part of a tile wrongly where its blocks are those of HTJ2K: seen in 2.5.0 and 2.5.4.
    """
    if not stream.is_high_throughput:
        return part
    across, down = axes_of(stream, halvings)
    left, right = across.widened(part.x, part.right)
    top, bottom = down.widened(part.y, part.bottom)
    return Box(left, top, right - left, bottom - top)


def bands_of(stream: CodeStream, halvings: int, part: Box) -> Iterator[Box]:
    """The part cut into bands that end where tiles end, or as near to the wanted height as those allow.

    Raises `ImageTooLarge` where a band must be decoded whole and is too large for that.
    """
    if stream.is_high_throughput:
        return bands_of_whole_tiles(stream, halvings, part)
    return bands_near(part, -(-stream.tile.height >> halvings))


def bands_near(part: Box, tile_height: int) -> Iterator[Box]:
    height = max(1, BAND_PIXELS // part.width)
    if height > tile_height:
        height -= height % tile_height
    top = part.y
    while top < part.bottom:
        bottom = min(part.bottom, top - top % height + height)
        yield Box(part.x, top, part.width, bottom - top)
        top = bottom


def bands_of_whole_tiles(stream: CodeStream, halvings: int, part: Box) -> Iterator[Box]:
    _, down = axes_of(stream, halvings)
    top = part.y
    while top < part.bottom:
        enough = min(part.bottom, top + max(1, BAND_PIXELS // part.width))
        # Rather less than enough than a row of tiles more, but one row at least.
        bottom = max(down.start(down.tile_at(enough)), down.start(down.tile_at(top) + 1))
        bottom = part.bottom if enough == part.bottom else min(part.bottom, bottom)
        band = Box(part.x, top, part.width, bottom - top)
        if band.extent.area > MOST_WHOLE_PIXELS:
            raise ImageTooLarge(
                "This HTJ2K is stored in larger pieces than the server decodes at once. Ask for a smaller size."
            )
        yield band
        top = bottom


@dataclass(frozen=True, slots=True)
class Axis:
    """Where the tiles of a level begin, across or down, in pixels of the level."""

    origin: int
    """Where the picture begins on the reference grid."""
    end: int
    tile_origin: int
    tile_length: int
    halvings: int

    def tile_at(self, place: int) -> int:
        """The number of the tile that holds this pixel."""
        on_grid = (place + halved(self.origin, self.halvings)) << self.halvings
        return (on_grid - self.tile_origin) // self.tile_length

    def start(self, number: int) -> int:
        """The first pixel of the tile, or the end of the picture."""
        on_grid = min(self.end, max(self.origin, self.tile_origin + number * self.tile_length))
        return halved(on_grid, self.halvings) - halved(self.origin, self.halvings)

    def widened(self, first: int, end: int) -> tuple[int, int]:
        """From where to where the tiles reach that hold these pixels."""
        return self.start(self.tile_at(first)), self.start(self.tile_at(end - 1) + 1)


def axes_of(stream: CodeStream, halvings: int) -> tuple[Axis, Axis]:
    across = Axis(stream.left, stream.right, stream.tile_left, stream.tile.width, halvings)
    return across, Axis(stream.top, stream.bottom, stream.tile_top, stream.tile.height, halvings)


def area_of(stream: CodeStream, halvings: int, placed: Box) -> Area:
    """What of the full picture makes that part of a level; widened to where the coarsest channel has samples."""
    steps = [component.step for component in stream.components]
    left = min(placed.x - placed.x % step.width for step in steps) << halvings
    top = min(placed.y - placed.y % step.height for step in steps) << halvings
    return Area(
        left=max(stream.left, left),
        top=max(stream.top, top),
        right=min(stream.right, placed.right << halvings),
        bottom=min(stream.bottom, placed.bottom << halvings),
    )
