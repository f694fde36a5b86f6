"""Files that are small and promise much, or lead on and on: refused or bounded, whichever processor reads them."""

from __future__ import annotations

import contextlib
import io
import struct
import tracemalloc
import zlib

import pytest
import tifffile
from PIL import Image, PngImagePlugin

from iiifserver.iiif.errors import BadRequest, IIIFError
from iiifserver.iiif.values import Extent
from iiifserver.testing import drawn, encoded, in_memory, rendered
from processors.backends.pillow import PillowProcessor
from processors.backends.tiles import TilesProcessor
from processors.base import Processor
from processors.metadata import embedded_in
from tests.processors.backends.tiffs import tiled

READERS = [PillowProcessor, TilesProcessor]
GIANT = 30_000_000


def chain_of_directories(count: int) -> bytes:
    """A TIFF of so many pages, all with the same pixels."""
    content = bytearray(encoded(drawn(16, 16), "TIFF"))
    first = struct.unpack_from("<L", content, 4)[0]
    entries = struct.unpack_from("<H", content, first)[0]
    directory = bytes(content[first : first + 2 + 12 * entries])
    content += bytes(len(content) % 2)
    start, step = len(content), len(directory) + 4
    struct.pack_into("<L", content, first + 2 + 12 * entries, start)
    for number in range(1, count):
        following = start + number * step if number < count - 1 else 0
        content += directory + struct.pack("<L", following)
    return bytes(content)


class Counting(io.BytesIO):
    """Counts how often it is read."""

    reads = 0

    def read(self, *args):
        Counting.reads += 1
        return super().read(*args)


@pytest.mark.parametrize("processor", READERS)
def test_a_chain_of_directories_is_followed_only_so_far(processor: type[Processor], monkeypatch):
    monkeypatch.setattr(Counting, "reads", 0)
    found = in_memory(b"")
    object.__setattr__(found, "open", lambda: Counting(chain_of_directories(20_000)))
    assert processor.build({}).facts(found).page_count == 1000
    assert Counting.reads < 50 * 1000


@pytest.mark.parametrize("processor", READERS)
@pytest.mark.parametrize("count", [1, 2, 7])
def test_pages_are_counted_where_there_are_few(processor: type[Processor], count: int):
    found = in_memory(chain_of_directories(max(count, 2))) if count > 1 else in_memory(encoded(drawn(16, 16), "TIFF"))
    facts = processor.build({}).facts(found)
    assert facts is None or facts.page_count == count


def test_the_last_page_can_be_read_and_none_behind_it():
    found = in_memory(chain_of_directories(3))
    processor = PillowProcessor.build({})
    assert processor.facts(found, 3).extent == Extent(16, 16)
    with pytest.raises(BadRequest):
        processor.facts(found, 4)


@pytest.mark.parametrize("processor", READERS)
@pytest.mark.parametrize("back_to", ["first", "itself"])
def test_directories_in_a_circle_come_to_an_end(processor: type[Processor], back_to: str):
    content = bytearray(chain_of_directories(2))
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        first, second = (page.offset for page in file.pages)
    entries = struct.unpack_from("<H", content, second)[0]
    struct.pack_into("<L", content, second + 2 + 12 * entries, first if back_to == "first" else second)
    facts = processor.build({}).facts(in_memory(bytes(content)))
    assert facts.page_count <= 1000


def with_deep_subdirectories(depth: int) -> bytes:
    """A TIFF whose pyramid has a pyramid of its own, and so on."""
    content = bytearray(tiled(drawn(64, 64)))
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        directory = file.pages[0].offset
    entries = struct.unpack_from("<H", content, directory)[0]
    tags = bytes(content[directory + 2 : directory + 2 + 12 * entries])
    start = len(content) + len(content) % 2
    content += bytes(start - len(content))
    step = 2 + 12 * (entries + 1) + 4
    for level in range(depth):
        below = start + (level + 1) * step if level < depth - 1 else start
        sub = struct.pack("<HHLL", 330, 4, 1, below)
        ordered = sorted((*(tags[at : at + 12] for at in range(0, len(tags), 12)), sub), key=lambda tag: tag[:2][::-1])
        content += struct.pack("<H", entries + 1) + b"".join(ordered) + bytes(4)
    struct.pack_into("<L", content, 4, start)
    return bytes(content)


@pytest.mark.parametrize("processor", READERS)
def test_directories_within_directories_come_to_an_end(processor: type[Processor]):
    picture = rendered(processor.build({}), in_memory(with_deep_subdirectories(2000)))
    assert picture.size == (64, 64)


def jpeg_with_profile() -> bytes:
    return encoded(drawn(16, 16), "JPEG", icc_profile=bytes(255 * 65_519))


def png_with_profile() -> bytes:
    """A profile of which 30 MB come out of 30 kB."""
    return encoded(drawn(16, 16), "PNG", icc_profile=bytes(GIANT))


def tiff_with_profile() -> bytes:
    return encoded(drawn(16, 16), "TIFF", icc_profile=bytes(GIANT))


def webp_with_profile() -> bytes:
    return encoded(drawn(16, 16), "WEBP", icc_profile=bytes(GIANT))


@pytest.mark.parametrize("make", [jpeg_with_profile, png_with_profile, tiff_with_profile, webp_with_profile])
def test_a_giant_profile_is_ignored_or_refused(make):
    content = make()
    with contextlib.suppress(IIIFError):
        assert rendered(PillowProcessor.build({}), in_memory(content)).size == (16, 16)


def packed_png(keyword: bytes) -> bytes:
    """A PNG with words of which 200 MB come out of 200 kB."""
    content = encoded(drawn(16, 16), "PNG")
    body = keyword + b"\0\1\0\0\0" + zlib.compress(bytes(200_000_000))
    chunk = struct.pack(">L", len(body)) + b"iTXt" + body + struct.pack(">L", zlib.crc32(b"iTXt" + body))
    return content[:33] + chunk + content[33:]


@pytest.mark.parametrize("keyword", [b"XML:com.adobe.xmp", b"Comment"])
def test_packed_words_fill_no_memory(keyword: bytes):
    found = in_memory(packed_png(keyword))
    tracemalloc.start()
    try:
        with contextlib.suppress(IIIFError):
            PillowProcessor.build({}).facts(found)
        embedded_in(found, "png", 0)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_many_packed_words_are_bounded_too():
    info = PngImagePlugin.PngInfo()
    for number in range(200):
        info.add_text(f"Comment {number}", "a" * 900_000, zip=True)
    found = in_memory(encoded(drawn(16, 16), "PNG", pnginfo=info))
    tracemalloc.start()
    try:
        with contextlib.suppress(IIIFError):
            PillowProcessor.build({}).facts(found)
        assert tracemalloc.get_traced_memory()[1] < 150_000_000
    finally:
        tracemalloc.stop()


def exif_in_circles() -> bytes:
    """EXIF whose directory of details is itself."""
    return b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<HHHLLL", 1, 0x8769, 4, 1, 8, 8)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_exif_in_circles_comes_to_an_end(name: str):
    found = in_memory(encoded(drawn(16, 16), name, exif=exif_in_circles()))
    assert PillowProcessor.build({}).facts(found).extent == Extent(16, 16)
    embedded_in(found, name.lower(), 0)


def test_giant_exif_is_passed_by():
    found = in_memory(encoded(drawn(16, 16), "WEBP", exif=b"Exif\0\0II*\0" + bytes(GIANT)))
    assert PillowProcessor.build({}).facts(found).extent == Extent(16, 16)
    assert not embedded_in(found, "webp", 0).exif


def avif_bomb() -> bytes:
    content = bytearray(encoded(drawn(16, 16), "AVIF"))
    at = content.index(b"ispe") + 8
    content[at : at + 8] = struct.pack(">LL", 60_000, 60_000)
    return bytes(content)


def jpeg2000_bomb() -> bytes:
    content = bytearray(encoded(drawn(16, 16), "JPEG2000"))
    box, siz = content.index(b"ihdr") + 4, content.index(b"\xff\x51") + 6
    content[box : box + 8] = struct.pack(">LL", 60_000, 60_000)
    content[siz : siz + 8] = struct.pack(">LL", 60_000, 60_000)
    return bytes(content)


@pytest.mark.parametrize("make", [avif_bomb, jpeg2000_bomb])
def test_a_tiny_file_with_a_huge_size_is_never_decoded(make, monkeypatch):
    content = make()
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("It was decoded."))
    with pytest.raises(IIIFError):
        PillowProcessor.build({}).facts(in_memory(content))
