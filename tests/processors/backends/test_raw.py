from __future__ import annotations

import pytest
from PIL import Image

from iiifserver.iiif.errors import BadRequest, ImageTooLarge
from iiifserver.iiif.values import Extent
from iiifserver.testing import ProcessorContract, drawn, in_memory, likeness, rendered, upright
from processors.backends import raw as backend
from processors.backends.raw import RawProcessor
from processors.detection import detect
from tests.processors.backends.cameras import dng

pytest.importorskip("rawpy", reason="Camera files are read with rawpy: pip install rawpy")

TURNS = {1, 3, 6, 8}
"""Cameras know no mirrors."""


def reader() -> RawProcessor:
    return RawProcessor.build({"brightens": False})


class TestRaw(ProcessorContract):
    least_likeness = 30.0

    @pytest.fixture
    def processor(self) -> RawProcessor:
        return reader()

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return dng(image, orientation) if orientation in TURNS else dng(upright(image, orientation))


def test_a_camera_file_is_told_from_a_tiff():
    assert detect(in_memory(dng(drawn(60, 40)))) == "raw"


@pytest.mark.parametrize(
    ("size", "is_half"), [((150, 100), True), ((75, 50), True), ((160, 107), False), ((300, 200), False)]
)
def test_half_the_size_is_developed_where_that_is_enough(size, is_half: bool, monkeypatch):
    halves, develop = [], backend.developed
    monkeypatch.setattr(backend, "developed", lambda raw, half, *rest: halves.append(half) or develop(raw, half, *rest))
    shown = rendered(reader(), in_memory(dng(drawn(300, 200))), size=Extent(*size))
    assert halves == [is_half]
    assert likeness(shown, drawn(300, 200).resize(size, Image.Resampling.LANCZOS)) > 30


def test_pictures_are_brightened_unless_staff_do_not_want_it():
    dark = in_memory(dng(drawn(60, 40).point(lambda value: value // 4)))
    assert max(high for _, high in rendered(reader(), dark).getextrema()) < 100
    assert max(high for _, high in rendered(RawProcessor.build({}), dark).getextrema()) > 200


def test_there_is_one_page():
    with pytest.raises(BadRequest):
        reader().facts(in_memory(dng(drawn(60, 40))), 2)


def test_more_pixels_than_may_be_decoded_are_refused(settings):
    settings.IIIFSERVER = {**settings.IIIFSERVER, "MAX_DECODE_PIXELS": 1000}
    with pytest.raises(ImageTooLarge):
        reader().facts(in_memory(dng(drawn(60, 40))))
