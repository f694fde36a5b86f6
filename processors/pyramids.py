"""Writes an image as a pyramid of tiles, band by band, so that memory holds a few bands and never the whole image."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import imagecodecs
import numpy as np
from PIL import Image
from tifffile import TiffWriter

from iiifserver.iiif.values import Extent

from .pyramid_recipe import Recipe

DEFLATE_LEVEL = 6
DO_NOT_FIT = "The bands do not make up the image."

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """How the tiles of a pyramid are stored.

    Lossless is what has alpha, which JPEG does not know, and what has few colours, such as text in black and white,
    where JPEG leaves shadows about each letter. Such tiles are Deflate and not WebP: that stores no gray, and is known
    to few programs that read TIFF.
    """

    mode: str
    """Pillow's name for the pixels: L, LA, RGB or RGBA."""
    recipe: Recipe
    is_lossy: bool
    profile: bytes | None = None
    """The ICC profile of the colours; `None` for sRGB."""

    @property
    def samples(self) -> int:
        return len(self.mode)

    def tags(self) -> dict[str, Any]:
        """What tifffile is told of every level."""
        has_color = self.mode.startswith("RGB")
        if not self.is_lossy:
            alpha = {"extrasamples": ["unassalpha"]} if self.mode.endswith("A") else {}
            photometric = "rgb" if has_color else "minisblack"
            return {"compression": "adobe_deflate", "predictor": True, "photometric": photometric, **alpha}
        if not has_color:
            return {"compression": "jpeg", "photometric": "minisblack"}
        sampling = (1, 1) if self.recipe.keeps_full_colour else (2, 2)
        return {"compression": "jpeg", "photometric": "ycbcr", "subsampling": sampling}

    def coded(self, tile: Pixels) -> bytes:
        """The bytes of one tile."""
        if not self.is_lossy:
            differences = imagecodecs.delta_encode(tile, axis=1)
            return bytes(imagecodecs.zlib_encode(differences.tobytes(), level=DEFLATE_LEVEL))
        buffer = io.BytesIO()
        # Gray has nothing to leave out: a JPEG that were told so would not be handed out as it is.
        full = self.recipe.keeps_full_colour or self.samples == 1
        subsampling = "4:4:4" if full else "4:2:0"
        Image.fromarray(tile).save(buffer, "JPEG", quality=self.recipe.quality, subsampling=subsampling)
        return buffer.getvalue()


@dataclass(slots=True)
class Level:
    """A smaller level as it grows: its rows are gathered until they make a row of tiles, and its tiles wait in a file
    of their own until it is their turn.
    """

    extent: Extent
    coding: Coding
    file: IO[bytes]
    lengths: list[int] = field(default_factory=list)
    gathered: list[Pixels] = field(default_factory=list)

    def take(self, rows: Pixels) -> Pixels | None:
        """Whole rows of tiles, now in the file, as soon as there are some."""
        self.gathered.append(rows)
        height = sum(map(len, self.gathered))
        whole = height - height % self.coding.recipe.tile
        if not whole:
            return None
        pixels = np.concatenate(self.gathered)
        self.gathered = [pixels[whole:]] if whole < height else []
        return self._kept(pixels[:whole])

    def rest(self) -> Pixels | None:
        """What is left at the end, now in the file."""
        if not self.gathered:
            return None
        pixels, self.gathered = np.concatenate(self.gathered), []
        return self._kept(pixels)

    def tiles(self) -> Iterator[bytes]:
        self.file.seek(0)
        for length in self.lengths:
            yield self.file.read(length)

    def _kept(self, pixels: Pixels) -> Pixels:
        for tile in tiles_of(pixels, self.coding.recipe.tile):
            content = self.coding.coded(tile)
            self.file.write(content)
            self.lengths.append(len(content))
        return pixels


def write_pyramid(place: Path, bands: Iterable[Image.Image], extent: Extent, coding: Coding) -> None:
    """Writes the image, which comes in bands from top to bottom, each but the last as high as a number of tiles.

    What has to wait lies beside the file, in files without names. Raises `OSError` where there is no room,
    `ValueError` for bands that do not make up the image, and whatever the bands raise.
    """
    extents = coding.recipe.levels(extent)
    with ExitStack() as stack, TiffWriter(place, bigtiff=True, byteorder="<") as tiff:
        smaller = [
            Level(each, coding, stack.enter_context(tempfile.TemporaryFile(dir=place.parent))) for each in extents[1:]
        ]
        add_level(tiff, full_tiles(bands, extent, coding, smaller), extent, coding, subifds=len(smaller))
        finish(smaller)
        for level in smaller:
            add_level(tiff, level.tiles(), level.extent, coding, subfiletype=1)


def add_level(tiff: TiffWriter, tiles: Iterator[bytes], extent: Extent, coding: Coding, **tags: Any) -> None:
    samples = (coding.samples,) if coding.samples > 1 else ()
    edge = coding.recipe.tile
    tiff.write(
        tiles,
        shape=(extent.height, extent.width, *samples),
        dtype=np.uint8,
        tile=(edge, edge),
        metadata=None,
        software=False,
        iccprofile=coding.profile,
        **coding.tags(),
        **tags,
    )


def full_tiles(bands: Iterable[Image.Image], extent: Extent, coding: Coding, smaller: list[Level]) -> Iterator[bytes]:
    """The tiles of the full size; on the way the smaller levels get their rows."""
    height = 0
    for band in bands:
        is_next = height % coding.recipe.tile == 0 and height + band.height <= extent.height
        if not is_next or band.width != extent.width or band.mode != coding.mode:
            raise ValueError(DO_NOT_FIT)
        height += band.height
        pixels = np.asarray(band)
        hand_down(pixels, smaller)
        for tile in tiles_of(pixels, coding.recipe.tile):
            yield coding.coded(tile)
    raise ValueError(DO_NOT_FIT)


def finish(smaller: list[Level]) -> None:
    """Writes what has been gathered and makes no whole rows of tiles."""
    for index, level in enumerate(smaller):
        if (rest := level.rest()) is not None:
            hand_down(rest, smaller[index + 1 :])


def hand_down(pixels: Pixels, smaller: list[Level]) -> None:
    """Gives the rows, halved, to the next level, and so on."""
    rows: Pixels | None = pixels
    for level in smaller:
        if rows is None:
            return
        rows = level.take(halved(rows))


def halved(pixels: Pixels) -> Pixels:
    """Each pixel the mean of up to four, as far as they are opaque; an odd edge is rounded up."""
    return np.asarray(Image.fromarray(pixels).reduce(2))


def tiles_of(pixels: Pixels, edge: int) -> Iterator[Pixels]:
    """Row by row; what lies outside of the image repeats its edge, which codes well and shines through nowhere."""
    height, width = pixels.shape[:2]
    for top in range(0, height, edge):
        for left in range(0, width, edge):
            tile = pixels[top : top + edge, left : left + edge]
            down, across = edge - tile.shape[0], edge - tile.shape[1]
            if down or across:
                tile = np.pad(tile, ((0, down), (0, across), *((0, 0),) * (tile.ndim - 2)), mode="edge")
            yield np.ascontiguousarray(tile)
