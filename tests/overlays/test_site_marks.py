"""What the site's own code wishes drawn on an answer (parity 7.1 and 7.3)."""

from __future__ import annotations

import os

import pytest
from PIL import Image

from iiifserver.backend import BackendError
from iiifserver.iiif.values import Box
from overlays.marks import memory
from overlays.site_marks import site_mark
from overlays.site_pictures import SitePictures
from tests.overlays.pixels import answer_of, drawn_on, file_of, plain, touched_by


@pytest.fixture
def logo(tmp_path):
    """The path of a red picture, 40 x 20."""
    path = tmp_path / "logo.png"
    path.write_bytes(file_of(Image.new("RGB", (40, 20), "red")))
    return str(path)


def test_a_text_is_drawn_like_that_of_a_row(text):
    wish = {
        "string": "Archive", "position": "top left", "inset": 3, "color": "red", "font_size": 30, "font_min_size": 10,
        "stroke_color": "blue", "stroke_width": 2.0, "background_color": "#fff", "padding": 2, "glyph_spacing": 0.05,
        "word_wrap": True,
    }  # fmt: skip
    row = text(
        position="top left", inset=3, colour="red", size=30, minimum_size=10, stroke_colour="blue", stroke_width=2,
        background="#fff", padding=2, letter_spacing=5, wraps=True,
    )  # fmt: skip
    assert drawn_on(site_mark(wish), plain()).tobytes() == drawn_on(row, plain()).tobytes()


def test_a_picture_is_drawn_like_that_of_a_row(picture, logo):
    mark = site_mark({"image": logo, "position": "top right", "inset": 0, "width_percent": 50})
    assert (
        drawn_on(mark, plain()).tobytes()
        == drawn_on(picture(position="top right", width_percent=50), plain()).tobytes()
    )


@pytest.mark.parametrize("written", ["top left", "left top", "Top Left", " TOP  left "])
def test_the_words_of_a_position_stand_in_either_order(logo, written):
    box = touched_by(site_mark({"image": logo, "position": written, "inset": 5}), plain())
    assert box == Box(5, 5, 40, 20)


@pytest.mark.parametrize(("size", "box"), [((200, 100), Box(10, 10, 180, 80)), ((50, 100), Box(10, 42, 30, 15))])
def test_a_scaled_picture_fills_what_the_insets_leave(tmp_path, size, box):
    path = tmp_path / "frame.png"
    path.write_bytes(file_of(Image.new("RGB", (36, 16) if size[0] == 200 else (40, 20), "red")))
    assert touched_by(site_mark({"image": str(path), "position": "scaled", "inset": 10}), plain(size)) == box


def test_a_repeated_picture_covers_everything(logo):
    assert touched_by(site_mark({"image": logo, "position": "repeat", "spacing": 0}), plain()) == Box(0, 0, 200, 100)


def test_braces_in_a_text_stand_for_nothing(text):
    answer = answer_of((200, 100), identifier="card.png")
    literal, row = site_mark({"string": "{identifier}"}), text(text="{identifier}")
    before = plain()
    assert literal.draw(before.copy(), answer).tobytes() != row.draw(before.copy(), answer).tobytes()
    assert literal.fingerprint_for(answer) != row.fingerprint_for(answer)
    assert (literal.depends_on_visitor, site_mark({"string": "{user} {date}"}).depends_on_day) == (False, False)


def test_equal_wishes_share_their_marks(logo):
    for wish in ({"string": "Archive", "font_size": 33}, {"image": logo, "width_percent": 37}):
        drawn_on(site_mark(dict(wish)), plain())
        kept = len(memory._marks)
        drawn_on(site_mark(dict(wish)), plain())
        assert len(memory._marks) == kept
        assert site_mark(dict(wish)).fingerprint == site_mark(dict(wish)).fingerprint


def test_a_text_is_laid_out_once_for_all_equal_wishes():
    assert site_mark({"string": "Archive", "inset": 1}) is site_mark({"inset": 1, "string": "Archive"})


def test_what_is_nothing_goes_without_saying(logo):
    assert touched_by(site_mark({"image": logo, "position": None, "inset": None}), plain()) == Box(150, 70, 40, 20)


def test_a_small_text_needs_no_smallest_size():
    assert site_mark({"string": "a", "font_size": 9}).options.minimum_size == 9


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({}, "string or an image"),
        ({"string": "a", "image": "/a.png"}, "string or an image"),
        ({"string": "a", "font_weight": -9}, "weight must be"),
        ({"string": "a", "font_weight": "bold"}, "weight must be"),
        ({"string": "a", "font_style": 2}, "font_style"),
        ({"string": ""}, "empty"),
        ({"string": "a" * 1001}, "1000"),
        ({"string": "a", "color": "no colour"}, "no colour"),
        ({"string": "a", "font": "No Such Font"}, "No Such Font"),
        ({"string": "a", "position": "scaled"}, "scaled"),
        ({"string": "a", "position": "top"}, "top"),
        ({"string": "a", "inset": "5"}, "inset"),
        ({"string": "a", "font_size": float("nan")}, "size"),
        ({"string": "a", "glyph_spacing": float("inf")}, "letter_spacing"),
        ({"string": ["a"]}, "texts and numbers"),
        ({"image": 5}, "image"),
        ({"image": "logo.png"}, "whole path"),
        ({"image": "ftp://example.org/logo.png"}, "whole path"),
        ({"image": "/no/such/logo.png"}, "cannot be read"),
        ({"image": "/dev\0/logo.png"}, "cannot be read"),
        ({"image": "http://169.254.169.254/logo.png"}, "address"),
    ],
    ids=str,
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(wish, said):
    with pytest.raises(BackendError, match=said):
        site_mark(wish)


def test_a_file_that_is_no_picture_is_refused(tmp_path):
    path = tmp_path / "logo.png"
    path.write_bytes(b"no picture")
    with pytest.raises(BackendError, match="picture"):
        site_mark({"image": str(path)})


def test_a_file_is_read_anew_when_it_has_changed(logo):
    before = site_mark({"image": logo})
    with open(logo, "wb") as file:
        file.write(file_of(Image.new("RGB", (40, 20), "blue")))
    os.utime(logo, ns=(1, 1))
    after = site_mark({"image": f"file://{logo}"})
    again = site_mark({"image": logo})
    assert before.fingerprint != again.fingerprint
    assert (after.image().getpixel((0, 0)), again.image().getpixel((0, 0))) == ((0, 0, 255, 255),) * 2


def test_a_file_that_has_not_changed_is_read_once(logo):
    pictures = SitePictures()
    assert pictures.get(logo) is pictures.get(logo)


def test_an_address_is_fetched_now_and_then(monkeypatch):
    now, fetched = [0.0], []

    def fetch(address: str) -> bytes:
        fetched.append(address)
        return file_of(Image.new("RGB", (4, 4), "red"))

    monkeypatch.setattr("overlays.site_pictures.fetched", fetch)
    pictures = SitePictures(lambda: now[0])
    for now[0] in (0.0, 3599.0, 3601.0):
        pictures.get("https://example.org/logo.png")
    assert len(fetched) == 2


def test_an_address_that_gives_nothing_is_left_alone_for_a_while(monkeypatch):
    now, fetched = [0.0], []

    def fetch(address: str) -> bytes:
        fetched.append(address)
        return b"no picture"

    monkeypatch.setattr("overlays.site_pictures.fetched", fetch)
    pictures = SitePictures(lambda: now[0])
    for now[0] in (0.0, 29.0, 31.0):
        with pytest.raises(ValueError, match="picture"):
            pictures.get("https://example.org/logo.png")
    assert len(fetched) == 2
