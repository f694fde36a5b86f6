"""Where the pieces of a TIFF lie in its file: read once, then any region can be fetched piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from tifffile import COMPRESSION, PHOTOMETRIC, TiffPage

from iiifserver.iiif.values import Extent

from .base import check_page
from .reading_ahead import fetches_ahead
from .tiff_levels import StoredLevel
from .tiff_places import opened_tiff, places_of
from .tiff_rows import PlainRows
from .tiff_samples import CODED_COMPRESSIONS, Samples, planes_of, samples_of
from .ycbcr import BlockDecoder, can_be_put_together, is_subsampled

MOST_PAGES = 1000
"""Directories looked at; more than any pyramid has, and an end to files whose directories run in circles."""

SLACK_BYTES = 1_000_000
"""How much larger than twice its pixels a piece may be: tables and metadata of small pieces."""

ICC_PROFILE_TAG = 34675
ORIENTATION_TAG = 274


@dataclass(frozen=True, slots=True)
class TiffIndex:
    """All that is needed to read any region of one image of a TIFF."""

    levels: tuple[StoredLevel, ...]
    """From the full size downwards."""
    samples: Samples
    """The same on every level."""
    orientation: int
    profile: bytes | None
    """`None` where the values become sRGB without one."""
    page_count: int
    directory: int
    """Which of the file's directories it is, counted from 0."""

    @property
    def mode(self) -> str:
        """Pillow's name for its pixels once they are bytes."""
        return self.samples.mode


def read_index(file: BinaryIO, number: int = 1, *, is_far: bool | None = None) -> TiffIndex | None:
    """The index of one of the file's images; `None` when its pixels are of a kind that cannot be read piece by piece.
    Whether the file lies far away it tells itself, unless it only stands in for another.

    Raises `BadRequest` when there are fewer images.
    """
    with opened_tiff(file, fetches_ahead(file) if is_far is None else is_far) as tiff:
        return index_of(list(pages_of(tiff.pages)), number)


def index_of(everything: list[Any], number: int) -> TiffIndex | None:
    """The index of one of the images that these directories make up. Raises as `read_index` does."""
    if not everything:
        raise ValueError("The file has no directory.")
    starts = [place for place, page in enumerate(everything) if place == 0 or not page.is_reduced]
    check_page(number, len(starts))
    pages = everything[starts[number - 1] :]
    first = pages[0]
    samples = readable_samples(first)
    if samples is None:
        return None
    return TiffIndex(
        levels=tuple(levels(first, samples, pages)),
        samples=samples,
        orientation=orientation_of(first),
        profile=None if samples.lab else profile_of(first),
        page_count=len(starts),
        directory=starts[number - 1],
    )


def read_indexes(file: BinaryIO, count: int) -> Iterator[TiffIndex | None]:
    """The indexes of so many of the file's images, from the first on, in one go."""
    with opened_tiff(file, fetches_ahead(file)) as tiff:
        everything = list(pages_of(tiff.pages))
        for number in range(1, count + 1):
            yield index_of(everything, number)


def pages_of(directories: Any) -> Iterator[Any]:
    """The pages, as far as the chain of directories holds."""
    with suppress(IndexError):
        for number in range(MOST_PAGES):
            page = directories[number]
            if isinstance(page, TiffPage):
                yield page


def readable_samples(page: Any) -> Samples | None:
    """What the page's values mean; `None` for kinds that are not read piece by piece."""
    samples = samples_of(page)
    if samples and samples.ycbcr and is_subsampled(page) and not can_be_put_together(page):
        return None
    return samples


def profile_of(page: Any) -> bytes | None:
    value = page.tags.valueof(ICC_PROFILE_TAG)
    return value if isinstance(value, bytes) else None


def orientation_of(page: Any) -> int:
    value = page.tags.valueof(ORIENTATION_TAG, default=1)
    return int(value) if value in range(1, 9) else 1


def levels(first: Any, samples: Samples, pages: list[Any]) -> Iterator[StoredLevel]:
    """The first image and its smaller versions: its sub-directories, or the reduced pages that follow it."""
    level = stored_level(first)
    yield level
    full, last = level.extent, level.extent
    for page in reduced_versions(first, pages):
        level = stored_level(page)
        if is_smaller_version(level.extent, last, full) and readable_samples(page) == samples:
            yield level
            last = level.extent


def reduced_versions(first: Any, pages: list[Any]) -> Iterator[Any]:
    if first.subifds:
        yield from pages_of(first.pages)
        return
    for page in pages[1:]:
        if not page.is_reduced:
            return
        yield page


def stored_level(page: Any) -> StoredLevel:
    """Raises `ValueError` when the page has no pixels, or lists fewer pieces than its size needs."""
    extent, piece = Extent(page.imagewidth, page.imagelength), piece_of(page)
    if min(extent.width, extent.height, piece.width, piece.height) < 1:
        raise ValueError("The image or its pieces have no pixels.")
    rows = PlainRows.of(page)
    piece = rows.piece if rows else piece
    level = StoredLevel(
        extent=extent,
        piece=piece,
        is_tiled=page.is_tiled,
        is_coded=page.compression in CODED_COMPRESSIONS,
        # Arrays and not the page itself, which would keep all that the file says of it, and of its other pages.
        places=rows.places if rows else places_of(page),
        most_bytes=SLACK_BYTES + 2 * piece.area * page.samplesperpixel * page.dtype.itemsize,
        decoders=(rows, rows) if rows else decoders_of(page, piece),
        tables=page.jpegtables,
        jpeg_samplings=jpeg_samplings_of(page),
        webp_channels=webp_channels_of(page),
        planes=planes_of(page),
    )
    if len(level.places) < level.columns * level.rows * level.planes:
        raise ValueError("The file lists too few pieces.")
    return level


def piece_of(page: Any) -> Extent:
    """The size of a tile or a strip."""
    if page.is_tiled:
        return Extent(page.tilewidth, page.tilelength)
    return Extent(page.imagewidth, max(1, min(page.rowsperstrip, page.imagelength)))


def decoders_of(page: Any, piece: Extent) -> tuple[Callable[..., Any], Callable[..., Any]]:
    if page.photometric == PHOTOMETRIC.YCBCR and page.compression not in CODED_COMPRESSIONS and is_subsampled(page):
        blocks = BlockDecoder.of(page, piece)
        return blocks, blocks
    return decoder_of(page, is_jfif=False), decoder_of(page, is_jfif=True)


def decoder_of(page: Any, is_jfif: bool) -> Callable[..., Any]:
    """tifffile's decoder for the page's pieces, made without a look at the first of them, which may lie far away."""
    vars(page).pop("decode", None)
    vars(page)["is_jfif"] = is_jfif
    return page.decode  # type: ignore[no-any-return]


def jpeg_samplings_of(page: Any) -> tuple[tuple[int, int], ...]:
    """Of a page of JPEGs in gray or YCbCr; empty for any other, and for JPEGs in RGB, whose colours readers mistake."""
    if page.compression != COMPRESSION.JPEG or not page.is_tiled or page.bitspersample != 8 or page.extrasamples:
        return ()
    if page.photometric == PHOTOMETRIC.MINISBLACK and page.samplesperpixel == 1:
        return ((1, 1),)
    if page.photometric != PHOTOMETRIC.YCBCR or page.samplesperpixel != 3:
        return ()
    across, down = page.subsampling or (2, 2)
    return ((across, down), (1, 1), (1, 1))


def webp_channels_of(page: Any) -> int:
    """Of a page of WebP tiles; 0 for any other, and for alpha that colours were multiplied with: WebP has no such."""
    if page.compression != COMPRESSION.WEBP or not page.is_tiled:
        return 0
    samples = samples_of(page)
    return {"RGB": 3, "RGBA": 4}.get(samples.mode, 0) if samples and page.photometric == PHOTOMETRIC.RGB else 0


def is_smaller_version(extent: Extent, than: Extent, full: Extent) -> bool:
    """Whether this is the same picture, smaller: its proportions are those of the full size, give or take a pixel."""
    if extent.width >= than.width or extent.height > than.height:
        return False
    return abs(extent.width * full.height - extent.height * full.width) <= full.width + full.height
