"""Of a TIFF that is nothing but rows of numbers, only the rows that are wanted are read."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image

from iiifserver.iiif.errors import ImageTooLarge, Unreadable
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Box, Extent
from iiifserver.testing import drawn, encoded, in_memory, likeness, rendered
from processors.backends.tiles import TilesProcessor
from tests.processors.backends.tiffs import Counting, tiff, with_directory

WIDTH, HEIGHT = 400, 300
BOX = Box(100, 120, 64, 20)


def tiles() -> TilesProcessor:
    return TilesProcessor.build({})


@pytest.fixture(autouse=True)
def few_rows_at_once(monkeypatch):
    monkeypatch.setattr("processors.tiff_rows.PIECE_BYTES", 8 * 3 * WIDTH)


@pytest.mark.parametrize("strip", [HEIGHT, 1, 7, 128])
def test_only_the_rows_of_a_region_are_read(strip: int):
    content = tiff(np.asarray(drawn(WIDTH, HEIGHT)), photometric="rgb", rowsperstrip=strip)
    processor, found = tiles(), Found(open=lambda: Counting(content), version=f"{strip}")
    processor.facts(found)
    Counting.total = 0
    shown = rendered(processor, found, BOX)
    assert Counting.total == 24 * 3 * WIDTH
    assert likeness(shown, drawn(WIDTH, HEIGHT).crop((100, 120, 164, 140))) == float("inf")


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_every_plain_kind_is_the_same_in_rows(byteorder: str, kind: type, mode: str):
    most = 1 if kind is np.float32 else np.iinfo(kind).max
    image = drawn(WIDTH, HEIGHT, mode)
    pixels = (np.asarray(image) / 255 * most).astype(kind)
    options = {"extrasamples": ["unassalpha"]} if mode == "RGBA" else {}
    content = tiff(pixels, photometric="minisblack" if mode == "L" else "rgb", byteorder=byteorder, **options)
    assert likeness(rendered(tiles(), in_memory(content)), image) == float("inf")


def in_strips(order: list[int], lost: int = 0) -> bytes:
    """Four strips of gray, written in another order than they are listed in, or the last of them too short."""
    rows = np.asarray(drawn(WIDTH, HEIGHT, "L"))
    strips = [rows[top : top + 75].tobytes() for top in range(0, HEIGHT, 75)]
    tags = [(256, 3, (WIDTH,)), (257, 3, (HEIGHT,)), (258, 3, (8,)), (259, 3, (1,)), (262, 3, (1,)), (277, 3, (1,))]
    strips[-1] = strips[-1][: len(strips[-1]) - lost]
    return with_directory([*tags, (278, 3, (75,))], strips, 273, 279, order)


def test_strips_in_another_order_are_put_in_theirs():
    shown = rendered(tiles(), in_memory(in_strips([2, 0, 3, 1])))
    assert likeness(shown, drawn(WIDTH, HEIGHT, "L")) == float("inf")


def test_a_strip_that_is_too_short_is_damage():
    with pytest.raises(Unreadable):
        rendered(tiles(), in_memory(in_strips([0, 1, 2, 3], lost=WIDTH)))


def test_a_file_as_pillow_writes_it_may_be_larger_than_what_is_decoded_at_once(settings):
    image = Image.new("L", (2000, 1500), 77)
    image.putpixel((1999, 1499), 200)
    settings.IIIFSERVER = {**settings.IIIFSERVER, "MAX_DECODE_PIXELS": 100_000}
    found = in_memory(encoded(image, "TIFF"))
    assert tiles().facts(found).extent == Extent(2000, 1500)
    assert rendered(tiles(), found, Box(1990, 1490, 10, 10)).getpixel((9, 9)) == 200


def test_rows_that_the_file_does_not_have_are_not_counted(tmp_path):
    """A few bytes could else have a list made of billions of places."""
    path = tmp_path / "giant.tif"
    path.write_bytes(tiff(np.zeros((4, 4), np.uint8), photometric="minisblack", bigtiff=True))
    sizes = {"ImageWidth": 2**30, "ImageLength": 2**31, "RowsPerStrip": 2**31, "StripByteCounts": 2**61}
    for name, value in sizes.items():
        with tifffile.TiffFile(path, mode="r+b") as file:
            file.pages[0].tags[name].overwrite(value, dtype="Q")
    with pytest.raises((ImageTooLarge, Unreadable)):
        tiles().facts(Found(open=lambda: path.open("rb"), version="giant"))
