"""Draws each sample and writes it in its own format."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from PIL import ExifTags, Image

from images.samples.alpha import draw_leaves
from images.samples.chart import draw_chart
from images.samples.colour_grid import draw_colour_grid
from images.samples.orientation import UPRIGHT_BY_A_QUARTER_TURN, draw_lighthouse, stored_sideways
from images.samples.pyramid import write_pyramid

JPEG_QUALITY = 88


class Studio:
    """Draws the samples; the chart, of which there are two files, only once."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale

    @cached_property
    def chart(self) -> Image.Image:
        return draw_chart(self.scale)

    def write(self, name: str, path: Path) -> None:
        """Write the sample of that name to a path."""
        writers: dict[str, Callable[[Path], None]] = {
            "deep-zoom.tif": self._write_chart_as_pyramid,
            "deep-zoom.jpg": self._write_chart_as_jpeg,
            "orientation.jpg": _write_lighthouse,
            "alpha.png": _write_leaves,
            "67352ccc-d1b0-11e1-89ae-279075081939.png": _write_colour_grid,
        }
        writers[name](path)

    def _write_chart_as_pyramid(self, path: Path) -> None:
        write_pyramid(self.chart, path)

    def _write_chart_as_jpeg(self, path: Path) -> None:
        self.chart.save(path, "JPEG", quality=JPEG_QUALITY)


def _write_lighthouse(path: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = UPRIGHT_BY_A_QUARTER_TURN
    stored_sideways(draw_lighthouse()).save(path, "JPEG", quality=JPEG_QUALITY, exif=exif)


def _write_leaves(path: Path) -> None:
    draw_leaves().save(path, "PNG", compress_level=6)


def _write_colour_grid(path: Path) -> None:
    draw_colour_grid().save(path, "PNG")
