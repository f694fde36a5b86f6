from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from iiifserver.iiif.formats import Format
from iiifserver.iiif.geometry import rotated_extent
from iiifserver.iiif.values import Box, Extent, Quality, RenderPlan, Rotation
from iiifserver.testing import drawn, likeness, upright
from processors.base import Raster
from processors.operations import picture
from processors.output import Output

ALPHA_FORMATS = [format for format in Format if format.has_alpha]
CORNERS = [(0, 0), (-1, 0), (0, -1), (-1, -1)]


def made(
    image: Image.Image,
    *,
    window: tuple[float, float, float, float] | None = None,
    size: Extent | None = None,
    degrees: str = "0",
    mirrored: bool = False,
    quality: Quality = Quality.DEFAULT,
    format: Format = Format.PNG,
    orientation: int = 1,
    background: str = "white",
) -> Image.Image:
    size = size or Extent(*image.size)
    plan = RenderPlan(
        box=Box(0, 0, size.width, size.height),
        size=size,
        rotation=Rotation(Fraction(degrees), mirrored),
        quality=quality,
        format=format,
    )
    return picture(Raster(image, window or (0, 0, *image.size)), plan, orientation, Output(background=background))


def corners(image: Image.Image) -> list[object]:
    return [image.getpixel((x % image.width, y % image.height)) for x, y in CORNERS]


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_nothing_asked_is_nothing_done(mode: str):
    image = drawn(60, 40, mode)
    assert made(image) is image


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_a_window_of_whole_pixels_is_cut_out_exactly(mode: str):
    image = drawn(60, 40, mode)
    cut_out = made(image, window=(10, 5, 40, 25), size=Extent(30, 20))
    assert likeness(cut_out, image.crop((10, 5, 40, 25))) == float("inf")


def test_a_large_cut_is_not_minded_by_pillow(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    assert made(drawn(60, 40), window=(10, 5, 40, 25), size=Extent(30, 20)).size == (30, 20)


@pytest.mark.parametrize("size", [Extent(1, 1), Extent(2, 1), Extent(30, 20), Extent(31, 7), Extent(120, 80)])
@pytest.mark.parametrize("source", [(1, 1), (2, 2), (60, 40)])
def test_sizes_are_exact(source: tuple[int, int], size: Extent):
    """Parity 11.42."""
    assert made(drawn(*source), size=size).size == (size.width, size.height)


def test_transparent_colours_do_not_bleed_into_visible_ones():
    image = Image.new("RGBA", (40, 40), (0, 255, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 20, 40))
    scaled = np.asarray(made(image, size=Extent(10, 10)))
    assert scaled[scaled[..., 3] > 30][:, 1].max() < 10


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_is_set_upright(orientation: int):
    image = drawn(60, 40)
    size = Extent(60, 40) if orientation < 5 else Extent(40, 60)
    assert likeness(made(image, size=size, orientation=orientation), upright(image, orientation)) == float("inf")


@pytest.mark.parametrize(
    ("degrees", "transpose"),
    [
        pytest.param("90", Image.Transpose.ROTATE_270, id="I3-081-90"),
        pytest.param("180", Image.Transpose.ROTATE_180, id="I3-081-180"),
        pytest.param("270", Image.Transpose.ROTATE_90, id="I3-081-270"),
    ],
)
def test_right_angles_turn_clockwise(degrees: str, transpose: Image.Transpose):
    image = drawn(60, 40)
    assert likeness(made(image, degrees=degrees), image.transpose(transpose)) == float("inf")


def test_an_image_is_mirrored_before_it_is_turned():
    """I3-083."""
    image = drawn(60, 40)
    by_hand = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).transpose(Image.Transpose.ROTATE_270)
    assert likeness(made(image, degrees="90", mirrored=True), by_hand) == float("inf")


@pytest.mark.parametrize("degrees", ["22.5", "45", "1", "359.5", "135", "89.9"])
@pytest.mark.parametrize("extent", [Extent(300, 200), Extent(256, 256), Extent(1, 1), Extent(7, 3)])
def test_the_canvas_of_a_turn_is_what_geometry_says(extent: Extent, degrees: str):
    """I3-087 and I3-088."""
    image = made(drawn(extent.width, extent.height), degrees=degrees)
    assert Extent(*image.size) == rotated_extent(extent, Rotation(Fraction(degrees)))


def test_a_turn_is_clockwise_about_the_centre():
    image = Image.new("RGB", (101, 101), "white")
    image.paste("black", (45, 0, 56, 20))
    turned = made(image, degrees="45").convert("RGB")
    middle = turned.width // 2
    assert turned.getpixel((middle + 30, middle - 30)) == (0, 0, 0)


def test_a_turn_of_nearly_a_right_angle_is_nearly_that():
    image = drawn(60, 40)
    turned = made(image, degrees="90.001").convert("RGB").crop((1, 1, 39, 59))
    assert likeness(turned, image.transpose(Image.Transpose.ROTATE_270).crop((1, 1, 39, 59))) > 30


@pytest.mark.parametrize("format", ALPHA_FORMATS)
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("quality", Quality)
def test_corners_of_a_turn_are_transparent_where_the_format_allows(format: Format, mode: str, quality: Quality):
    """I3-089."""
    image = made(Image.new(mode, (60, 60), "gray"), degrees="45", format=format, quality=quality)
    assert [pixel[-1] for pixel in corners(image)] == [0, 0, 0, 0]


@pytest.mark.parametrize(("background", "pixel"), [("white", (255, 255, 255)), ("#102030", (16, 32, 48))])
def test_corners_of_a_turn_show_the_background_in_a_jpeg(background: str, pixel: tuple[int, int, int]):
    image = made(Image.new("RGB", (60, 60), "gray"), degrees="45", format=Format.JPG, background=background)
    assert corners(image) == [pixel] * 4


def test_transparent_parts_show_the_background_in_a_jpeg():
    """I3-118; parity 11.47."""
    image = made(Image.new("RGBA", (9, 9), (255, 0, 0, 0)), format=Format.JPG, background="blue")
    assert image.getpixel((4, 4)) == (0, 0, 255)


@pytest.mark.parametrize(("mode", "expected"), [("L", "L"), ("LA", "LA"), ("RGB", "L"), ("RGBA", "LA")])
def test_gray_has_one_channel_of_colour(mode: str, expected: str):
    """I3-107."""
    assert made(drawn(60, 40, mode), quality=Quality.GRAY).mode == expected


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("degrees", ["0", "90", "30"])
def test_gray_has_one_channel_in_a_jpeg(mode: str, degrees: str):
    assert made(drawn(60, 40, mode), quality=Quality.GRAY, format=Format.JPG, degrees=degrees).mode == "L"


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("degrees", ["0", "30"])
def test_bitonal_is_black_and_white_and_never_half_transparent(mode: str, degrees: str):
    """I3-104."""
    image = made(drawn(60, 40, mode), quality=Quality.BITONAL, degrees=degrees)
    assert set(np.unique(np.asarray(image))) == {0, 255}


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_bitonal_has_one_channel_in_a_jpeg(mode: str):
    """I3-104."""
    assert made(drawn(60, 40, mode), quality=Quality.BITONAL, format=Format.JPG, degrees="30").mode == "L"


def test_the_operations_follow_one_another_as_the_standard_says():
    """I3-120."""
    image = drawn(300, 200)
    shown = made(
        image, window=(125, 15, 245, 155), size=Extent(90, 105), mirrored=True, degrees="180", quality=Quality.GRAY
    )
    by_hand = image.crop((125, 15, 245, 155)).resize((90, 105), Image.Resampling.LANCZOS)
    by_hand = by_hand.transpose(Image.Transpose.FLIP_LEFT_RIGHT).transpose(Image.Transpose.ROTATE_180).convert("L")
    assert likeness(shown, by_hand) > 35
