"""The kinds of file that images are read from, by the names that `processors.detection` gives them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final


class Family(enum.Enum):
    """Formats that are alike in what they can do to a server. The value is the word for staff."""

    PICTURE = "Pictures"
    CAMERA = "Camera files"
    DOCUMENT = "Documents"
    DRAWING = "Drawings"
    FILM = "Films"


LABELS: Final[Mapping[Family, Mapping[str, str]]] = {
    Family.PICTURE: {
        "avif": "AVIF",
        "bmp": "BMP",
        "gif": "GIF",
        "heif": "HEIC, HEIF",
        "ico": "ICO",
        "jpeg": "JPEG",
        "jpeg2000": "JPEG 2000",
        "jpegxl": "JPEG XL",
        "png": "PNG",
        "ppm": "PBM, PGM, PPM",
        "psd": "Photoshop",
        "tga": "Targa",
        "tiff": "TIFF",
        "webp": "WebP",
        "xpm": "XPM",
    },
    Family.CAMERA: {"raw": "Camera raw"},
    Family.DOCUMENT: {"pdf": "PDF"},
    Family.DRAWING: {"svg": "SVG"},
    Family.FILM: {"avi": "AVI", "flv": "FLV", "matroska": "WebM, Matroska", "mp4": "MP4, MOV", "mpeg": "MPEG"},
}
"""For each family the formats by name, and what staff read of each."""

FORMAT_LABELS: Final[Mapping[str, str]] = {name: label for names in LABELS.values() for name, label in names.items()}

FORMAT_NAMES: Final = tuple(sorted(FORMAT_LABELS))
"""Every name that is given out."""

PICTURES: Final = frozenset(LABELS[Family.PICTURE])
"""What is safe to read from anywhere: plain pixels, neither programs of their own nor hours of film."""


def label_of(name: str) -> str:
    """What staff read of a format; one that is not known here is called by its name."""
    return FORMAT_LABELS.get(name, name)
