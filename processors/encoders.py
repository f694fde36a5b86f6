"""Pictures become the bytes of a format."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image, features
from PIL.PngImagePlugin import PngInfo

from iiifserver.iiif.formats import Format
from iiifserver.iiif.metadata import NOTHING, Embedded

from .exif import ASCII, parsed_exif
from .metadata_blocks import (
    APP13,
    JPEG_EXIF,
    JPEG_PHOTOSHOP,
    JPEG_XMP,
    PNG_XMP,
    TIFF_IPTC,
    TIFF_XMP,
    photoshop_of_iptc,
)

PILLOW_NAMES = {
    Format.JPG: "JPEG",
    Format.PNG: "PNG",
    Format.GIF: "GIF",
    Format.TIF: "TIFF",
    Format.WEBP: "WEBP",
    Format.AVIF: "AVIF",
}

CODECS = {Format.WEBP: "webp", Format.AVIF: "avif"}
"""The formats that Pillow may have been built without, and Pillow's name for what it then lacks."""

NO_GRAY = frozenset({Format.WEBP, Format.AVIF})
"""These store no gray."""

NO_GRAY_WITH_ALPHA = NO_GRAY | {Format.GIF}


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSettings:
    """How the formats are written; part of what makes two answers different."""

    jpeg_quality: int = 85
    jpeg_progressive: bool = False
    png_compress_level: int = 3
    webp_quality: int = 80
    avif_quality: int = 65
    tiff_compression: str = "tiff_lzw"


def formats_out() -> tuple[Format, ...]:
    """The formats that can be written on this machine, in the order of the enumeration."""
    return tuple(format for format in Format if format not in CODECS or features.check(CODECS[format]))


def encode(
    image: Image.Image,
    format: Format,
    settings: EncoderSettings,
    words: Embedded = NOTHING,
    profile: bytes | None = None,
) -> bytes:
    """The bytes of the picture in that format, with its colour profile, and with those blocks of words for which the
    format has a place.
    """
    buffer = io.BytesIO()
    places = WORD_PLACES[format](words) if words and format in WORD_PLACES else {}
    if profile:
        places["icc_profile"] = profile
    storable(image, format).save(buffer, PILLOW_NAMES[format], **options(format, settings), **places)
    return buffer.getvalue()


def storable(image: Image.Image, format: Format) -> Image.Image:
    """The picture in a mode that the format can store."""
    if image.mode == "LA" and format in NO_GRAY_WITH_ALPHA:
        return image.convert("RGBA")
    return image.convert("RGB") if image.mode == "L" and format in NO_GRAY else image


def options(format: Format, settings: EncoderSettings) -> dict[str, Any]:
    """What Pillow is told besides the format."""
    match format:
        case Format.JPG:
            return {"quality": settings.jpeg_quality, "progressive": settings.jpeg_progressive}
        case Format.PNG:
            return {"compress_level": settings.png_compress_level}
        case Format.TIF:
            return {"compression": settings.tiff_compression}
        case Format.WEBP:
            return {"quality": settings.webp_quality, "method": 2}
        case Format.AVIF:
            return {"quality": settings.avif_quality, "speed": 9}
        case Format.GIF:
            return {}


LARGEST_SEGMENT_BYTES = 65_533
"""What one segment of a JPEG holds."""


def in_jpeg(words: Embedded) -> dict[str, Any]:
    """Blocks that do not fit into one segment are left out."""
    exif = JPEG_EXIF + words.exif if words.exif else b""
    iptc = JPEG_PHOTOSHOP + photoshop_of_iptc(words.iptc) if words.iptc else b""
    places: dict[str, Any] = {}
    if exif and len(exif) <= LARGEST_SEGMENT_BYTES:
        places["exif"] = exif
    if words.xmp and len(JPEG_XMP) + len(words.xmp) <= LARGEST_SEGMENT_BYTES:
        places["xmp"] = words.xmp
    if iptc and len(iptc) <= LARGEST_SEGMENT_BYTES:
        places["extra"] = bytes((0xFF, APP13)) + (len(iptc) + 2).to_bytes(2, "big") + iptc
    return places


def in_png(words: Embedded) -> dict[str, Any]:
    places: dict[str, Any] = {"exif": JPEG_EXIF + words.exif} if words.exif else {}
    if words.xmp:
        texts = PngInfo()
        texts.add_itxt(PNG_XMP.rstrip(b"\0").decode(), words.xmp.decode())
        places["pnginfo"] = texts
    return places


def in_tiff(words: Embedded) -> dict[str, Any]:
    """The texts of the main directory alone: the library that writes TIFFs takes none below it."""
    tags = Image.Exif()
    for tag, entry in (parsed_exif(words.exif).main if words.exif else {}).items():
        # As bytes, since Pillow would write a text in ASCII.
        if entry.type == ASCII:
            tags[tag] = entry.content.rstrip(b"\0")
    for tag, block in ((TIFF_XMP, words.xmp), (TIFF_IPTC, words.iptc)):
        if block:
            tags[tag] = block
    return {"exif": tags}


def in_web_format(words: Embedded) -> dict[str, Any]:
    places: dict[str, Any] = {"exif": JPEG_EXIF + words.exif} if words.exif else {}
    return places | ({"xmp": words.xmp} if words.xmp else {})


WORD_PLACES: Mapping[Format, Callable[[Embedded], dict[str, Any]]] = {
    Format.JPG: in_jpeg,
    Format.PNG: in_png,
    Format.TIF: in_tiff,
    Format.WEBP: in_web_format,
    Format.AVIF: in_web_format,
}
"""What Pillow is told to write the blocks, by format."""
