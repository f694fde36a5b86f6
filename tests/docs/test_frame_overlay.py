"""The example of an overlay, held to what every overlay keeps."""

from __future__ import annotations

import pytest
from PIL import Image

from docs.examples.frame_overlay import FrameForm, FrameOptions, FrameOverlay
from iiifserver.backend import BackendError
from iiifserver.testing import OverlayContract, answer_of


class TestFrameOverlay(OverlayContract):
    others = {"thickness": 9}

    @pytest.fixture
    def make(self):
        return lambda **options: FrameOverlay.build(options)


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_the_edges_are_black_and_the_middle_stays(mode):
    picture = Image.new(mode, (20, 10), "white")
    middle = picture.getpixel((10, 5))
    framed = FrameOverlay(FrameOptions(thickness=2)).draw(picture, answer_of((20, 10)))
    assert framed.mode == mode
    assert framed.getpixel((10, 5)) == middle
    assert {framed.convert("L").getpixel(place) for place in [(0, 0), (19, 9), (1, 5), (10, 8)]} == {0}


def test_what_the_form_gives_makes_an_overlay():
    form = FrameForm({"thickness": "7"})
    assert form.is_valid()
    assert FrameOverlay.build(form.cleaned_data).options.thickness == 7


def test_a_thickness_that_makes_no_sense_is_refused():
    with pytest.raises(BackendError):
        FrameOverlay.build({"thickness": 0})
