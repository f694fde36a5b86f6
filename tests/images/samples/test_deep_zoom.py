from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import tifffile
from PIL import Image

from images.samples.chart import draw_chart

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def small_chart() -> Image.Image:
    return draw_chart(0.05)


def test_the_pyramid_has_six_levels_of_512_pixel_tiles(sample_folder: Path) -> None:
    with tifffile.TiffFile(sample_folder / "deep-zoom.tif") as file:
        assert [page.shape[:2] for page in file.pages] == [
            (6000, 9000), (3000, 4500), (1500, 2250), (750, 1125), (375, 563), (188, 282),
        ]  # fmt: skip
        assert {page.tile for page in file.pages} == {(512, 512)}


def test_the_jpeg_is_a_plain_one_of_the_same_size(sample_folder: Path) -> None:
    with Image.open(sample_folder / "deep-zoom.jpg") as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (9000, 6000))
        assert not image.info.get("progressive")


def test_jpeg_and_pyramid_show_the_same_picture(sample_folder: Path) -> None:
    with tifffile.TiffFile(sample_folder / "deep-zoom.tif") as file:
        level = file.pages[3].asarray().astype(int)
    with Image.open(sample_folder / "deep-zoom.jpg") as image:
        image.draft("RGB", (1125, 750))
        assert image.size == (1125, 750)
        assert np.abs(level - np.asarray(image, int)).mean() < 4


def test_the_chart_has_fine_detail_at_full_size(sample_folder: Path) -> None:
    with tifffile.TiffFile(sample_folder / "deep-zoom.tif") as file:
        full = Image.fromarray(file.pages[0].asarray()[2500:3500, 4000:5000])
    blurred = full.reduce(4).resize(full.size, Image.Resampling.BICUBIC)
    assert np.abs(np.asarray(full, int) - np.asarray(blurred, int)).mean() > 4


def test_the_chart_can_be_drawn_small(small_chart: Image.Image) -> None:
    assert (small_chart.mode, small_chart.size) == ("RGB", (450, 300))


def test_the_chart_is_the_same_every_time(small_chart: Image.Image) -> None:
    assert draw_chart(0.05).tobytes() == small_chart.tobytes()


def test_the_small_chart_looks_like_the_great_one(small_chart: Image.Image, sample_folder: Path) -> None:
    with Image.open(sample_folder / "deep-zoom.jpg") as image:
        image.draft("RGB", (1125, 750))
        great = image.resize(small_chart.size, Image.Resampling.BOX)
    # Thin lines are never thinner than half a pixel, so the small one is darker in detail: compare the masses.
    masses = [np.asarray(image.reduce(15), int) for image in (great, small_chart)]
    assert np.abs(masses[0] - masses[1]).mean() < 15


def test_land_is_yellow_and_sea_is_green_blue(small_chart: Image.Image) -> None:
    land = small_chart.crop((180, 180, 200, 195)).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    sea = small_chart.crop((140, 40, 160, 45)).resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert land[0] - land[2] > 25
    assert abs(sea[0] - sea[2]) < 25
