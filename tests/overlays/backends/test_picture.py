from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from iiifserver.backend import BackendError
from iiifserver.iiif.values import Box, Extent
from overlays.backends import picture as module
from overlays.backends.picture import PictureForm, PictureOverlay
from overlays.uploads import store
from tests.overlays.pixels import answer_of, drawn_on, file_of, plain, png_that_claims, touched_by

GIVEN = {"width_percent": "", "position": "top left", "inset": "10", "spacing": "40", "opacity_percent": "100",
         "anchor": "output", "angle": "0"}  # fmt: skip


def filled(content=None, name="logo.png", initial=None, **change):
    files = {} if content is None else {"picture": SimpleUploadedFile(name, content)}
    return PictureForm(data={**GIVEN, **change}, files=files, initial=initial)


@pytest.mark.parametrize(
    ("position", "corner"),
    [
        ("top left", (6, 6)),
        ("top center", (80, 6)),
        ("top right", (154, 6)),
        ("left center", (6, 40)),
        ("center", (80, 40)),
        ("right center", (154, 40)),
        ("bottom left", (6, 74)),
        ("bottom center", (80, 74)),
        ("bottom right", (154, 74)),
    ],
)
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_the_picture_lies_in_its_place(picture, position, corner, mode):
    assert touched_by(picture(position=position, inset=6), plain(mode=mode)) == Box(*corner, 40, 20)


def test_the_picture_is_drawn_as_it_is(picture):
    assert drawn_on(picture(position="top left"), plain()).getpixel((20, 10)) == (255, 0, 0)


def test_opacity_mixes_it_with_what_is_below(picture):
    overlay = picture(position="top left", opacity_percent=50)
    assert drawn_on(overlay, plain(colour="black")).getpixel((20, 10)) == pytest.approx((128, 0, 0), abs=1)


def test_its_own_transparency_is_kept(storage):
    name = store(file_of(Image.new("RGBA", (20, 20), (255, 0, 0, 0))))
    assert touched_by(PictureOverlay.build({"picture": name}), plain()) is None


def test_its_width_is_a_share_of_the_output(picture):
    assert touched_by(picture(width_percent=50, position="top left"), plain()) == Box(0, 0, 100, 50)


def test_all_of_the_width_is_fitted_between_the_insets(picture):
    overlay = picture(width_percent=100, position="center", inset=10)
    assert touched_by(overlay, plain((300, 100))) == Box(70, 10, 160, 80)


def test_a_picture_that_is_too_large_is_cut_off(picture):
    assert touched_by(picture(position="center"), plain((30, 10))) == Box(0, 0, 30, 10)


def test_a_repeated_picture_covers_the_output(picture):
    image = drawn_on(picture(position="repeat", spacing=10), plain((600, 400)))
    corners = [(x, y) for x in (0, 50, 300, 550) for y in (0, 30, 300, 390)]
    assert {image.getpixel(corner) for corner in corners} == {(255, 0, 0)}
    assert {image.getpixel((45, y)) for y in (0, 10, 30)} == {(0, 128, 0)}


@pytest.mark.parametrize("percent", [None, 1, 100])
@pytest.mark.parametrize("position", ["center", "repeat", "bottom right"])
@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 300)])
def test_tiny_outputs_stay_what_they_are(picture, percent, position, size):
    image = drawn_on(picture(width_percent=percent, position=position), plain(size))
    assert (image.size, image.mode) == (size, "RGB")


def test_a_tall_picture_cannot_be_scaled_beyond_the_output(storage):
    overlay = PictureOverlay.build({"picture": store(file_of(Image.new("L", (1, 5000)))), "width_percent": 100})
    assert overlay.choose(Extent(5000, 100), answer_of()).fits_into(Extent(5000, 100))


def test_a_picture_that_has_vanished_is_not_drawn_and_told(picture, storage, red):
    (storage / red).unlink()
    overlay = picture()
    assert not overlay.is_ready()
    assert touched_by(overlay, plain()) is None
    assert list(overlay.problems()) == ["The picture is no longer in the storage: upload it again."]


def test_a_picture_that_is_there_has_no_problems(picture):
    assert picture().is_ready()
    assert list(picture().problems()) == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"picture": ""}, "no picture has been uploaded"),
        ({"picture": None}, "picture must be a text"),
        ({"picture": "../../etc/passwd"}, "no picture has been uploaded"),
        ({"width_percent": 0}, "width_percent must be a whole number from 1 to 100"),
        ({"width_percent": 12.5}, "width_percent must be"),
        ({"spacing": -1}, "spacing must be"),
        ({"angel": 45}, "has no option “angel”"),
    ],
)
def test_options_are_checked_when_they_are_read(picture, options, sentence):
    with pytest.raises(BackendError, match=sentence):
        picture(**options)


def test_an_upload_is_stored_under_a_name_of_our_own(storage):
    form = filled(file_of(Image.new("RGB", (5, 5))), name="../../<script>.php")
    assert form.is_valid(), form.errors
    assert "script" not in form.cleaned_data["picture"]
    assert PictureOverlay.build(form.cleaned_data).is_ready()
    assert [path.suffix for path in storage.rglob("*") if path.is_file()] == [".png"]


def test_without_an_upload_the_stored_picture_stays(red):
    form = filled(initial={"picture": red})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["picture"] == red


def test_a_picture_is_asked_for(storage):
    assert "required" in filled().errors["picture"][0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"text", "choose a PNG, a JPEG, a WebP or an SVG file"),
        (b"<svg onload='alert(1)'/>", "holds a script"),
        (png_that_claims(10_000, 10_000), "at most 8 megapixels"),
        (file_of(Image.effect_noise((90, 90), 80))[:2000], "damaged"),
    ],
)
def test_a_bad_upload_is_refused_with_a_sentence_and_not_stored(storage, content, sentence):
    form = filled(content)
    assert sentence in form.errors["picture"][0]
    assert not storage.exists()


def test_an_upload_of_too_many_bytes_is_not_even_read(storage, monkeypatch):
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    monkeypatch.setattr(module, "content_of", lambda upload: pytest.fail("It was read."))
    assert "at most 8 MB" in filled(file_of(Image.new("L", (9, 9)))).errors["picture"][0]


def test_nothing_is_stored_while_something_else_is_wrong(storage):
    form = filled(file_of(Image.new("L", (9, 9))), inset="-1")
    assert list(form.errors) == ["inset"]
    assert not storage.exists()


def test_the_form_has_a_field_for_each_option():
    assert set(PictureForm.base_fields) == set(PictureOverlay.options_class.__dataclass_fields__)


def test_the_form_shows_the_picture_in_use(red):
    shown = str(PictureForm(initial={"picture": red})["picture"])
    assert 'src="data:image/png;base64,' in shown


def test_the_form_says_that_the_picture_is_gone(red, storage):
    (storage / red).unlink()
    assert "no longer in the storage" in str(PictureForm(initial={"picture": red})["picture"])
