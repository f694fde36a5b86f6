"""What a file really is, by its first bytes: names and media types may lie."""

from __future__ import annotations

import re
from typing import Final

from iiifserver.iiif.errors import Unreadable
from iiifserver.iiif.found import Found
from iiifserver.iiif.source_formats import brought_name_of

from .base import damage_is_unreadable
from .camera_tiffs import holds_sensor_data

SIGNATURE_BYTES = 4096
"""As much as an SVG may say before its first element."""

PREFIXES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"FUJIFILMCCD-RAW ", "raw"),
    (b"IIRO\x08\0\0\0", "raw"),
    (b"IIRS\x08\0\0\0", "raw"),
    (b"MMOR\0\0\0\x08", "raw"),
    (b"IIU\0\x18\0\0\0", "raw"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"BM", "bmp"),
    (b"8BPS\0\x01", "psd"),
    (b"/* XPM */", "xpm"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "jpegxl"),
    (b"\xff\x0a", "jpegxl"),
    (b"%PDF-", "pdf"),
    (b"FLV\x01", "flv"),
    (b"\0\0\x01\xba", "mpeg"),
    (b"\0\0\x01\xb3", "mpeg"),
)

PNM_START = re.compile(rb"P[1-6][ \t\r\n#]")
ICON_START = b"\0\0\x01\0"
ICON_HEADER_BYTES = 22
"""With the first entry of its list."""

TARGA_HEADER_BYTES = 18
TARGA_KINDS = frozenset({1, 2, 3, 9, 10, 11})
TARGA_DEPTHS = frozenset({8, 16, 24, 32})

RIFF_KINDS = {b"WEBP": "webp", b"AVI ": "avi"}

AVIF_BRANDS: Final = frozenset({b"avif", b"avis"})
HEIF_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
CAMERA_BRANDS: Final = frozenset({b"crx "})
FILM_BRANDS: Final = frozenset(
    {
        b"qt  ",
        b"mp41",
        b"mp42",
        b"mp71",
        b"avc1",
        b"hvc1",
        b"dash",
        b"f4v ",
        b"MSNV",
        b"XAVC",
        b"M4V ",
        b"M4VH",
        b"M4VP",
    }
)
FILM_BRAND_BEGINNINGS = (b"iso", b"3gp", b"3g2")

EARLY_MOVIE_BOXES = frozenset({b"moov", b"mdat", b"wide"})
"""What the oldest QuickTime films begin with, where later ones say their brand."""

EBML_START = b"\x1a\x45\xdf\xa3"
EBML_KIND = re.compile(rb"\x42\x82.(webm|matroska)", re.DOTALL)
EBML_HEADER_BYTES = 64

MPEG_PACKET_BYTES = 188
MPEG_PACKET_START = 0x47

SVG_START = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s*
    (?:<\?xml\s[^>]*\?>\s*)?
    (?:(?:<!--(?:(?!-->).)*-->|<\?(?:(?!\?>).)*\?>|<!DOCTYPE\s+(?:svg|[\w.-]+:svg)\b[^\[>]*(?:\[[^\]]*\]\s*)?>)\s*)*
    <(?:[A-Za-z_][\w.-]*:)?svg[\s/>]""",
    re.VERBOSE | re.DOTALL,
)
"""Nothing but a prologue stands in front of the root element, and that is an `svg`."""


def detect(found: Found) -> str:
    """The format's name in lower case; raises `Unreadable` for bytes that are no image known here."""
    with found.open() as file, damage_is_unreadable():
        name = name_of(file.read(SIGNATURE_BYTES))
        if name == "tiff" and holds_sensor_data(file):
            name = "raw"
    if name is None:
        raise Unreadable("This file is not an image of a kind that is known here.")
    return name


def name_of(start: bytes) -> str | None:
    """The format of a file that begins with these bytes: a built-in one before those of plug-ins."""
    return name_by_signature(start) or brought_name_of(start) or name_without_signature(start)


def name_by_signature(start: bytes) -> str | None:
    """The built-in format whose files begin so, where they all begin with the same."""
    for prefix, name in PREFIXES:
        if start.startswith(prefix):
            return name
    if start.startswith(b"RIFF"):
        return RIFF_KINDS.get(start[8:12])
    if start.startswith(EBML_START):
        return "matroska" if EBML_KIND.search(start[:EBML_HEADER_BYTES]) else None
    if start[4:8] == b"ftyp":
        return name_of_brands(start[8:12], compatible_brands(start))
    if start[4:8] in EARLY_MOVIE_BOXES:
        return "mp4"
    if is_mpeg_stream(start):
        return "mpeg"
    return "svg" if SVG_START.match(start) else None


def name_without_signature(start: bytes) -> str | None:
    """The built-in format of a file whose kind shows only in what its whole header says."""
    if PNM_START.match(start):
        return "ppm"
    if is_icon(start):
        return "ico"
    return "tga" if is_targa(start) else None


def is_icon(start: bytes) -> bool:
    """Whether the file holds at least one icon, and its list stands where it should."""
    has_list = len(start) >= ICON_HEADER_BYTES and start.startswith(ICON_START)
    return has_list and start[4:6] != b"\0\0" and start[9] == 0 and int.from_bytes(start[18:22], "little") >= 22


def is_targa(start: bytes) -> bool:
    """Whether every field of a Targa header has a value that it may have; the format has no signature in front."""
    if len(start) < TARGA_HEADER_BYTES:
        return False
    has_map, kind = start[1], start[2]
    width, height = int.from_bytes(start[12:14], "little"), int.from_bytes(start[14:16], "little")
    is_mapped = kind in {1, 9}
    map_fits = start[3:8] == bytes(5) if has_map == 0 else start[7] in TARGA_DEPTHS
    return (
        kind in TARGA_KINDS
        and has_map == (1 if is_mapped else 0)
        and map_fits
        and width > 0
        and height > 0
        and start[16] in TARGA_DEPTHS
        and start[17] & 0xC0 == 0
    )


def compatible_brands(start: bytes) -> frozenset[bytes]:
    """The brands that an ISO base media file says it keeps to, beside its major one."""
    length = min(int.from_bytes(start[:4]), len(start))
    return frozenset(start[at : at + 4] for at in range(16, length, 4))


def name_of_brands(major: bytes, compatible: frozenset[bytes]) -> str | None:
    """The format of an ISO base media file with these brands."""
    if major in AVIF_BRANDS or (major in {b"mif1", b"msf1"} and compatible & AVIF_BRANDS):
        return "avif"
    if major in HEIF_BRANDS:
        return "heif"
    if major in CAMERA_BRANDS:
        return "raw"
    return "mp4" if major in FILM_BRANDS or major.startswith(FILM_BRAND_BEGINNINGS) else None


def is_mpeg_stream(start: bytes) -> bool:
    """Whether packets of a transport stream follow one another."""
    marks = start[: 5 * MPEG_PACKET_BYTES : MPEG_PACKET_BYTES]
    return len(marks) == 5 and set(marks) == {MPEG_PACKET_START}
