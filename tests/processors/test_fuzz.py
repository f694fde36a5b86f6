"""Files with a few bytes changed at random: an error of the tree or a picture, never anything else."""

from __future__ import annotations

import io
import random

import numpy as np
import pytest
import tifffile
from PIL import Image

from iiifserver.iiif.errors import IIIFError
from iiifserver.iiif.values import Box, Extent
from iiifserver.testing import drawn, encoded, in_memory, rendered, with_orientation
from processors.backends.pillow import PillowProcessor
from processors.backends.tiles import TilesProcessor
from tests.processors import kinds
from tests.processors.backends.tiffs import subsampled

ROUNDS = 200
MOST_CHANGES = 8


def tiff(**options) -> bytes:
    buffer, image = io.BytesIO(), drawn(64, 48)
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(np.asarray(image), subifds=1, photometric="rgb", **options)
        writer.write(np.asarray(image.resize((32, 24))), subfiletype=1, photometric="rgb", **options)
    return buffer.getvalue()


def files() -> dict[str, bytes]:
    image, exif = drawn(48, 32), with_orientation(6)
    return {
        "avif": encoded(image, "AVIF", exif=exif, speed=10),
        "bmp": encoded(image, "BMP"),
        "gif": encoded(image, "GIF", save_all=True, append_images=[image.rotate(90)]),
        "jpeg": encoded(image, "JPEG", exif=exif),
        "jpeg-progressive": encoded(image, "JPEG", progressive=True),
        "jpeg2000": encoded(image, "JPEG2000"),
        "png": encoded(image, "PNG", exif=exif),
        "png-palette": encoded(image.convert("P"), "PNG", transparency=3),
        "webp": encoded(drawn(48, 32, "RGBA"), "WEBP", exif=exif),
        "webp-lossless": encoded(image, "WEBP", lossless=True),
        "tiff-deflate": encoded(image, "TIFF", compression="tiff_deflate"),
        "tiff-raw": encoded(image, "TIFF"),
        "tiff-tiles-jpeg": tiff(tile=(16, 16), compression="jpeg"),
        "tiff-tiles-lzw": tiff(tile=(16, 16), compression="lzw", predictor=True),
        "tiff-tiles-zstd": tiff(tile=(16, 16), compression="zstd"),
        "tiff-strips": tiff(rowsperstrip=8, compression="packbits"),
        "tiff-tiles-webp": tiff(tile=(16, 16), compression="webp"),
        "tiff-ycbcr": subsampled(image, (2, 2)),
        "tiff-float": kinds.tiff(np.asarray(image, np.float32) / 255, tile=(16, 16)),
        "tiff-measured": kinds.tiff(np.asarray(image.convert("L"), np.int16), photometric="minisblack"),
        "tiff-lab": kinds.tiff(np.asarray(image, np.uint16) * 257, photometric="cielab"),
        "tiff-twelve": kinds.tiff(np.asarray(image, np.uint16) << 4, bitspersample=12),
    }


FILES = files()


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The file with up to eight bytes changed, half of the time near its beginning, where headers are."""
    result = bytearray(content)
    reach = len(result) if chance.random() < 0.5 else min(len(result), 300)
    for _ in range(chance.randint(1, MOST_CHANGES)):
        result[chance.randrange(reach)] = chance.randrange(256)
    return bytes(result)


def outcome(content: bytes) -> type:
    processor = TilesProcessor.build({}) if content[:2] in {b"II", b"MM"} else PillowProcessor.build({})
    found = in_memory(content)
    try:
        facts = processor.facts(found)
        if facts is None:
            processor = PillowProcessor.build({})
            facts = processor.facts(found)
        box = Box(0, 0, min(facts.extent.width, 40), min(facts.extent.height, 30))
        return type(rendered(processor, found, box, Extent(20, 15)))
    except IIIFError:
        return IIIFError


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FILES)
def test_changed_bytes_make_an_error_of_the_tree_or_a_picture(name: str):
    chance = random.Random(name)
    outcomes = {outcome(damaged(FILES[name], chance)) for _ in range(ROUNDS)}
    assert outcomes <= {IIIFError, Image.Image}


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_pictures_before_they_are_changed(name: str):
    assert outcome(FILES[name]) is Image.Image
