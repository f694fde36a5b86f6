from __future__ import annotations

import contextlib
import io
import resource
import struct
import zlib

import numpy as np
import pytest
import tifffile
from django.test import override_settings
from PIL import Image, ImageFile

from iiifserver.iiif.errors import ImageTooLarge, Overloaded, SourceUnavailable, Unreadable
from iiifserver.iiif.found import Found
from iiifserver.testing import (
    drawn,
    encoded,
    in_memory,
    rendered,
    with_orientation,
)
from processors.backends.pillow import PillowProcessor


def pillow() -> PillowProcessor:
    return PillowProcessor.build({})


def png_bomb() -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">L", len(content)) + name + content + struct.pack(">L", zlib.crc32(name + content))

    header = struct.pack(">LLBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(10_000)))


def jpeg_bomb() -> bytes:
    content = bytearray(encoded(drawn(16, 16), "JPEG"))
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", 65_500, 65_500)
    return bytes(content)


def gif_bomb() -> bytes:
    content = bytearray(encoded(drawn(16, 16), "GIF"))
    content[6:10] = struct.pack("<HH", 65_500, 65_500)
    return bytes(content)


def bmp_bomb() -> bytes:
    content = bytearray(encoded(drawn(16, 16), "BMP"))
    content[18:26] = struct.pack("<LL", 100_000, 100_000)
    return bytes(content)


def webp_bomb() -> bytes:
    content = bytearray(encoded(drawn(16, 16, "RGBA"), "WEBP", lossless=False, exif=with_orientation(6)))
    at = content.index(b"VP8X") + 12
    content[at : at + 6] = (16_382).to_bytes(3, "little") * 2
    return bytes(content)


def tiff_bomb() -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, np.zeros((16, 16), np.float32), compression="zlib")
    with tifffile.TiffFile(io.BytesIO(buffer.getvalue())) as tiff:
        sides = [tiff.pages[0].tags[code].offset for code in (256, 257)]
    content = bytearray(buffer.getvalue())
    for offset in sides:
        content[offset + 2 : offset + 12] = struct.pack("<HLL", 4, 1, 100_000)
    return bytes(content)


BOMBS = {
    "png": png_bomb(),
    "jpeg": jpeg_bomb(),
    "gif": gif_bomb(),
    "bmp": bmp_bomb(),
    "webp": webp_bomb(),
    "tiff": tiff_bomb(),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_from_its_header(name: str):
    with pytest.raises(ImageTooLarge):
        pillow().facts(in_memory(BOMBS[name]))


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_no_memory(name: str):
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with contextlib.suppress(ImageTooLarge):
        pillow().facts(in_memory(BOMBS[name]))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident < 20_000


def test_the_limit_is_that_of_the_fence_and_not_that_of_pillow(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert rendered(pillow(), in_memory(encoded(drawn(300, 200)))).size == (300, 200)


@pytest.mark.parametrize(("limit", "refused"), [(200, False), (199, True)])
def test_the_limit_of_the_fence_counts_the_pixels(limit: int, refused: bool, tmp_path):
    with override_settings(IIIFSERVER={"HOME": tmp_path, "MAX_DECODE_PIXELS": limit}):
        try:
            pillow().facts(in_memory(encoded(drawn(20, 10))))
            was_refused = False
        except ImageTooLarge:
            was_refused = True
    assert was_refused is refused


def test_a_limit_that_pillow_still_asks_is_too_large(monkeypatch):
    found = in_memory(encoded(drawn(300, 200), "TIFF"))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(ImageTooLarge):
        rendered(pillow(), found)


# --- What else goes wrong ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("part", [0.03, 0.3, 0.7, 0.95])
def test_a_file_that_was_cut_off_is_unreadable(name: str, part: float):
    content = encoded(drawn(300, 200), name)
    with pytest.raises(Unreadable):
        rendered(pillow(), in_memory(content[: int(part * len(content))]))


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"Just a text.", b"\xff\xd8\xff", b"BM", b"II*\0"])
def test_what_is_no_image_is_unreadable(content: bytes):
    with pytest.raises(Unreadable):
        pillow().facts(in_memory(content))


def test_a_disk_that_fails_is_not_a_damaged_image():
    class Failing(io.BytesIO):
        def read(self, *args):
            raise OSError(5, "Input/output error")

    with pytest.raises(SourceUnavailable):
        pillow().facts(Found(open=lambda: Failing(), version="a"))


def test_too_little_memory_is_said_so(monkeypatch):
    def no_memory(image):
        raise MemoryError

    found = in_memory(encoded(drawn(20, 10)))
    monkeypatch.setattr(ImageFile.ImageFile, "load", no_memory)
    with pytest.raises(Overloaded):
        rendered(pillow(), found)
