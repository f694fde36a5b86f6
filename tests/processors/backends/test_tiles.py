from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from iiifserver.iiif.errors import Unreadable
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Box, Extent
from iiifserver.testing import ProcessorContract, drawn, in_memory, likeness, plan_for, rendered
from processors.backends.pillow import PillowProcessor
from processors.backends.tiles import TilesProcessor
from tests.processors.backends.tiffs import (
    JPEG,
    ORIENTATION,
    PLANES,
    TILE_COUNTS,
    Counting,
    changed,
    chequered,
    pyramid,
    tiff,
    tiled,
)


def tiles() -> TilesProcessor:
    return TilesProcessor.build({})


class TilesContract(ProcessorContract):
    @pytest.fixture
    def processor(self) -> TilesProcessor:
        return tiles()


class TestTiled(TilesContract):
    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return tiled(image, orientation)


class TestStriped(TilesContract):
    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return tiled(image, orientation, tile=None, rowsperstrip=16)


class TestJpegTiles(TilesContract):
    least_likeness = 30.0

    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return tiled(image, orientation, **JPEG)


class TestBigTiff(TilesContract):
    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        return tiled(image, orientation, bigtiff=True, byteorder=">", compression="lzw", predictor=True)


class TestPyramid(TilesContract):
    def file_of(self, image: Image.Image, orientation: int = 1) -> bytes:
        extra = [(ORIENTATION, "H", 1, orientation, True)]
        return pyramid(image, [(150, 100), (75, 50)], extratags=extra)


# --- Kinds of file -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compression", [None, "zlib", "lzw", "packbits", "zstd", "lzma"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_every_lossless_kind_is_read_exactly(compression: str | None, byteorder: str, mode: str):
    image = drawn(100, 80, mode)
    content = tiled(image, compression=compression, byteorder=byteorder)
    assert likeness(rendered(tiles(), in_memory(content)), image) == float("inf")


@pytest.mark.parametrize("compression", [None, "zlib", "lzw"])
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_sixteen_bits_become_eight(compression: str | None, byteorder: str, mode: str):
    """Parity 11.58."""
    image = drawn(100, 80, mode)
    pixels = np.asarray(image).astype(np.uint16) * 257
    kind = {"photometric": "rgb" if mode == "RGB" else "minisblack", "tile": (64, 64), "compression": compression}
    content = tiff(pixels, byteorder=byteorder, predictor=bool(compression), **kind)
    assert likeness(rendered(tiles(), in_memory(content)), image) == float("inf")


def test_zero_can_be_white():
    image = drawn(100, 80, "L")
    content = tiff(255 - np.asarray(image), photometric="miniswhite", tile=(64, 64))
    assert likeness(rendered(tiles(), in_memory(content)), image) == float("inf")


def test_colours_that_were_multiplied_by_alpha_are_divided_again():
    colours = Image.new("RGBA", (100, 80), (200, 100, 50, 128))
    premultiplied = np.asarray(colours.convert("RGBa"))
    content = tiff(premultiplied, photometric="rgb", extrasamples=["assocalpha"], tile=(64, 64))
    assert likeness(rendered(tiles(), in_memory(content)), colours) > 40


def test_cmyk_becomes_rgb():
    image = drawn(100, 80)
    content = tiff(np.asarray(image.convert("CMYK")), photometric="separated", tile=(64, 64))
    assert likeness(rendered(tiles(), in_memory(content)), image) > 30


@pytest.mark.parametrize("as_pages", [True, False])
def test_levels_are_found_in_subdirectories_and_in_pages(as_pages: bool):
    content = pyramid(drawn(300, 200), [(150, 100), (75, 50)], as_pages=as_pages)
    levels = tiles().facts(in_memory(content)).levels
    assert [level.extent for level in levels] == [Extent(300, 200), Extent(150, 100), Extent(75, 50)]


def test_levels_of_a_sideways_image_are_turned():
    extra = [(ORIENTATION, "H", 1, 6, True)]
    facts = tiles().facts(in_memory(pyramid(drawn(300, 200), [(150, 100)], extratags=extra, tile=(64, 128))))
    assert [(level.extent, level.tile) for level in facts.levels] == [
        (Extent(200, 300), Extent(64, 128)),
        (Extent(100, 150), Extent(64, 128)),
    ]


def test_pages_are_counted_without_levels():
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        for subfiletype in (0, 1, 0):
            writer.write(np.asarray(drawn(64, 64)), photometric="rgb", subfiletype=subfiletype)
    assert tiles().facts(in_memory(buffer.getvalue())).page_count == 2


def test_a_page_of_other_proportions_is_no_level():
    content = pyramid(drawn(300, 200), [(100, 100)], as_pages=True)
    assert len(tiles().facts(in_memory(content)).levels) == 1


def test_a_piece_that_was_left_out_is_white():
    content = bytearray(tiled(drawn(100, 80)))
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        counts = file.pages[0].tags[325]
    content[counts.valueoffset : counts.valueoffset + 4] = bytes(4)
    assert rendered(tiles(), in_memory(bytes(content)), Box(0, 0, 64, 64)).getextrema() == ((255, 255),) * 3


@pytest.mark.parametrize(
    ("pixels", "options"),
    [
        (np.zeros((3, 80, 100), np.uint8), {"photometric": "rgb", "planarconfig": "separate", "compression": "jpeg"}),
        (np.zeros((80, 100), bool), {"photometric": "minisblack"}),
        (np.zeros((80, 100, 5), np.uint8), {"photometric": "rgb", "extrasamples": [0, 0]}),
        (np.zeros((80, 100, 3), np.int16), {"photometric": "rgb"}),
        (np.zeros((80, 100), np.complex64), {"photometric": "minisblack"}),
    ],
    ids=["planes-of-jpeg", "1-bit", "extra-samples", "colours-with-a-sign", "complex"],
)
def test_other_kinds_are_left_to_another_processor(pixels: np.ndarray, options: dict[str, object]):
    assert tiles().facts(in_memory(tiff(pixels, **options))) is None


# --- How much is read --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("box", "size", "level"),
    [
        (Box(0, 0, 2411, 3372), Extent(2411, 3372), 2411),
        (Box(0, 0, 2411, 3372), Extent(1206, 1686), 1206),
        (Box(0, 0, 2411, 3372), Extent(1207, 1687), 1206),
        (Box(0, 0, 2411, 3372), Extent(1300, 1818), 2411),
        (Box(0, 0, 2411, 3372), Extent(603, 843), 603),
        (Box(0, 0, 2411, 3372), Extent(10, 14), 603),
        pytest.param(Box(2048, 0, 363, 2048), Extent(182, 1024), 1206, id="H.2-5"),
    ],
)
def test_the_level_is_the_smallest_that_has_enough_pixels(box: Box, size: Extent, level: int, monkeypatch):
    """Parity 11.36."""
    chosen = []
    monkeypatch.setattr("processors.backends.tiles.assembled", lambda *args: chosen.append(args[2]) or drawn(1, 1))
    image = Image.new("L", (2411, 3372))
    content = pyramid(image, [(1206, 1686), (603, 843)], photometric="minisblack", tile=(512, 512))
    processor, found = tiles(), in_memory(content)
    facts = processor.facts(found)
    processor.read(found, facts, plan_for(facts, box, size))
    assert [used.extent.width for used in chosen] == [level]


def test_a_tile_of_a_known_file_is_read_and_nothing_else(monkeypatch):
    content = tiled(drawn(512, 512), compression=None)
    processor, found = tiles(), Found(open=lambda: Counting(content), version="a")
    facts = processor.facts(found)
    monkeypatch.setattr(Counting, "total", 0)
    rendered(processor, found, Box(64, 64, 64, 64))
    assert (Counting.total, facts.tile) == (64 * 64 * 3, Extent(64, 64))


def test_a_region_of_a_pyramid_is_that_of_the_plain_file():
    image = drawn(1024, 768)
    content = pyramid(image, [(512, 384), (256, 192)])
    box, size = Box(256, 128, 512, 512), Extent(128, 128)
    plain = image.crop((256, 128, 768, 640)).resize((128, 128), Image.Resampling.LANCZOS)
    assert likeness(rendered(tiles(), in_memory(content), box, size), plain) > 40


@pytest.mark.parametrize("factor", [1, 2, 4])
def test_tiles_of_each_level_put_together_are_the_level(factor: int):
    image = drawn(1021, 767)
    content = pyramid(image, [(511, 384), (256, 192)])
    processor, found = tiles(), in_memory(content)
    level = Extent(-(-1021 // factor), -(-767 // factor))
    whole, step = Image.new("RGB", (level.width, level.height)), 128 * factor
    for left, top in ((x, y) for x in range(0, 1021, step) for y in range(0, 767, step)):
        box = Box(left, top, min(step, 1021 - left), min(step, 767 - top))
        size = Extent(-(-box.width // factor), -(-box.height // factor))
        whole.paste(rendered(processor, found, box, size), (left // factor, top // factor))
    assert likeness(whole, image.resize((level.width, level.height), Image.Resampling.BOX)) > 38


def test_both_processors_make_the_same_picture():
    content = tiled(drawn(300, 200))
    box, size = Box(10, 20, 200, 150), Extent(77, 61)
    one, other = (
        rendered(processor, in_memory(content), box, size) for processor in (tiles(), PillowProcessor.build({}))
    )
    assert likeness(one, other) > 50


def test_a_changed_file_is_read_anew():
    processor = tiles()
    rendered(processor, in_memory(tiled(drawn(100, 80)), version="a"))
    assert processor.facts(in_memory(tiled(drawn(90, 70)), version="b")).extent == Extent(90, 70)


def test_as_many_files_are_remembered_as_the_options_say():
    processor, content, opened = TilesProcessor.build({"remembered_files": 1}), tiled(drawn(100, 80)), []
    for version in ("a", "a", "b", "a"):
        processor.facts(Found(open=lambda: opened.append(1) or io.BytesIO(content), version=version))
    assert len(opened) == 3


@pytest.mark.parametrize(
    ("edge", "corner"), [(256, (255, 255)), (256, (255, 0)), (256, (0, 255)), (256, (254, 200)), (257, (256, 256))]
)
def test_a_single_pixel_at_the_edge_is_the_pixel_itself(edge: int, corner: tuple[int, int]):
    """And not the mean of its neighbours, which a smaller level has in its place."""
    image = chequered(edge)
    content = pyramid(image, [((edge + 1) // 2,) * 2, ((edge + 3) // 4,) * 2])
    shown = rendered(TilesProcessor.build({}), in_memory(content), Box(*corner, 1, 1))
    assert shown.getpixel((0, 0)) == image.getpixel(corner)


# --- Channels in planes of their own -----------------------------------------------------------------------------


def in_planes(image: Image.Image, **options) -> bytes:
    pixels = np.ascontiguousarray(np.moveaxis(np.asarray(image), 2, 0))
    return tiff(pixels, photometric="rgb", planarconfig="separate", tile=(64, 64), **options)


def test_of_planes_only_the_touched_pieces_are_read():
    content = in_planes(drawn(640, 640))
    processor, found = TilesProcessor.build({}), Found(open=lambda: Counting(content), version="planes")
    facts = processor.facts(found)
    Counting.total = 0
    processor.read(found, facts, plan_for(facts, Box(70, 70, 40, 40)))
    assert Counting.total == 3 * 64 * 64


def test_a_plane_that_the_file_leaves_out_is_dark():
    image = drawn(64, 64)
    content = bytearray(in_planes(image))
    with tifffile.TiffFile(io.BytesIO(bytes(content))) as file:
        counts = file.pages[0].tags[TILE_COUNTS]
        size = counts.valueoffset if counts.count > 1 else counts.offset
        width = 2 if counts.dtype == 3 else 4
    content[size : size + width] = bytes(width)
    shown = rendered(TilesProcessor.build({}), in_memory(bytes(content)))
    red, green, blue = shown.split()
    assert red.getextrema() == (0, 0)
    assert (green.tobytes(), blue.tobytes()) == tuple(channel.tobytes() for channel in image.split()[1:])


def test_too_few_pieces_for_all_planes_are_damage():
    content = changed(tiled(drawn(100, 80)), PLANES, 2)
    with pytest.raises(Unreadable):
        rendered(TilesProcessor.build({}), in_memory(content))


# --- Pieces that are WebP ----------------------------------------------------------------------------------------


def in_webp(width: int = 64, height: int = 64) -> bytes:
    return tiled(drawn(width, height), compression="webp", compressionargs={"level": -1})


@pytest.mark.parametrize("end", [5, 30, 200])
def test_a_webp_that_is_cut_off_is_unreadable(end: int):
    content = in_webp()
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        tag = file.pages[0].tags[TILE_COUNTS]
    with pytest.raises(Unreadable):
        rendered(TilesProcessor.build({}), in_memory(changed(content, tag.code, end)))


def test_a_webp_that_claims_to_be_larger_than_its_piece_is_not_decoded(monkeypatch):
    content, calls = bytearray(in_webp()), []
    start = content.index(b"VP8L")
    content[start : start + 4] = b"VP8X"
    content[start + 12 : start + 18] = 2 * (4999).to_bytes(3, "little")
    # tifffile keeps the decoders that it has found once: one put into imagecodecs would stay, or never be asked.
    decoders = tifffile.TIFF.DECOMPRESSORS._codecs
    monkeypatch.setitem(decoders, tifffile.COMPRESSION.WEBP, lambda *args, **options: calls.append(args))
    with pytest.raises(Unreadable):
        rendered(TilesProcessor.build({}), in_memory(bytes(content)))
    assert calls == []
