"""JPX (ISO/IEC 15444-2, annex M), which may say things elsewhere than a JP2, or in pieces."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from iiifserver.iiif.errors import Unreadable
from iiifserver.iiif.values import Box
from iiifserver.testing import drawn, in_memory, likeness, rendered
from processors.backends.openjpeg import OpenJpegProcessor
from tests.processors.backends.jp2s import SIGNATURE, box, code_stream, enumerated, exif_box, palette

SRGB, SYCC = 16, 18
IMAGE = drawn(300, 200)
PART = Box(30, 40, 90, 70)
FILE_TYPE = box(b"ftyp", b"jpx \0\0\0\0jpx jpxb")
NEEDS = box(b"rreq", struct.pack(">BBBHHBH", 1, 0xC0, 0x80, 1, 5, 0x80, 0))
IMAGE_HEADER = box(b"ihdr", struct.pack(">IIHBBBB", 200, 300, 3, 7, 7, 0, 0))
STREAM = code_stream(np.asarray(IMAGE))
YCC_STREAM = code_stream(np.asarray(IMAGE.convert("YCbCr")))
OTHER = code_stream(np.asarray(IMAGE)[::-1].copy())
PIECES = box(b"ftbl", box(b"flst", struct.pack(">HQIH", 1, 200, len(STREAM), 0)))


def layer(space: int) -> bytes:
    return box(b"jplh", box(b"cgrp", enumerated(space)))


def jpx(*boxes: bytes) -> bytes:
    return SIGNATURE + FILE_TYPE + NEEDS + b"".join(boxes)


def shown(content: bytes, box: Box | None = None):
    return rendered(OpenJpegProcessor.build({}), in_memory(content), box)


KINDS = {
    "as a JP2 says it": [box(b"jp2h", IMAGE_HEADER + enumerated(SRGB)), box(b"jp2c", STREAM)],
    "several pictures": [box(b"jp2h", IMAGE_HEADER + enumerated(SRGB)), box(b"jp2c", STREAM), box(b"jp2c", OTHER)],
    "colours of a layer": [box(b"jp2h", IMAGE_HEADER), layer(SYCC), box(b"jp2c", YCC_STREAM)],
    "nothing for all pictures": [box(b"jpch", IMAGE_HEADER), layer(SYCC), box(b"jp2c", YCC_STREAM)],
    "said behind the picture": [box(b"jp2c", STREAM), box(b"jp2h", IMAGE_HEADER + enumerated(SRGB))],
    "nothing said": [box(b"jp2c", STREAM)],
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_picture_is_shown(kind: str):
    content = jpx(*KINDS[kind])
    assert likeness(shown(content), IMAGE) > 40
    assert likeness(shown(content, PART), IMAGE.crop((30, 40, 120, 110))) > 40


def test_it_is_turned_as_it_says():
    content = jpx(exif_box(6), box(b"jp2c", STREAM))
    assert OpenJpegProcessor.build({}).facts(in_memory(content)).orientation == 6


def test_pixels_in_pieces_are_refused_in_a_sentence():
    content = jpx(box(b"jp2h", IMAGE_HEADER + enumerated(SRGB)), PIECES, box(b"mdat", STREAM))
    with pytest.raises(Unreadable, match="Save it as one JP2"):
        shown(content)


def test_a_palette_that_the_decoder_does_not_learn_of_is_refused():
    colours = np.zeros((4, 3), np.uint8)
    indices = code_stream(np.zeros((200, 300), np.uint8))
    with pytest.raises(Unreadable):
        shown(jpx(box(b"jpch", IMAGE_HEADER + palette(colours)), layer(SRGB), box(b"jp2c", indices)))
