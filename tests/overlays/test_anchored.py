"""Marks that lie on the image: the same over its tiles as over the whole."""

from __future__ import annotations

from fractions import Fraction

import pytest
from PIL import Image

from iiifserver.iiif.values import Box, Rotation
from iiifserver.testing.drawing import drawn, likeness
from tests.overlays.pixels import answer_of, plain, touched

EXTENT = (1003, 701)
TILE = 128
PLACES = [
    {"position": "center", "width_percent": 60},
    {"position": "bottom right", "width_percent": 33, "inset": 17},
    {"position": "repeat", "spacing": 31, "angle": 30},
    {"position": "free", "left_percent": 12.5, "top_percent": 40, "width_percent": 50},
]


def over_tiles(overlay, factor):
    """The tiles of one resolution, each with the overlay, put together."""
    size = (-(-EXTENT[0] // factor), -(-EXTENT[1] // factor))
    whole = Image.new("RGB", size)
    for y in range(0, EXTENT[1], TILE * factor):
        for x in range(0, EXTENT[0], TILE * factor):
            box = (x, y, min(TILE * factor, EXTENT[0] - x), min(TILE * factor, EXTENT[1] - y))
            tile_size = (-(-box[2] // factor), -(-box[3] // factor))
            tile = Image.new("RGB", tile_size, "green")
            whole.paste(overlay.draw(tile, answer_of(EXTENT, box, tile_size)), (x // factor, y // factor))
    return whole


@pytest.mark.parametrize("factor", [1, 2, 4])
@pytest.mark.parametrize("place", PLACES)
def test_a_picture_over_tiles_is_that_over_the_whole(picture, place, factor):
    overlay = picture(anchor="image", opacity_percent=70, **place)
    size = (-(-EXTENT[0] // factor), -(-EXTENT[1] // factor))
    whole = overlay.draw(plain(size, colour="green"), answer_of(EXTENT, size=size))
    assert touched(plain(size, colour="green"), whole)
    assert over_tiles(overlay, factor).tobytes() == whole.tobytes()


@pytest.mark.parametrize("factor", [1, 2, 4])
def test_a_text_over_tiles_is_that_over_the_whole(text, factor):
    overlay = text(text="Museum of Eddies\n© 2030", size=120, anchor="image", position="center", background="#0008")
    size = (-(-EXTENT[0] // factor), -(-EXTENT[1] // factor))
    whole = overlay.draw(plain(size, colour="green"), answer_of(EXTENT, size=size))
    assert over_tiles(overlay, factor).tobytes() == whole.tobytes()


def test_a_mark_that_is_much_larger_than_the_answer_is_made_only_in_part(picture):
    overlay = picture(anchor="image", position="free", left_percent=0, top_percent=0, width_percent=100)
    extent = (60_000, 40_000)
    tile = overlay.draw(plain((256, 256)), answer_of(extent, (29_900, 29_900, 256, 256)))
    # The picture is as wide as the image and half as high: here it ends at 30000.
    assert touched(plain((256, 256)), tile) == Box(0, 0, 256, 100)


@pytest.mark.parametrize("degrees", [90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_it_turns_with_the_image(picture, degrees, mirrored):
    overlay = picture(anchor="image", position="top left", inset=10)
    rotation = Rotation(Fraction(degrees), mirrored)
    upright = overlay.draw(plain((200, 100)), answer_of((200, 100)))
    turned = upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else upright
    turned = turned.rotate(-degrees, expand=True)
    answer = answer_of((200, 100), rotation=rotation)
    assert overlay.draw(plain(turned.size), answer).tobytes() == turned.tobytes()


def test_any_angle_keeps_the_size_of_the_answer(picture):
    overlay = picture(anchor="image", position="center")
    answer = answer_of((200, 100), rotation=Rotation(Fraction(30)))
    size = (answer.output.width, answer.output.height)
    assert touched(plain(size), overlay.draw(plain(size), answer))


def test_in_a_region_it_lies_where_it_does_in_the_image(picture):
    overlay = picture(anchor="image", position="bottom right", inset=0)
    image = drawn(*EXTENT)
    whole = overlay.draw(image.copy(), answer_of(EXTENT))
    region = (950, 650, 53, 51)
    part = image.crop((950, 650, 1003, 701))
    assert likeness(overlay.draw(part, answer_of(EXTENT, region)), whole.crop((950, 650, 1003, 701))) == float("inf")
