from __future__ import annotations

from dataclasses import replace

import pytest

from overlays import fonts
from overlays.coverage import runs
from overlays.lettering import Lettering
from tests.overlays.fonts_of_tests import font_file

ALEF, BET = "\N{HEBREW LETTER ALEF}", "\N{HEBREW LETTER BET}"
FONTS = {
    "Plain": "abc 12()!",
    "DejaVu Sans": "abcü12",
    "Hebrew": f"{ALEF}{BET}12()",
    "Hebrew Bold": f"{ALEF}{BET}",
    "Signs": "☃ü",
}


@pytest.fixture
def plain(tmp_path, monkeypatch):
    """A font that has little, beside others that have the rest."""
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    for name, letters in FONTS.items():
        family = name.removesuffix(" Bold")
        content = font_file(family, "Bold" if "Bold" in name else "Regular", 100 + len(name), letters.replace(" ", ""))
        (tmp_path / f"{name}.ttf").write_bytes(content)
    return fonts.face("Plain Regular")


def told(line, face, whole=""):
    return [(run.text, run.face.family, run.direction) for run in runs(line, face, whole)]


def test_the_wanted_font_sets_what_it_has(plain):
    assert told("abc 12!", plain) == [("abc 12!", "Plain", "ltr")]


def test_words_are_not_mixed_of_two_fonts(plain):
    assert told("aüb", plain) == [("aüb", "DejaVu Sans", "ltr")]


def test_all_lines_are_set_in_the_same_font(plain):
    assert told("ab", plain, whole="ab\nü") == [("ab", "DejaVu Sans", "ltr")]


def test_a_sign_alone_is_taken_from_another_font(plain):
    assert told("ab☃", plain) == [("ab", "Plain", "ltr"), ("☃", "Signs", "ltr")]


def test_fallbacks_are_about_as_bold(plain):
    assert runs(ALEF, plain)[0].face.weight == 400
    assert runs(ALEF, replace(plain, weight=700))[0].face.weight == 700


def test_what_no_font_has_is_left_out_with_its_marks(plain):
    assert told("a\N{DEVANAGARI LETTER KA}\N{DEVANAGARI VOWEL SIGN I}b", plain) == [("ab", "Plain", "ltr")]


def test_a_mark_that_the_font_lacks_is_left_out(plain):
    assert told("b\N{COMBINING DIAERESIS}", plain) == [("b", "Plain", "ltr")]


def test_numbers_stay_with_letters_that_run_from_the_right(plain):
    assert told(f"ab {ALEF} 12 {BET}", plain) == [("ab ", "Plain", "ltr"), (f"{ALEF} 12 {BET}", "Hebrew", "rtl")]


def test_flags_become_letters_and_skins_have_no_tones(plain):
    assert told("a\N{REGIONAL INDICATOR SYMBOL LETTER A}\U0001f3fd", plain)[-1][0].startswith("a")
    assert "\U0001f3fd" not in "".join(text for text, _, _ in told("a\U0001f3fdb", plain))


def test_tabs_are_spaces_and_other_steering_is_left_out(plain):
    assert told("a\tb\x07", plain) == [("a b", "Plain", "ltr")]


def test_pieces_of_other_fonts_stand_where_they_are_read(plain):
    letters = Lettering(text=f"{ALEF} ab ☃ c {BET}", face=plain, colour=(0, 0, 0, 255))
    placed, _ = letters._line(letters.text, 40, 0)
    order = "".join(piece.text for piece in sorted(placed, key=lambda piece: piece.x))
    # From the left: the last word, then those that run the other way as they are read, then the first.
    assert [order.index(one) for one in (BET, "ab", "☃", "c", ALEF)] == sorted(
        order.index(one) for one in (BET, "ab", "☃", "c", ALEF)
    )
