"""Tiled, pyramidal TIFF, the way libtiff, vips and Cantaloupe write and read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image

# A bit of NewSubfileType: this page is a smaller version of another.
REDUCED_RESOLUTION = 1


def write_pyramid(image: Image.Image, path: Path, *, tile: int = 512, quality: int = 85) -> None:
    """Write an RGB image as JPEG tiles (YCbCr 4:2:0), each following page half as large, down to a single tile."""
    with tifffile.TiffWriter(path) as file:
        for number, level in enumerate(_levels(image, tile)):
            file.write(
                np.asarray(level),
                photometric="rgb",
                tile=(tile, tile),
                compression="jpeg",
                compressionargs={"level": quality},
                subsampling=(2, 2),
                subfiletype=REDUCED_RESOLUTION if number else 0,
                metadata=None,
                maxworkers=1,
            )


def _levels(image: Image.Image, tile: int) -> Iterator[Image.Image]:
    """The image, and its halves for as long as one tile cannot hold them."""
    yield image
    while max(image.size) > tile:
        image = image.reduce(2)
        yield image
