from __future__ import annotations

import pytest
from PIL import Image

from iiifserver.iiif.values import Box, Quality
from overlays.marks import MarkMemory, drawn, laid_out, mark_of
from overlays.placement import Placing, Position
from tests.overlays.pixels import plain

RED = mark_of(Image.new("RGBA", (10, 10), "red"), 100)
HALF_RED = mark_of(Image.new("RGBA", (10, 10), "red"), 50)
WHITE = mark_of(Image.new("RGBA", (10, 10), "white"), 100)
AT = (Box(5, 5, 10, 10),)


def pixel(image, x=7, y=7):
    return image.getpixel((x, y))


@pytest.mark.parametrize("quality", list(Quality))
@pytest.mark.parametrize(("mode", "red"), [("RGB", (255, 0, 0)), ("RGBA", (255, 0, 0, 255))])
def test_colour_on_a_coloured_picture(mode, red, quality):
    if quality in {Quality.DEFAULT, Quality.COLOR}:
        assert pixel(drawn(plain(mode=mode), RED, AT, quality)) == red


@pytest.mark.parametrize(("mode", "then"), [("L", "RGB"), ("LA", "RGBA")])
@pytest.mark.parametrize("quality", [Quality.DEFAULT, Quality.COLOR])
def test_colour_turns_a_gray_picture_to_colour(mode, then, quality):
    image = drawn(plain(mode=mode), RED, AT, quality)
    assert image.mode == then
    assert pixel(image)[:3] == (255, 0, 0)
    assert pixel(image, 0, 0)[:3] == (90, 90, 90)


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_gray_mark_leaves_a_gray_picture_gray(mode):
    assert drawn(plain(mode=mode), WHITE, AT, Quality.DEFAULT).mode == mode


@pytest.mark.parametrize(("mode", "gray"), [("L", 76), ("LA", (76, 255))])
def test_in_quality_gray_colours_become_gray(mode, gray):
    image = drawn(plain(mode=mode), RED, AT, Quality.GRAY)
    assert (image.mode, pixel(image)) == (mode, gray)


def test_in_quality_bitonal_nothing_is_between_black_and_white():
    soft = mark_of(Image.linear_gradient("L").resize((40, 40)).convert("RGBA"), 60)
    image = drawn(plain(mode="L", colour=255), soft, (Box(0, 0, 40, 40),), Quality.BITONAL)
    assert image.mode == "L"
    assert {value for _, value in image.getcolors()} == {0, 255}


def test_a_mark_shows_by_itself_where_the_picture_is_transparent():
    image = drawn(plain(mode="RGBA", colour=(0, 0, 0, 0)), HALF_RED, AT, Quality.DEFAULT)
    assert pixel(image) == (255, 0, 0, 127)
    assert pixel(image, 0, 0) == (0, 0, 0, 0)


def test_transparent_gray_stays_transparent_gray():
    image = drawn(plain(mode="LA", colour=(30, 0)), WHITE, AT, Quality.GRAY)
    assert (image.mode, pixel(image), pixel(image, 0, 0)) == ("LA", (255, 255), (30, 0))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("box", [Box(-5, -5, 10, 10), Box(195, 95, 10, 10), Box(-50, 0, 10, 10), Box(500, 500, 10, 10)])
def test_what_runs_past_the_edges_is_clipped(mode, box):
    image = drawn(plain(mode=mode), WHITE, (box,), Quality.DEFAULT)
    white = sum(count for count, colour in image.getcolors() if colour in (255, (255, 255), (255,) * 3, (255,) * 4))
    assert image.size == (200, 100)
    assert white == (25 if abs(box.x) == 5 or box.x == 195 else 0)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_a_picture_of_one_pixel(mode):
    assert drawn(plain((1, 1), mode), WHITE, (Box(-4, -4, 10, 10),), Quality.DEFAULT).size == (1, 1)


def test_a_coloured_pixel_that_does_not_show_does_not_count():
    image = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    image.putpixel((0, 0), (200, 200, 200, 255))
    assert mark_of(image, 100).is_neutral


def test_faint_colour_counts():
    assert not mark_of(Image.new("RGBA", (4, 4), (255, 0, 0, 3)), 100).is_neutral


def test_a_repeated_mark_is_laid_out_with_its_spacing():
    image = laid_out(Image.new("RGBA", (30, 30), "red"), Placing(Position.REPEAT, spacing=10))
    assert image.size == (230, 230)
    assert [pixel(image, x, 0)[3] for x in (0, 29, 30, 39, 40, 69, 70, 229)] == [255, 255, 0, 0, 255, 255, 0, 255]


def test_a_mark_is_made_once():
    made = []
    memory = MarkMemory(10_000)
    for _ in range(3):
        memory.get("key", lambda: made.append(1) or RED)
    assert made == [1]


def test_the_memory_is_bounded():
    memory = MarkMemory(5_000)
    for number in range(100):
        memory.get(number, lambda: RED)
    assert len(memory._marks) == 4


def test_a_mark_beyond_the_bound_is_made_each_time():
    memory = MarkMemory(50)
    assert memory.get("key", lambda: RED) is RED
    assert not memory._marks
