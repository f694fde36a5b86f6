"""What a file really is, by its first bytes: names and media types may lie."""

from __future__ import annotations

from iiifserver.iiif.errors import Unreadable
from iiifserver.iiif.found import Found

from .base import damage_is_unreadable

SIGNATURE_BYTES = 32

PREFIXES = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"II+\0", "tiff"),
    (b"MM\0+", "tiff"),
    (b"BM", "bmp"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"),
    (b"%PDF-", "pdf"),
)

FORMAT_NAMES = ("avif", "bmp", "gif", "heif", "jpeg", "jpeg2000", "pdf", "png", "tiff", "webp")
"""Every name that is given out here."""

AVIF_BRANDS = frozenset({b"avif", b"avis"})
HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"})


def detect(found: Found) -> str:
    """The format's name in lower case; raises `Unreadable` for bytes that are no image known here."""
    with found.open() as file, damage_is_unreadable():
        name = name_of(file.read(SIGNATURE_BYTES))
    if name is None:
        raise Unreadable("This file is not an image of a kind that is known here.")
    return name


def name_of(start: bytes) -> str | None:
    """The format of a file that begins with these bytes."""
    for prefix, name in PREFIXES:
        if start.startswith(prefix):
            return name
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    return name_of_brand(start[8:12]) if start[4:8] == b"ftyp" else None


def name_of_brand(brand: bytes) -> str | None:
    """The format of an ISO base media file with this major brand."""
    if brand in AVIF_BRANDS:
        return "avif"
    return "heif" if brand in HEIF_BRANDS else None
