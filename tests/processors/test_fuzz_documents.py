"""Documents, drawings, films and camera files with a few bytes changed at random: an error of the tree or a picture,
never anything else.
"""

from __future__ import annotations

import random

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from iiifserver.iiif.errors import IIIFError
from iiifserver.iiif.values import Extent
from iiifserver.testing import drawn, in_memory, rendered
from processors.backends.jpegxl import JpegXlProcessor
from processors.backends.pdf import PdfProcessor
from processors.backends.raw import RawProcessor
from processors.backends.svg import SvgProcessor
from processors.backends.video import VideoProcessor
from processors.base import Processor
from tests.processors.backends.cameras import dng
from tests.processors.backends.films import gray_film
from tests.processors.backends.pdfs import picture_pdf

for module in ("av", "pypdfium2", "rawpy", "resvg_py"):
    pytest.importorskip(module, reason=f"Files are damaged for {module} too: install it")

MOST_CHANGES = 8
SVG = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 20"><defs>
<linearGradient id="a">
<stop offset="0" stop-color="red"/><stop offset="1"/></linearGradient></defs>
<rect width="20" height="9" fill="url(#a)"/><path d="M1 2C3 4 5 6 7 8z"/><text x="3" y="9">Word</text></svg>"""

FILES: dict[str, tuple[Processor, bytes, int]] = {
    "avi": (VideoProcessor.build({}), gray_film(1, container="avi"), 80),
    "jpegxl": (JpegXlProcessor.build({}), imagecodecs.jpegxl_encode(np.asarray(drawn(48, 32)), level=80), 200),
    "matroska": (VideoProcessor.build({}), gray_film(1, container="matroska"), 80),
    "mp4": (VideoProcessor.build({}), gray_film(1), 80),
    "pdf": (PdfProcessor.build({"limit_seconds": 5}), picture_pdf(drawn(48, 32)), 200),
    "raw": (RawProcessor.build({}), dng(drawn(48, 32)), 80),
    "svg": (SvgProcessor.build({"limit_seconds": 5}), SVG, 40),
}


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The file with up to eight bytes changed, half of the time near its beginning, where headers are."""
    result = bytearray(content)
    reach = len(result) if chance.random() < 0.5 else min(len(result), 300)
    for _ in range(chance.randint(1, MOST_CHANGES)):
        result[chance.randrange(reach)] = chance.randrange(256)
    return bytes(result)


def outcome(processor: Processor, content: bytes) -> type:
    try:
        return type(rendered(processor, in_memory(content), size=Extent(20, 15)))
    except IIIFError:
        return IIIFError


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FILES)
def test_changed_bytes_make_an_error_of_the_tree_or_a_picture(name: str):
    processor, content, rounds = FILES[name]
    chance = random.Random(name)
    outcomes = {outcome(processor, damaged(content, chance)) for _ in range(rounds)}
    assert outcomes <= {IIIFError, Image.Image}


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_pictures_before_they_are_changed(name: str):
    processor, content, _ = FILES[name]
    assert outcome(processor, content) is Image.Image
