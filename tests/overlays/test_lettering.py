from __future__ import annotations

from dataclasses import replace

import pytest

from iiifserver.iiif.values import Extent
from overlays.fonts import face
from overlays.lettering import Lettering

RED, BLUE, FAINT = (255, 0, 0, 255), (0, 0, 255, 255), (0, 0, 0, 1)


def lettering(text="Hxg", **options):
    return Lettering(text=text, face=face(options.pop("font", "")), colour=options.pop("colour", RED), **options)


def colours(image):
    return {colour for _, colour in image.getcolors(100_000)}


def bounds(image):
    return image.getchannel("A").getbbox()


@pytest.mark.parametrize("font", ["", "DejaVu Sans Bold"])
@pytest.mark.parametrize("stroke_width", [0, 1, 6])
@pytest.mark.parametrize("text", ["Hxg", "two\nlines, of text", "jÄf"])
def test_the_measured_extent_holds_everything_drawn(font, stroke_width, text):
    letters = lettering(text, font=font, stroke_colour=BLUE, stroke_width=stroke_width)
    for size in (5, 24, 61):
        image, roomy = letters.picture(size), replace(letters, background=FAINT, padding=40).picture(size)
        assert Extent(*image.size) == letters.extent(size)
        roomy.paste((0, 0, 0, 1), (40, 40, 40 + image.width, 40 + image.height))
        assert roomy.getextrema()[3] == (1, 1)


def test_nothing_but_the_colour_shows():
    assert {colour[:3] for colour in colours(lettering().picture(40)) if colour[3]} == {RED[:3]}


def test_alpha_of_the_colour():
    assert max(colour[3] for colour in colours(lettering(colour=(255, 0, 0, 100)).picture(40))) == 100


def test_the_stroke_is_around_the_letters():
    found = colours(lettering(stroke_colour=BLUE, stroke_width=3).picture(40))
    assert {RED, BLUE} <= found


def test_a_transparent_stroke_still_takes_its_room():
    with_stroke = lettering(stroke_width=5, stroke_colour=(0, 0, 255, 0))
    assert with_stroke.extent(40).height >= lettering().extent(40).height + 8


def test_the_background_lies_behind_with_its_padding():
    letters = lettering(background=(0, 0, 0, 102), padding=7)
    image = letters.picture(40)
    assert image.getpixel((0, 0)) == (0, 0, 0, 102)
    assert letters.extent(40).width == lettering().extent(40).width + 14


def test_without_a_background_there_is_no_padding():
    assert lettering(padding=50).extent(30) == lettering().extent(30)


def test_more_lines_are_higher():
    assert lettering("a\na\na").extent(30).height > 2 * lettering("a").extent(30).height


@pytest.mark.parametrize(("alignment", "edge"), [("left", 0), ("right", 1)])
def test_lines_are_aligned(alignment, edge):
    image = lettering("wwwwwwww\nw", alignment=alignment).picture(30)
    lower = image.crop((0, image.height - 15, image.width, image.height))
    left, _, right, _ = bounds(lower)
    assert (left <= 2, right >= image.width - 2)[edge]


@pytest.mark.parametrize("text", ["\u200b", "\ufeff", "\u0301", "\U0001f600", "שלום", "a\n\n\nb", "\t"])
def test_uncommon_texts_make_a_picture(text):
    assert lettering(text).picture(20).width >= 1
