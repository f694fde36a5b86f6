from __future__ import annotations

import contextlib
import random
import struct

import pytest
from django.test import override_settings
from PIL import Image

from iiifserver.iiif.errors import ImageTooLarge, Unreadable
from iiifserver.iiif.values import Box
from iiifserver.testing import drawn, in_memory, plan_for, rendered
from processors import openjpeg_library
from processors.backends.openjpeg import OpenJpegProcessor
from processors.openjpeg_library import NoLibrary, bundled_libraries, library_for
from tests.processors.backends.jp2s import SIGNATURE, box, jp2, patched, with_boxes

SIZES = 4
"""Where the width stands behind the marker of sizes."""


def openjpeg() -> OpenJpegProcessor:
    return OpenJpegProcessor.build({})


def sized(width: int, height: int, tile: tuple[int, int] = (64, 64)) -> bytes:
    """A file that claims to be so large, and stored in such tiles."""
    content = patched(jp2(Image.new("L", (64, 64))), SIZES, struct.pack(">II", width, height))
    return patched(content, SIZES + 16, struct.pack(">II", *tile))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(SIGNATURE, id="nothing-behind-the-signature"),
        pytest.param(SIGNATURE + box(b"jp2h", b""), id="no-code-stream"),
        pytest.param(SIGNATURE + box(b"jp2c", b"\xff\x4f"), id="no-header"),
        pytest.param(SIGNATURE + box(b"jp2c", b"\xff\x4f\xff\x51\0\2"), id="no-sizes"),
        pytest.param(SIGNATURE + b"\0\0\0\1jp2c" + b"\xff" * 8, id="a-box-larger-than-any-file"),
        pytest.param(SIGNATURE + b"\0\0\0\2jp2c", id="a-box-smaller-than-its-head"),
        pytest.param(SIGNATURE + struct.pack(">I4s", 0x7FFFFFFF, b"jp2h") + bytes(100), id="a-header-beyond-the-end"),
        pytest.param(SIGNATURE + box(b"free", b"") * 5000, id="boxes-without-end"),
        pytest.param(SIGNATURE + box(b"jp2h", box(b"jp2h", box(b"jp2h", b"") * 9) * 9) * 9, id="boxes-in-boxes"),
        pytest.param(b"\xff\x4f\xff\x51" + b"\xff\x64\0\2" * 5000, id="segments-without-end"),
        pytest.param(sized(0, 0), id="no-size"),
        pytest.param(sized(64, 64, (0, 0)), id="no-tile"),
        pytest.param(patched(jp2(drawn(64, 64, "L")), 36, b"\0\0"), id="no-components"),
        pytest.param(patched(jp2(drawn(64, 64, "L")), 39, b"\0\0"), id="samples-without-distance"),
        pytest.param(patched(jp2(drawn(64, 64, "L")), 38, b"\x7f"), id="samples-of-128-bits"),
    ],
)
def test_damage_is_found_in_the_header(content: bytes):
    with pytest.raises((Unreadable, ImageTooLarge)):
        openjpeg().facts(in_memory(content))


@pytest.mark.parametrize("tile", [(1, 1), (2**31, 2**31)])
def test_an_absurd_size_is_refused_before_anything_is_decoded(tile: tuple[int, int]):
    with pytest.raises((ImageTooLarge, Unreadable)):
        rendered(openjpeg(), in_memory(sized(2**31 - 2, 2**31 - 2, tile)))


def test_too_many_tiles_are_refused_from_the_header():
    with pytest.raises(ImageTooLarge):
        openjpeg().facts(in_memory(sized(60_000, 60_000, (16, 16))))


def test_the_limit_of_the_fence_counts_the_pixels_to_decode(tmp_path):
    found = in_memory(jp2(drawn(300, 200), num_resolutions=1))
    with override_settings(IIIFSERVER={"HOME": tmp_path, "MAX_DECODE_PIXELS": 10_000}):
        with pytest.raises(ImageTooLarge):
            rendered(openjpeg(), found)
        assert rendered(openjpeg(), found, Box(0, 0, 100, 100)).size == (100, 100)


def test_a_large_image_of_which_little_is_asked_takes_little_memory():
    """A header that claims a gigapixel; only the asked part is ever laid out."""
    found = in_memory(sized(32_768, 32_768, (32_768, 32_768)))
    facts = openjpeg().facts(found)
    assert facts.extent.area == 2**30
    with pytest.raises(Unreadable):
        openjpeg().read(found, facts, plan_for(facts, Box(0, 0, 512, 512)))


@pytest.mark.parametrize("seed", range(60))
def test_flipped_bytes_never_do_more_than_refuse(seed: int):
    dice = random.Random(seed)
    content = bytearray(jp2(drawn(96, 64), tile_size=(64, 64), num_resolutions=3))
    for _ in range(dice.randint(1, 12)):
        content[dice.randrange(12, len(content))] = dice.randrange(256)
    found = in_memory(bytes(content))
    with contextlib.suppress(Unreadable, ImageTooLarge):
        facts = openjpeg().facts(found)
        assert openjpeg().read(found, facts, plan_for(facts, Box(0, 0, 1, 1))).image.size >= (1, 1)


def test_a_giant_box_of_somebody_else_is_not_read():
    content = with_boxes(jp2(drawn(30, 20)), box(b"uuid", bytes(16) + bytes(3_000_000)))
    assert rendered(openjpeg(), in_memory(content)).size == (30, 20)


# --- The library -------------------------------------------------------------------------------------------------


def test_the_library_of_the_settings_is_the_only_one_asked():
    with pytest.raises(NoLibrary, match="the settings' library"):
        library_for("/nowhere/libopenjp2.so")


def test_the_library_inside_pillow_is_found_where_the_system_has_none(monkeypatch):
    monkeypatch.setattr(openjpeg_library, "SYSTEM_NAMES", ("libnothing.so.1",))
    assert openjpeg_library.library_for.__wrapped__(None).origin == "the library inside Pillow"


def test_without_any_library_the_check_says_what_to_do(monkeypatch, tmp_path):
    path = tmp_path / "no_library.so"
    path.write_text("This is no library.")
    with override_settings(IIIFSERVER={"HOME": tmp_path, "OPENJPEG_LIBRARY": str(path)}):
        (problem,) = openjpeg().problems()
        assert OpenJpegProcessor.reads("jpeg2000") is False
    assert "apt install libopenjp2-7" in problem


def test_a_library_that_is_too_old_is_not_used(monkeypatch):
    monkeypatch.setattr(openjpeg_library, "OLDEST_VERSION", (99,))
    with pytest.raises(NoLibrary, match="too old"):
        openjpeg_library.library_for.__wrapped__(None)


def test_libraries_that_wheels_bring_are_looked_for_beside_and_inside_the_package(tmp_path):
    package = tmp_path / "PIL"
    for file in (tmp_path / "pillow.libs" / "libopenjp2-1.so", package / ".dylibs" / "libopenjp2.7.dylib"):
        file.parent.mkdir(parents=True)
        file.touch()
    assert [file.name for file in bundled_libraries(package)] == ["libopenjp2-1.so", "libopenjp2.7.dylib"]
