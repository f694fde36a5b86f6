"""Scripts, fonts, variables and long lines of texts."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from iiifserver.backend import BackendError
from iiifserver.iiif.metadata import Text
from iiifserver.iiif.values import Extent
from iiifserver.iiif.visitor import Visitor
from overlays import coverage, fonts
from overlays.backends.text import FontField, TextForm
from overlays.lettering import Lettering
from tests.overlays.backends.test_text import GIVEN
from tests.overlays.pixels import answer_of, plain, touched

WHITE = (255, 255, 255, 255)


def ink(text, face="DejaVu Sans", size=40, **options):
    """How much of each pixel the text covers."""
    letters = Lettering(text=text, face=fonts.face(face), colour=WHITE, **options)
    return np.asarray(letters.picture(size).getchannel("A")).astype(int)


def file_of_font(name="DejaVu Serif Book"):
    return Path(fonts.face(name).path).read_bytes()


def test_a_character_that_a_font_lacks_is_taken_from_another():
    assert coverage.covering("\N{SNOWMAN}", fonts.face("Liberation Sans Regular")).name != "Liberation Sans Regular"
    box = np.asarray(fonts.face("Liberation Sans Regular").at(40).getmask("\U0010ffff")).size
    assert ink("\N{SNOWMAN}", "Liberation Sans Regular").size != box


def test_a_character_that_no_font_has_is_left_out():
    (run,) = coverage.runs("a\U000f0000b", fonts.face("DejaVu Sans Book"))
    assert (run.text, run.face.name) == ("ab", "DejaVu Sans Book")


def test_an_accent_stays_with_its_letter():
    (run,) = coverage.runs("q\N{COMBINING ACUTE ACCENT}", fonts.face("DejaVu Sans Book"))
    assert run.text == "q\N{COMBINING ACUTE ACCENT}"


def test_hebrew_runs_from_the_right():
    font = "DejaVu Sans Book"
    one = ink("\N{HEBREW LETTER ALEF}\N{HEBREW LETTER BET}", font)
    other = ink("\N{HEBREW LETTER BET}\N{HEBREW LETTER ALEF}", font)
    alef = ink("\N{HEBREW LETTER ALEF}", font)
    width = alef.shape[1] - 2
    # The first letter stands at the right edge.
    assert np.abs(one[-20:, -width:].sum() - alef[-20:, -width:].sum()) < np.abs(
        other[-20:, -width:].sum() - alef.sum()
    )


def test_arabic_letters_are_joined():
    joined = ink("\N{ARABIC LETTER BEH}\N{ARABIC LETTER BEH}\N{ARABIC LETTER BEH}", "DejaVu Sans Book")
    single = ink("\N{ARABIC LETTER BEH}", "DejaVu Sans Book")
    assert joined.shape[1] < 2.5 * single.shape[1]


@pytest.mark.parametrize(("spacing", "sign"), [(50, 1), (-10, -1)])
def test_letters_stand_farther_apart_or_closer(spacing, sign):
    usual, spaced = ink("Archive", "DejaVu Sans Book"), ink("Archive", "DejaVu Sans Book", letter_spacing=spacing)
    expected = 6 * 40 * spacing / 100
    assert spaced.shape[1] - usual.shape[1] == pytest.approx(expected, abs=6)
    assert np.sign(spaced.shape[1] - usual.shape[1]) == sign


def test_joined_letters_are_not_torn_apart():
    text = "\N{ARABIC LETTER BEH}" * 3
    assert (ink(text, "DejaVu Sans Book") == ink(text, "DejaVu Sans Book", letter_spacing=50)).all()


def test_long_lines_are_broken_between_words(text):
    long = "All rights reserved by the Museum of Eddies and its friends"
    field = Extent(260, 300)
    assert text(text=long, minimum_size=24).choose(field, answer_of()) is None
    fitted = text(text=long, wraps=True, minimum_size=24).choose(field, answer_of())
    assert fitted.text.count("\n") >= 2
    assert fitted.text.split() == long.split()


def test_words_stand_for_what_the_visitor_and_the_image_say(text):
    overlay = text(text="{filename} {exif:Artist}\n{date}\n{user}")
    answer = answer_of(
        identifier="a/b.tif",
        day=date(2030, 1, 2),
        fields={"exif:Artist": (Text("Ada"),)},
        visitor=Visitor("1", name="eve"),
    )
    assert overlay.text_for(answer) == "b.tif Ada\n2030-01-02\neve"
    assert overlay.field_names == {"exif:Artist"}
    assert (overlay.depends_on_day, overlay.depends_on_visitor) == (True, True)
    assert overlay.fingerprint_for(answer) != overlay.fingerprint_for(answer_of())
    assert text().fingerprint_for(answer) == text().fingerprint


def test_a_text_of_which_nothing_is_left_is_not_drawn(text):
    overlay = text(text="{iptc:Credit}", background="black")
    assert touched(plain(), overlay.draw(plain(), answer_of((200, 100)))) is None


def test_unknown_words_are_told_at_the_field():
    form = TextForm(data={**GIVEN, "text": "{who}"})
    assert "“{who}” stands for nothing." in form.errors["text"][0]


def test_a_font_is_uploaded_chosen_and_drawn_with(storage, text):
    upload = SimpleUploadedFile("mine.ttf", file_of_font())
    form = TextForm(data=GIVEN, files={"font_1": upload})
    assert form.is_valid(), form.errors
    name = form.cleaned_data["font"]
    assert (storage / name).is_file()
    assert (name, "DejaVu Serif Book (uploaded)") in fonts.choices()
    drawn, installed = (text(font=font).draw(plain(), answer_of((200, 100))) for font in (name, "DejaVu Serif Book"))
    assert drawn.tobytes() == installed.tobytes()


@pytest.mark.parametrize(("content", "sentence"), [(b"not a font", "not a font that can be used"), (b"", "empty")])
def test_what_is_no_font_is_told(storage, content, sentence):
    form = TextForm(data=GIVEN, files={"font_1": SimpleUploadedFile("mine.ttf", content)})
    assert sentence in form.errors["font"][0]
    assert not storage.exists()


def test_a_font_that_is_gone_makes_no_text(storage, text):
    fonts.uploaded.cache_clear()
    with pytest.raises(BackendError, match="upload it again"):
        text(font=f"iiif_overlays/{'0' * 32}.ttf")


def test_nothing_uploaded_keeps_the_chosen_font():
    assert FontField().compress(["DejaVu Sans Book", None]) == "DejaVu Sans Book"
    assert FontField().compress([]) == ""


def test_a_line_that_begins_with_hebrew_runs_from_the_right_through_all_its_fonts():
    lettering = Lettering(text="שלום ☃ abc", face=fonts.face("DejaVu Serif Book"), colour=WHITE)
    placed = sorted(lettering._set(40), key=lambda piece: piece.x)
    assert "abc" in placed[0].text
    assert "ש" in placed[-1].text


def test_braces_that_are_written_twice_are_drawn_once(text):
    assert text(text="{{a}}").text_for(answer_of()) == "{a}"
