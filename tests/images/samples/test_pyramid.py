from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import tifffile
from PIL import Image

from images.samples.pyramid import write_pyramid

if TYPE_CHECKING:
    from pathlib import Path


def quadrants(width: int, height: int) -> Image.Image:
    """Red, green, blue and grey in the four corners."""
    image = Image.new("RGB", (width, height), (128, 128, 128))
    image.paste((200, 40, 30), (0, 0, width // 2, height // 2))
    image.paste((40, 160, 60), (width // 2, 0, width, height // 2))
    image.paste((30, 60, 190), (0, height // 2, width // 2, height))
    return image


def test_levels_halve_upwards_until_one_tile_holds_them(tmp_path: Path) -> None:
    write_pyramid(quadrants(301, 201), tmp_path / "p.tif", tile=64)
    with tifffile.TiffFile(tmp_path / "p.tif") as file:
        assert [page.shape for page in file.pages] == [(201, 301, 3), (101, 151, 3), (51, 76, 3), (26, 38, 3)]


def test_all_levels_are_tiled_and_all_but_the_first_are_marked_as_reduced(tmp_path: Path) -> None:
    write_pyramid(quadrants(301, 201), tmp_path / "p.tif", tile=64)
    with tifffile.TiffFile(tmp_path / "p.tif") as file:
        assert {page.tile for page in file.pages} == {(64, 64)}
        assert [page.is_reduced for page in file.pages] == [False, True, True, True]


def test_tifffile_takes_it_for_one_picture_with_levels(tmp_path: Path) -> None:
    write_pyramid(quadrants(301, 201), tmp_path / "p.tif", tile=64)
    with tifffile.TiffFile(tmp_path / "p.tif") as file:
        assert [len(series.levels) for series in file.series] == [4]


def test_tiles_are_jpeg_in_ycbcr_with_halved_colour(tmp_path: Path) -> None:
    write_pyramid(quadrants(301, 201), tmp_path / "p.tif", tile=64)
    with tifffile.TiffFile(tmp_path / "p.tif") as file:
        page = file.pages[0].aspage()
        assert (page.compression.name, page.photometric.name) == ("JPEG", "YCBCR")
        assert page.tags["YCbCrSubSampling"].value == (2, 2)


def test_pillow_and_tifffile_read_the_colours_that_were_written(tmp_path: Path) -> None:
    image = quadrants(320, 256)
    write_pyramid(image, tmp_path / "p.tif", tile=64)
    with Image.open(tmp_path / "p.tif") as by_pillow:
        readings = (by_pillow.convert("RGB"), tifffile.imread(tmp_path / "p.tif", key=0))
    for reading in readings:
        assert np.abs(np.asarray(reading, int) - np.asarray(image, int)).mean() < 1.5
