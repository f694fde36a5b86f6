"""The files that claims are measured on, written when they are first needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

from bench.samples import cache_folder
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Extent
from iiifserver.testing import drawn, encoded

TILE = 512

JPEG_QUALITY = 85

PLAIN_JPEG = Extent(6_400, 4_400)


def kept(name: str, write: Callable[[Path], object]) -> Path:
    """A file of the bench, written when it is first needed."""
    path = cache_folder() / name
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        write(unfinished)
        unfinished.rename(path)
    return path


def pyramid_of(extent: Extent) -> Path:
    """A pyramid of JPEG tiles, all alike: what is in them does not matter to how they are found."""
    return kept(f"claims-{extent.width}x{extent.height}.tif", lambda path: write_pyramid(path, extent))


def write_pyramid(path: Path, extent: Extent) -> None:
    levels = [extent]
    while max(levels[-1].width, levels[-1].height) > TILE:
        levels.append(Extent(-(-levels[-1].width // 2), -(-levels[-1].height // 2)))
    tile = grainy(Extent(TILE, TILE))
    content = imagecodecs.jpeg8_encode(np.asarray(tile), level=JPEG_QUALITY, colorspace="RGB", outcolorspace="YCBCR")
    with tifffile.TiffWriter(path, bigtiff=True) as tiff:
        for place, level in enumerate(levels):
            count = -(-level.width // TILE) * -(-level.height // TILE)
            tiff.write(
                (content for _ in range(count)),
                shape=(level.height, level.width, 3),
                dtype=np.uint8,
                tile=(TILE, TILE),
                compression="jpeg",
                photometric="ycbcr",
                subsampling=(2, 2),
                subfiletype=1 if place else 0,
                subifds=len(levels) - 1 if place == 0 else None,
            )


def jpeg_2000_file() -> Path:
    options = {"tile_size": (1024, 1024), "num_resolutions": 6, "irreversible": True}
    rates = {"quality_mode": "rates", "quality_layers": [12]}
    return kept(
        "claims.jp2", lambda path: path.write_bytes(encoded(grainy(Extent(4096, 4096)), "JPEG2000", **options, **rates))
    )


def grainy(extent: Extent) -> Image.Image:
    """A drawn picture with the grain that photographs have."""
    picture = np.asarray(drawn(extent.width, extent.height), np.int16)
    grain = np.random.default_rng(1).integers(-10, 10, (extent.height, extent.width, 1), np.int16)
    return Image.fromarray((picture + grain).clip(0, 255).astype(np.uint8))


def found_at(path: Path) -> Found:
    return Found(open=lambda: path.open("rb"), version=path.name)


def write_copy(path: Path, file: Path) -> None:
    from processors.pyramid_recipe import Recipe
    from processors.pyramids import Coding
    from processors.pyramids import write_pyramid as write_bands

    with Image.open(path) as image:
        write_bands(file, [image.convert("RGB")], PLAIN_JPEG, Coding(mode="RGB", recipe=Recipe(), is_lossy=True))
