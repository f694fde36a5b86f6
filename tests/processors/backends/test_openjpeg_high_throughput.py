"""HTJ2K (ISO/IEC 15444-15), whose tiles OpenJPEG decodes rightly only as a whole."""

from __future__ import annotations

import io
from unittest.mock import patch

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from iiifserver.iiif.errors import ImageTooLarge
from iiifserver.iiif.values import Box, Extent
from iiifserver.testing import ProcessorContract, drawn, in_memory, likeness, plan_for, rendered
from processors import jpeg2000_parts
from processors.backends.openjpeg import OpenJpegProcessor
from processors.jpeg2000_header import read_header
from tests.processors.backends.jp2s import boxed, code_stream, enumerated, exif_box, with_boxes

SRGB = 16
EXACTLY = float("inf")


def openjpeg() -> OpenJpegProcessor:
    return OpenJpegProcessor.build({})


def high_throughput(image: Image.Image, **options: object) -> bytes:
    content: bytes = imagecodecs.htj2k_encode(np.asarray(image), **({"reversible": True} | options))
    return content


class HighThroughputContract(ProcessorContract):
    options: dict[str, object]

    @pytest.fixture
    def processor(self) -> OpenJpegProcessor:
        return openjpeg()

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        content = boxed(high_throughput(image, **self.options), enumerated(SRGB), size=image.size)
        return content if orientation == 1 else with_boxes(content, exif_box(orientation))


class TestOnePiece(HighThroughputContract):
    options = {}


class TestOddTiles(HighThroughputContract):
    options = {"tile": (77, 61), "resolutions": 3}


@pytest.mark.parametrize("tile", [None, (77, 61), (128, 128)])
@pytest.mark.parametrize("factor", [1, 2, 4])
def test_parts_of_every_resolution_are_those_of_the_whole(tile: tuple[int, int] | None, factor: int):
    found = in_memory(high_throughput(drawn(301, 203), tile=tile))
    level = Extent(-(-301 // factor), -(-203 // factor))
    whole = rendered(openjpeg(), found, size=level)
    for box in (Box(0, 0, 80, 60), Box(76, 60, 4, 4), Box(128, 96, 64, 64), Box(220, 140, 80, 60)):
        size = Extent(box.width // factor, box.height // factor)
        left, top = box.x // factor, box.y // factor
        part = whole.crop((left, top, left + size.width, top + size.height))
        assert likeness(rendered(openjpeg(), found, box, size), part) == EXACTLY


def test_of_tiles_only_those_that_are_touched_are_decoded():
    found, areas = in_memory(high_throughput(drawn(300, 200), tile=(64, 64))), []
    decoded = jpeg2000_parts.area_of
    with patch("processors.backends.openjpeg.area_of", lambda *told: areas.append(decoded(*told)) or areas[-1]):
        rendered(openjpeg(), found, Box(70, 70, 10, 10))
    assert [(area.left, area.top, area.right, area.bottom) for area in areas] == [(64, 64, 128, 128)]


@pytest.mark.parametrize("tile", [None, (77, 61)])
@pytest.mark.parametrize("pixels", [1, 20_000, 40_000])
def test_bands_are_rows_of_whole_tiles(tile: tuple[int, int] | None, pixels: int, monkeypatch):
    image = drawn(300, 200)
    monkeypatch.setattr("processors.jpeg2000_parts.BAND_PIXELS", pixels)
    assert likeness(rendered(openjpeg(), in_memory(high_throughput(image, tile=tile))), image) == EXACTLY


def test_a_piece_that_is_too_large_to_be_decoded_whole_is_refused_in_a_sentence(monkeypatch):
    found = in_memory(high_throughput(drawn(300, 200)))
    monkeypatch.setattr("processors.jpeg2000_parts.MOST_WHOLE_PIXELS", 300 * 200 - 1)
    with pytest.raises(ImageTooLarge, match="Ask for a smaller size"):
        rendered(openjpeg(), found, Box(0, 0, 10, 10))
    assert rendered(openjpeg(), found, size=Extent(75, 50)).size == (75, 50)


def test_sixteen_bits_become_eight():
    deep = np.asarray(drawn(300, 200)).astype(np.uint16) * 257
    content = imagecodecs.htj2k_encode(deep, reversible=True)
    assert likeness(rendered(openjpeg(), in_memory(content)), drawn(300, 200)) == EXACTLY


def test_without_loss_or_with_some_it_looks_the_same():
    content = high_throughput(drawn(300, 200), reversible=False, level=0.002, tile=(128, 128))
    assert (
        33
        < likeness(
            rendered(openjpeg(), in_memory(content), Box(100, 50, 90, 70)), drawn(300, 200).crop((100, 50, 190, 120))
        )
        < EXACTLY
    )


def test_others_are_not_taken_for_it():
    ordinary = read_header(io.BytesIO(code_stream(np.asarray(drawn(64, 64)))))
    other = read_header(io.BytesIO(high_throughput(drawn(64, 64))))
    assert (ordinary.stream.is_high_throughput, other.stream.is_high_throughput) == (False, True)


def test_facts_name_the_tiles_of_the_file():
    facts = openjpeg().facts(in_memory(high_throughput(drawn(300, 200), tile=(128, 64))))
    assert facts.tile == Extent(128, 64)
    assert plan_for(facts).size == Extent(300, 200)
