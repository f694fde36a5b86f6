from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from images.samples.colour_grid import COLOURS, draw_colour_grid

if TYPE_CHECKING:
    from pathlib import Path


def test_the_colours_are_those_of_the_official_validator() -> None:
    validator = pytest.importorskip("iiif_validator.validator", exc_type=ImportError)
    assert [list(column) for column in COLOURS] == validator.ValidationInfo().colorInfo


def test_every_pixel_of_a_square_has_its_colour() -> None:
    image = draw_colour_grid()
    for column, colours in enumerate(COLOURS):
        for row, colour in enumerate(colours):
            square = image.crop((column * 100, row * 100, column * 100 + 100, row * 100 + 100))
            assert square.getcolors() == [(10_000, colour)]


def test_the_file_is_named_by_the_identifier_that_the_validator_asks_for(sample_folder: Path) -> None:
    with Image.open(sample_folder / "67352ccc-d1b0-11e1-89ae-279075081939.png") as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (1000, 1000))
        assert image.getpixel((950, 50)) == COLOURS[9][0]
