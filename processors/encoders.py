"""Pictures become the bytes of a format."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image, features

from iiifserver.iiif.formats import Format

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


def encode(image: Image.Image, format: Format, settings: EncoderSettings) -> bytes:
    """The bytes of the picture in that format."""
    buffer = io.BytesIO()
    storable(image, format).save(buffer, PILLOW_NAMES[format], **options(format, settings))
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
