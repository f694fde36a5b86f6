from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import ExifTags, Image, ImageOps

if TYPE_CHECKING:
    from pathlib import Path


def test_the_pixels_are_stored_on_their_side(sample_folder: Path) -> None:
    with Image.open(sample_folder / "orientation.jpg") as image:
        assert image.getexif()[ExifTags.Base.Orientation] == 6
        assert image.size == (800, 1200)


def test_upright_it_is_wide_with_the_sky_above_and_the_lighthouse_on_the_right(sample_folder: Path) -> None:
    with Image.open(sample_folder / "orientation.jpg") as image:
        upright = ImageOps.exif_transpose(image)
    assert upright.size == (1200, 800)
    sky, sea, tower = (sum(upright.getpixel(at)) for at in ((30, 480), (30, 780), (850, 330)))
    assert sky > sea
    red, _, blue = upright.getpixel((840, 320))
    assert red > blue + 60, tower
