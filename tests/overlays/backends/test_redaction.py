"""The form and the options of redactions; what they hide is tested in `tests/images/test_redactions.py`."""

from __future__ import annotations

import numpy as np
import pytest

from iiifserver.backend import BackendError
from iiifserver.iiif.values import Extent
from overlays.backends.redaction import RedactionForm, RedactionOverlay
from tests.overlays.pixels import answer_of

GIVEN = {"shapes": "1,2,3,4", "page": "", "look": "filled", "colour": "black"}


def test_what_the_form_gives_makes_a_redaction():
    form = RedactionForm(data={**GIVEN, "shapes": " 1,2,3,4 \r\n\r\npolygon:1,1 5,5 1,9\r\n"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["shapes"] == "1,2,3,4\npolygon:1,1 5,5 1,9"
    assert len(RedactionOverlay.build(form.cleaned_data).shapes(answer_of())) == 2


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"shapes": "1,2,3"}, "shapes", "is no shape"),
        ({"shapes": ""}, "shapes", "required"),
        ({"page": "0"}, "page", "greater than or equal to 1"),
        ({"look": "frosted"}, "look", "not one of the available choices"),
        ({"colour": "blak"}, "colour", "is not a colour"),
    ],
)
def test_the_form_says_what_to_change(change, field, sentence):
    form = RedactionForm(data={**GIVEN, **change})
    assert list(form.errors) == [field]
    assert sentence in form.errors[field][0]


@pytest.mark.parametrize(
    "options",
    [{"shapes": ""}, {"shapes": "x"}, {"shapes": "1,1,2,2", "look": "none"}, {"shapes": "1,1,2,2", "page": 0}],
)
def test_options_that_make_no_sense_make_no_redaction(options):
    with pytest.raises(BackendError):
        RedactionOverlay.build(options)


def test_every_option_changes_the_fingerprint():
    others = [{"page": 2}, {"look": "mosaic"}, {"colour": "red"}, {"shapes": "1,2,3,5"}]
    prints = {RedactionOverlay.build({"shapes": "1,2,3,4", **other}).fingerprint for other in [{}, *others]}
    assert len(prints) == 5


def test_it_counts_only_on_its_page():
    overlay = RedactionOverlay.build({"shapes": "1,2,3,4", "page": 2})
    assert overlay.shapes(answer_of(page=1)) == ()
    assert len(overlay.shapes(answer_of(page=2))) == 1


def test_a_mosaic_has_shades_of_its_colour_and_is_always_the_same():
    overlay = RedactionOverlay.build({"shapes": "1,2,3,4", "look": "mosaic", "colour": "#808080"})
    one, other = (np.asarray(overlay.paint(Extent(300, 200), seed)) for seed in (1, 2))
    assert one.shape == (8, 12, 3)
    assert len(np.unique(one)) > 10
    assert (one == np.asarray(overlay.paint(Extent(300, 200), 1))).all()
    assert (one != other).any()
