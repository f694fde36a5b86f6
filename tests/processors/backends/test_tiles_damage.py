from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from django.test import override_settings

from iiifserver.iiif.errors import ImageTooLarge, Unreadable
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Box, Extent
from iiifserver.testing import drawn, in_memory, likeness, plan_for, rendered
from processors.backends.tiles import TilesProcessor
from tests.processors.backends.tiffs import (
    HEIGHT,
    JPEG,
    TILE_COUNTS,
    TILE_HEIGHT,
    TILE_OFFSETS,
    TILE_WIDTH,
    WIDTH,
    Counting,
    changed,
    pyramid,
    tiff,
    tiled,
)


def tiles() -> TilesProcessor:
    return TilesProcessor.build({})


def huge(content: bytes, *codes: int) -> bytes:
    for code in codes:
        content = changed(content, code, 100_000 // 16 * 16)
    return content


def test_a_huge_header_with_few_pieces_is_unreadable():
    with pytest.raises(Unreadable):
        tiles().facts(in_memory(huge(tiled(drawn(100, 80)), WIDTH, HEIGHT)))


def test_a_huge_tile_is_refused_from_the_header():
    with pytest.raises(ImageTooLarge):
        tiles().facts(in_memory(huge(tiled(drawn(100, 80)), WIDTH, HEIGHT, TILE_WIDTH, TILE_HEIGHT)))


def test_a_level_in_pieces_too_large_to_decode_is_not_used(tmp_path: Path):
    content = pyramid(drawn(1024, 1024), [(512, 512), (256, 256)], as_pages=True)
    content = changed(changed(content, TILE_WIDTH, 512, page=1), TILE_HEIGHT, 512, page=1)
    with override_settings(IIIFSERVER={"HOME": tmp_path, "MAX_DECODE_PIXELS": 100_000}):
        levels = tiles().facts(in_memory(content)).levels
    assert [level.extent.width for level in levels] == [1024, 256]


def test_more_than_may_be_decoded_at_once_is_refused(tmp_path: Path):
    found = in_memory(tiled(drawn(512, 512)))
    with override_settings(IIIFSERVER={"HOME": tmp_path, "MAX_DECODE_PIXELS": 100_000}), pytest.raises(ImageTooLarge):
        rendered(tiles(), found)


def test_a_region_of_an_image_too_large_to_decode_is_shown(tmp_path: Path):
    found = in_memory(tiled(drawn(512, 512)))
    with override_settings(IIIFSERVER={"HOME": tmp_path, "MAX_DECODE_PIXELS": 100_000}):
        assert rendered(tiles(), found, Box(100, 100, 200, 200)).size == (200, 200)


@pytest.mark.parametrize("code", [WIDTH, HEIGHT, TILE_WIDTH, TILE_HEIGHT])
def test_an_edge_of_no_pixels_is_unreadable(code: int):
    with pytest.raises(Unreadable):
        tiles().facts(in_memory(changed(tiled(drawn(100, 80)), code, 0)))


def test_offsets_outside_the_file_are_unreadable():
    content = changed(tiled(drawn(60, 60)), TILE_OFFSETS, 4_000_000_000)
    with pytest.raises(Unreadable):
        rendered(tiles(), in_memory(content))


def test_a_piece_larger_than_its_pixels_can_be_is_not_even_read(monkeypatch):
    content = changed(tiled(drawn(60, 60)), TILE_COUNTS, 50_000_000) + bytes(60_000_000)
    processor, found = tiles(), Found(open=lambda: Counting(content), version="a")
    facts = processor.facts(found)
    monkeypatch.setattr(Counting, "total", 0)
    with pytest.raises(Unreadable):
        processor.read(found, facts, plan_for(facts))
    assert Counting.total == 0


@pytest.mark.parametrize("compression", ["zlib", "zstd", "lzma", "packbits", "lzw"])
def test_a_piece_that_unpacks_to_more_than_its_pixels_fills_no_memory(compression: str):
    """A tile of 4 kB of which 256 times as much comes out, under a header that promises little."""
    large = tiff(np.zeros((1024, 1024), np.uint8), tile=(1024, 1024), compression=compression, photometric="minisblack")
    content = large
    for code in (WIDTH, HEIGHT, TILE_WIDTH, TILE_HEIGHT):
        content = changed(content, code, 64)
    try:
        size = rendered(tiles(), in_memory(content)).size
    except Unreadable:
        size = (64, 64)
    assert size == (64, 64)


def with_tile(content: bytes, change) -> bytes:
    """The file with its only tile changed, in as many bytes."""
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        offset, count = file.pages[0].dataoffsets[0], file.pages[0].databytecounts[0]
    tile = change(bytearray(content[offset : offset + count]))
    return content[:offset] + bytes(tile) + content[offset + len(tile) :]


def cut_off(tile: bytearray) -> bytearray:
    tile[len(tile) // 2 :] = bytes(len(tile) - len(tile) // 2)
    return tile


def claiming_more(tile: bytearray) -> bytearray:
    frame = tile.index(b"\xff\xc0")
    tile[frame + 5 : frame + 9] = struct.pack(">HH", 65_500, 65_500)
    return tile


def of_another_kind(tile: bytearray) -> bytearray:
    tile[:2] = b"\x89P"
    return tile


def without_frame(tile: bytearray) -> bytearray:
    tile[2:] = b"\xff\xe0\0\x02" * (len(tile) // 4)
    return tile


@pytest.mark.parametrize("change", [cut_off, claiming_more, of_another_kind, without_frame])
def test_a_damaged_jpeg_tile_is_unreadable(change):
    with pytest.raises(Unreadable):
        rendered(tiles(), in_memory(with_tile(tiled(drawn(60, 60), **JPEG), change)))


def test_directories_that_run_in_circles_come_to_an_end():
    content = bytearray(pyramid(drawn(300, 200), [(150, 100)], as_pages=True))
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        first, second = (page.offset for page in file.pages)
    entries = struct.unpack_from("<H", content, second)[0]
    struct.pack_into("<L", content, second + 2 + 12 * entries, first)
    assert tiles().facts(in_memory(bytes(content))).extent == Extent(300, 200)


def test_a_directory_outside_the_file_is_unreadable():
    with pytest.raises(Unreadable):
        tiles().facts(in_memory(b"II*\0\xff\xff\xff\x7f" + bytes(100)))


@pytest.mark.parametrize("profile", [b"", b"garbage" * 100])
def test_a_damaged_profile_is_ignored(profile: bytes):
    image = drawn(100, 80)
    assert likeness(rendered(tiles(), in_memory(tiled(image, iccprofile=profile))), image) == float("inf")
