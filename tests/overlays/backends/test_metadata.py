from __future__ import annotations

import pytest

from iiifserver.backend import BackendError
from iiifserver.iiif.metadata import Text
from iiifserver.iiif.visitor import Visitor
from overlays.backends.metadata import MetadataForm, MetadataOverlay
from overlays.base import Words
from tests.overlays.pixels import answer_of, plain


def rule(**options):
    return MetadataOverlay.build(options)


def test_words_are_filled_for_the_image():
    made = rule(
        copyright_notice="© {filename}", credit="{exif:Artist}", source_address="https://x.example/{identifier}"
    )
    answer = answer_of(fields={"exif:Artist": (Text("Ada"),)})
    name = answer.identifier.value
    assert made.words(answer) == Words(
        keep="",
        copyright_notice=f"© {name.rpartition('/')[2]}",
        credit="Ada",
        source=f"https://x.example/{name}",
    )
    assert made.field_names == {"exif:Artist"}


def test_pixels_stay_as_they_are():
    image = plain((30, 20))
    assert rule(credit="Archive").draw(image, answer_of()) is image


def test_other_words_are_another_answer():
    made = rule(credit="for {user}")
    one, other = (
        made.fingerprint_for(answer_of(visitor=Visitor(user_id=name, name=name))) for name in ("Ada", "Grace")
    )
    assert one != other
    assert made.depends_on_visitor
    assert rule(credit="on {date}").depends_on_day
    assert rule(credit="A").fingerprint != rule(copyright_notice="A").fingerprint


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "nothing is written"),
        ({"keep": "some"}, "no way to keep “some”"),
        ({"credit": "x" * 501}, "at most 500"),
        ({"credit": 5}, "must be a text"),
    ],
)
def test_options_are_checked_when_they_are_read(options, sentence):
    with pytest.raises(BackendError, match=sentence):
        rule(**options)


def test_the_form_makes_a_rule():
    form = MetadataForm({"keep": "rights", "credit": "City Library"})
    assert form.is_valid(), form.errors
    assert rule(**form.cleaned_data).words(answer_of()).credit == "City Library"


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        ({}, "__all__", "Say what is written"),
        ({"credit": "{artist}"}, "credit", "“{artist}” stands for nothing"),
        ({"keep": "some"}, "keep", "not one of the available choices"),
    ],
)
def test_the_form_says_what_to_change(data, field, sentence):
    form = MetadataForm(data)
    assert sentence in form.errors[field][0]


def test_the_form_has_a_field_for_each_option():
    assert set(MetadataForm.base_fields) == set(MetadataOverlay.options_class.__dataclass_fields__)
