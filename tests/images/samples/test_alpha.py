from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path


def test_the_picture_is_clear_solid_and_in_between(sample_folder: Path) -> None:
    with Image.open(sample_folder / "alpha.png") as image:
        assert (image.mode, image.size) == ("RGBA", (1200, 900))
        levels = image.getchannel("A").histogram()
    assert levels[0] > 100_000
    assert levels[255] > 100
    assert sum(levels[60:240]) > 100_000


def test_the_corners_are_clear(sample_folder: Path) -> None:
    with Image.open(sample_folder / "alpha.png") as image:
        assert {image.getpixel(at)[3] for at in ((0, 0), (1199, 0), (0, 899), (1199, 899))} == {0}
