from __future__ import annotations

import numpy as np
import pytest

from overlays import fonts
from overlays.backends.text import TextForm, TextOverlay
from overlays.lettering import Lettering
from overlays.site_marks import site_mark
from overlays.specimen import sentence_on, weight_sentence
from overlays.weights import distance, weight_and_cut, weight_of_share
from tests.overlays.backends.test_text import GIVEN
from tests.overlays.fonts_of_tests import font_file, variable_font_file


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    (tmp_path / "variable.ttf").write_bytes(variable_font_file())
    for style, width in (("Light", 50), ("Regular", 100), ("Bold", 300), ("Bold Italic", 350)):
        (tmp_path / f"{style}.ttf").write_bytes(font_file(style=style, width=width))
    return tmp_path


def ink(face):
    """How much a letter covers, as a share of what it covers in `Bars Regular`."""
    mask = Lettering(text="A", face=face, colour=(0, 0, 0, 255)).picture(100).getchannel("A")
    return round(np.asarray(mask).sum() / 255 / 700, 1)


@pytest.mark.parametrize(
    ("style", "told"),
    [
        ("Bold", (700, "")),
        ("Book", (400, "")),
        ("Condensed Bold Oblique", (700, "condensedoblique")),
        ("ExtraLight", (200, "")),
        ("Extra Bold Italic", (800, "italic")),
        ("Italic", (400, "italic")),
        ("", (400, "")),
    ],
)
def test_the_name_of_a_style_says_its_weight(style, told):
    assert weight_and_cut(style) == told


def test_of_two_equally_far_weights_bold_wants_the_bolder():
    assert min((500, 900), key=lambda weight: distance(weight, 700)) == 900
    assert min((300, 500), key=lambda weight: distance(weight, 400)) == 300


@pytest.mark.parametrize(
    ("share", "weight"), [(1, 400), (1.0, 400), (2.0, 700), (0.5, 200), (1.5, 550), (600, 600), (0.75, 300)]
)
def test_shares_as_other_programs_count_them(share, weight):
    assert weight_of_share(share) == weight


@pytest.mark.parametrize(("weight", "face"), [(700, "Bars Bold"), (1000, "Bars Bold"), (100, "Bars Light")])
def test_the_nearest_face_of_the_family_is_taken(folder, weight, face):
    assert fonts.weighted(fonts.face("Bars Regular"), weight).name == face


def test_italics_are_no_bold_of_the_upright(folder):
    assert fonts.weighted(fonts.face("Bars Bold Italic"), 400).name == "Bars Bold Italic"


def test_without_a_weight_the_face_stays(folder):
    assert fonts.weighted(fonts.face("Bars Bold"), None).name == "Bars Bold"


@pytest.mark.parametrize(("weight", "covered"), [(None, 1.0), (400, 1.0), (650, 3.0), (900, 5.0), (1000, 5.0)])
def test_a_variable_font_is_drawn_in_the_weight(folder, weight, covered):
    assert ink(fonts.weighted(fonts.face("Moving Bars Regular"), weight)) == pytest.approx(covered, abs=0.2)


def test_an_uploaded_face_counts_as_one_of_its_family(folder, storage):
    fonts.keep_font(font_file(style="Black", width=500))
    assert fonts.weighted(fonts.face("Bars Regular"), 900).name == "Bars Black"


def test_staff_are_told_which_face_is_used(folder):
    bold = fonts.weighted(fonts.face("Bars Regular"), 900)
    assert weight_sentence(bold, 700) == "Set in Bars Bold, which has this weight."
    assert weight_sentence(bold, 900) == "Set in Bars Bold: its weight of 700 is the nearest to Black that there is."
    assert sentence_on(bold, None).startswith("Set in Bars Bold. It has no ä é ß")
    assert sentence_on(fonts.face("Bars Bold"), None) == sentence_on(bold, None)


def test_the_form_keeps_the_weight_and_the_overlay_draws_it(folder):
    form = TextForm(data={**GIVEN, "font_0": "Bars Regular", "weight": "700"})
    assert form.is_valid(), form.errors
    overlay = TextOverlay.build(form.cleaned_data)
    assert overlay.lettering.face.name == "Bars Bold"
    assert overlay.fingerprint != TextOverlay.build({**form.cleaned_data, "weight": None}).fingerprint


def test_a_delegate_names_weights_too(folder):
    mark = site_mark({"string": "AB", "font": "Bars Regular", "font_weight": 2.0})
    assert mark.lettering.face.name == "Bars Bold"
