from __future__ import annotations

import pytest
from PIL import Image

from iiifserver.backend import BackendError
from iiifserver.iiif.values import Extent
from overlays.backends.text import Fitted, TextForm, TextOverlay
from tests.overlays.pixels import answer_of, drawn_on, plain, touched_by

GIVEN = {
    "text": "© Archive\r\nAll rights reserved",
    "font_0": "",
    "letter_spacing": "0",
    "size": "24",
    "minimum_size": "18",
    "colour": "white",
    "stroke_width": "1",
    "stroke_colour": "black",
    "background": "rgba(0, 0, 0, 0.4)",
    "padding": "5",
    "position": "bottom right",
    "inset": "10",
    "spacing": "40",
    "opacity_percent": "100",
    "anchor": "output",
    "angle": "0",
}


def test_the_text_stands_in_its_corner(text):
    box = touched_by(text(position="bottom right", inset=12), plain())
    assert (box.right, box.bottom) == (188, 88)


def test_the_text_is_as_large_as_it_should_be(text):
    overlay = text(size=24)
    assert touched_by(overlay, plain((400, 200))).extent == overlay.extent_of(Fitted(overlay.options.text, 24))


def test_the_text_shrinks_until_it_fits(text):
    overlay = text(size=100, minimum_size=10, inset=10)
    size = overlay.choose(Extent(200, 100), answer_of()).size
    assert 10 < size < 100
    assert overlay.extent_of(Fitted(overlay.options.text, size)).fits_into(Extent(180, 80))
    assert not overlay.extent_of(Fitted(overlay.options.text, size + 1)).fits_into(Extent(180, 80))


def test_at_its_minimum_the_text_is_still_drawn(text):
    overlay = text(size=40, minimum_size=20, inset=0)
    smallest = overlay.extent_of(Fitted(overlay.options.text, 20))
    assert overlay.choose(smallest, answer_of()).size == 20
    assert overlay.choose(Extent(smallest.width - 1, smallest.height), answer_of()) is None


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 2), (30, 30)])
def test_where_the_minimum_does_not_fit_nothing_is_drawn(text, size):
    assert touched_by(text(), plain(size)) is None


def test_the_colour_is_the_one_that_was_chosen(text):
    image = drawn_on(text(colour="rgb(200, 10, 20)", stroke_width=0, size=60), plain((400, 200)))
    assert (200, 10, 20) in {colour for _, colour in image.getcolors(100_000)}


def test_a_colour_with_alpha_lets_the_picture_through(text):
    image = drawn_on(text(colour="#ffffff80", stroke_width=0, size=60), plain((400, 200), colour="black"))
    assert image.getextrema()[0][1] == pytest.approx(128, abs=1)


def test_the_stroke_has_its_colour(text):
    image = drawn_on(text(stroke_colour="blue", stroke_width=4, size=60), plain((400, 200)))
    assert (0, 0, 255) in {colour for _, colour in image.getcolors(100_000)}


def test_the_background_veils_the_picture(text):
    overlay = text(background="rgba(0, 0, 0, 0.5)", position="top left", inset=0, padding=20)
    assert drawn_on(overlay, plain(colour="white")).getpixel((1, 1)) == pytest.approx((127, 127, 127), abs=1)


def test_opacity_is_for_all_of_it(text):
    overlay = text(background="black", position="top left", inset=0, padding=20, opacity_percent=20)
    assert drawn_on(overlay, plain(colour="white")).getpixel((1, 1)) == pytest.approx((204, 204, 204), abs=1)


def test_a_repeated_text_covers_the_output(text):
    image = plain((600, 400))
    box = touched_by(text(position="repeat", spacing=5), image)
    assert box.width > 590
    assert box.height > 390


def test_lines_stand_at_the_side_of_the_text(text):
    assert text(position="top right").lettering.alignment == "right"
    assert text(position="left center").lettering.alignment == "left"
    assert text(position="top center").lettering.alignment == "center"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"text": "  "}, "text is empty"),
        ({"text": 7}, "text must be a text"),
        ({"text": "x" * 1001}, "at most 1000 characters"),
        ({"colour": "wite"}, "is not a colour"),
        ({"colour": 3}, "colour must be a text"),
        ({"stroke_colour": "rgba(0,0,0,100)"}, "alpha from 0 to 1"),
        ({"background": "veil"}, "is not a colour"),
        ({"font": "Comic Nothing"}, "is not installed"),
        ({"size": 0}, "size must be a whole number from 4 to 500"),
        ({"size": 501}, "size must be"),
        ({"size": True}, "size must be"),
        ({"size": "24"}, "size must be"),
        ({"minimum_size": 30}, "minimum_size must be a whole number from 4 to 24"),
        ({"stroke_width": -1}, "stroke_width must be"),
        ({"padding": None}, "padding must be"),
        ({"inset": 1.5}, "inset must be"),
        ({"position": "middle"}, "no position “middle”"),
        ({"position": ["center"]}, "unhashable"),
        ({"opacity_percent": 0}, "opacity_percent must be a whole number from 1 to 100"),
        ({"shadow": 1}, "has no option “shadow”"),
    ],
)
def test_options_are_checked_when_they_are_read(text, options, sentence):
    with pytest.raises(BackendError, match=sentence):
        text(**options)


def test_the_form_makes_an_overlay():
    form = TextForm(data=GIVEN)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["text"] == "© Archive\nAll rights reserved"
    assert TextOverlay.build(form.cleaned_data).options.size == 24


def test_what_the_form_shows_at_first_is_complete():
    initial = {name: field.initial for name, field in TextForm().fields.items()}
    assert TextForm(data={**initial, "text": "Archive"}).is_valid()


def test_the_form_has_a_field_for_each_option():
    assert set(TextForm.base_fields) == set(TextOverlay.options_class.__dataclass_fields__)


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"text": " \n "}, "text", "required"),
        ({"colour": "wite"}, "colour", "is not a colour: write"),
        ({"colour": ""}, "colour", "required"),
        ({"background": "rgba(0, 0, 0, 100)"}, "background", "alpha from 0 to 1"),
        ({"minimum_size": "25"}, "minimum_size", "no larger than the size"),
        ({"size": "9999"}, "size", "less than or equal to 500"),
        ({"font_0": "/etc/passwd"}, "font", "not one of the available choices"),
        ({"position": "middle"}, "position", "not one of the available choices"),
        ({"opacity_percent": "0"}, "opacity_percent", "greater than or equal to 1"),
    ],
)
def test_the_form_says_what_to_change(change, field, sentence):
    form = TextForm(data={**GIVEN, **change})
    assert list(form.errors) == [field]
    assert sentence in form.errors[field][0]


def test_a_larger_text_costs_no_drawing_to_measure(text):
    overlay = text(text="x" * 1000, size=500, minimum_size=400)
    assert overlay.choose(Extent(10_000, 10_000), answer_of()) is None


def test_no_background_is_an_option():
    form = TextForm(data={**GIVEN, "background": ""})
    assert form.is_valid()
    overlay = TextOverlay.build(form.cleaned_data)
    assert touched_by(overlay, Image.new("RGB", (600, 300), "gray")) is not None
