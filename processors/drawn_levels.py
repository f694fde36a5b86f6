"""Files that are drawn and not decoded, such as PDFs: any resolution can be had, so the one that suits is made."""

from __future__ import annotations

import math

from iiifserver.iiif.errors import ImageTooLarge
from iiifserver.iiif.values import Box, Extent

from .windows import scale_of

LONGEST_LEVEL_EDGE = 4_000_000
"""In pixels, of a level of which only a part is ever drawn. Rasterisers count in whole numbers of 32 bits."""

LONGEST_EDGE = 1_000_000
"""In pixels, of an image that is drawn."""


def level_to_draw(full: Extent, box: Box, size: Extent) -> Extent:
    """The whole image at the resolution in which the box has that size.

    The same for all tiles of one scale factor, so that lines meet where tiles do.
    """
    return Extent(
        level_edge(full.width, scale_of(box.width, size.width)),
        level_edge(full.height, scale_of(box.height, size.height)),
    )


def level_edge(full: int, scale: float) -> int:
    return max(1, min(math.ceil(full / scale), LONGEST_LEVEL_EDGE))


def extent_in_pixels(width: float, height: float, per_inch: float, dpi: int) -> Extent:
    """The pixels of something that is so many units wide and high, of which an inch holds `per_inch`.

    Raises `ValueError` where it has no size, `ImageTooLarge` where it is absurdly large.
    """
    edges = [length * dpi / per_inch for length in (width, height)]
    if not all(math.isfinite(edge) and edge > 0 for edge in edges):
        raise ValueError("This has no size.")
    if max(edges) > LONGEST_EDGE:
        raise ImageTooLarge("This image says that it is larger than any that the server draws.")
    return Extent(*(max(1, math.floor(edge + 0.5)) for edge in edges))
