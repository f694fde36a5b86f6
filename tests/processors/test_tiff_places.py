"""The places of a TIFF's pieces: long lists are read in parts, and give what tifffile gives."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import tifffile

from processors import tiff_places
from processors.tiff_index import read_index
from processors.tiff_places import lists_of

TILES = 60


def many_tiles(*, bigtiff: bool = False, byteorder: str = "<") -> bytes:
    """A file of 3600 tiles, in a pyramid of two levels; the smaller one is a directory of its own."""
    buffer = io.BytesIO()
    pixels = np.arange((16 * TILES) ** 2, dtype=np.uint8).reshape(16 * TILES, -1)
    with tifffile.TiffWriter(buffer, bigtiff=bigtiff, byteorder=byteorder) as writer:
        writer.write(pixels, tile=(16, 16), subifds=1, compression="zlib", metadata=None)
        writer.write(pixels[::2, ::2], tile=(16, 16), subfiletype=1, compression="zlib", metadata=None)
    return buffer.getvalue()


@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("bigtiff", [False, True])
def test_places_are_those_that_the_file_lists(bigtiff: bool, byteorder: str):
    file = io.BytesIO(many_tiles(bigtiff=bigtiff, byteorder=byteorder))
    with tifffile.TiffFile(file) as tiff:
        listed = list(zip(tiff.pages[0].dataoffsets, tiff.pages[0].databytecounts, strict=True))
    file = Far(file.getvalue())
    places = read_index(file).levels[0].places
    assert [places.at(file, index) for index in range(len(places))] == listed


@pytest.mark.parametrize("bigtiff", [False, True])
def test_the_lists_of_every_level_are_found(bigtiff: bool):
    lists = list(lists_of(io.BytesIO(many_tiles(bigtiff=bigtiff))))
    assert sorted(one.length for one in lists) == [TILES**2 // 4] * 2 + [TILES**2] * 2


def test_only_the_touched_part_of_a_list_is_read(monkeypatch):
    monkeypatch.setattr(tiff_places, "PART_LENGTH", 1000)
    file = Far(many_tiles(bigtiff=True))
    level = read_index(file).levels[0]
    file.seen = 0
    level.places.at(file, 2500)
    level.places.at(file, 2600)
    assert file.seen <= 1000 * 12


def test_a_far_file_gives_its_directories_before_its_lists():
    file = Far(many_tiles(bigtiff=True))
    read_index(file)
    assert file.seen < 10_000


def test_a_list_that_is_cut_off_is_an_error():
    content = many_tiles(bigtiff=True)
    (start, _), *_ = sorted((one.start, one.length) for one in lists_of(io.BytesIO(content)))
    file = Far(content)
    places = read_index(file).levels[0].places
    with pytest.raises(EOFError):
        places.at(Far(content[: start + 100]), 0)


@pytest.mark.parametrize("cut", [0, 4, 15, 16, 17, 100, 300, 5000])
def test_what_is_cut_off_or_no_tiff_has_no_lists_and_does_no_harm(cut: int):
    assert list(lists_of(io.BytesIO(many_tiles()[:cut]))) == []


@pytest.mark.parametrize("number", range(20))
def test_directories_of_noise_come_to_an_end(number: int):
    noise = np.random.default_rng(number).bytes(20_000)
    for start in (b"II*\0", b"MM\0*", b"II+\0\x08\0\0\0", b"MM\0+\0\x08\0\0"):
        list(lists_of(io.BytesIO(start + noise)))


def test_directories_that_run_in_circles_come_to_an_end(tmp_path: Path):
    content = bytearray(many_tiles())
    content[-4:] = content[4:8]
    list(lists_of(io.BytesIO(bytes(content))))


class Far(io.BytesIO):
    """A file that lies far away, and counts the bytes that are read."""

    seen = 0

    def prefetch(self, ranges, bridge_bytes: int = 0) -> None:
        """Everything is here already."""

    def read(self, size: int | None = -1) -> bytes:
        content = super().read(size)
        self.seen += len(content)
        return content
