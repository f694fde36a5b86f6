from __future__ import annotations

import io
import random

import pytest
from PIL import Image, ImageCms

from iiifserver.iiif.errors import IIIFError, ImageTooLarge, Unreadable
from iiifserver.iiif.values import Extent
from iiifserver.testing import ProcessorContract, drawn, in_memory, likeness, rendered, upright, with_orientation
from processors import capabilities
from processors.backends.pillow import PillowProcessor
from processors.detection import detect
from processors.runtime import Processors

pillow_heif = pytest.importorskip("pillow_heif", reason="HEIC is read with pillow-heif: pip install pillow-heif")


def heic(image: Image.Image, orientation: int = 1, **options) -> bytes:
    """A HEIC whose container says how it lies, as telephones write them."""
    buffer = io.BytesIO()
    file = pillow_heif.from_pillow(image)
    file.save(buffer, quality=95, chroma=444, exif=with_orientation(orientation), **options)
    return buffer.getvalue()


class TestHeic(ProcessorContract):
    least_likeness = 30.0

    @pytest.fixture
    def processor(self) -> PillowProcessor:
        return PillowProcessor.build({})

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return heic(image, orientation)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_set_upright_once(orientation: int):
    found = in_memory(heic(drawn(300, 200), orientation))
    assert PillowProcessor.build({}).facts(found).orientation == 1
    shown = rendered(PillowProcessor.build({}), found, size=None)
    assert likeness(shown, upright(drawn(300, 200), orientation)) > 30


def test_alpha_is_kept():
    image = drawn(60, 40, "RGBA")
    found = in_memory(heic(image))
    assert PillowProcessor.build({}).facts(found).has_alpha
    assert likeness(rendered(PillowProcessor.build({}), found), image) > 30


def test_its_profile_is_turned_into_srgb():
    """Colours of a profile whose red and blue are exchanged come out exchanged."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exchanged = (
        profile.replace(b"rXYZ", b"?XYZ")
        .replace(b"bXYZ", b"rXYZ")
        .replace(b"?XYZ", b"bXYZ")
        .replace(b"\0s\0R\0G\0B", b"\0t\0e\0s\0t")
    )
    content = heic(Image.new("RGB", (64, 64), "red"), icc_profile=exchanged)
    red, _, blue = rendered(PillowProcessor.build({}), in_memory(content)).getpixel((30, 30))
    assert blue > 200 > 60 > red


def test_small_pictures_that_are_carried_along_are_not_shown():
    found = in_memory(heic(drawn(600, 400), thumbnails=[128]))
    shown = rendered(PillowProcessor.build({}), found, size=Extent(60, 40))
    assert likeness(shown, drawn(600, 400).resize((60, 40), Image.Resampling.LANCZOS)) > 30


def test_more_pixels_than_may_be_decoded_are_refused(settings):
    settings.IIIFSERVER = {**settings.IIIFSERVER, "MAX_DECODE_PIXELS": 1000}
    with pytest.raises(ImageTooLarge):
        PillowProcessor.build({}).facts(in_memory(heic(drawn(60, 40))))


def test_without_its_library_the_kind_is_not_read(monkeypatch):
    monkeypatch.setattr(capabilities, "is_installed", lambda module: module != "pillow_heif")
    with pytest.raises(Unreadable, match="HEIC, HEIF cannot be read"):
        Processors((PillowProcessor.build({}),)).inspect(in_memory(heic(drawn(60, 40))))


@pytest.mark.filterwarnings("ignore")
def test_changed_bytes_make_an_error_of_the_tree_or_a_picture():
    chance, content = random.Random("heif"), heic(drawn(48, 32))
    for _ in range(150):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        found = in_memory(bytes(damaged))
        try:
            if detect(found) == "heif":
                rendered(PillowProcessor.build({}), found)
        except IIIFError:
            continue
