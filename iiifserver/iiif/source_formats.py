"""The kinds of file that images are read from, by the names that `processors.detection` gives them."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
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
"""For each family the formats that are built in by name, and what staff read of each."""

FORMAT_NAMES: Final = tuple(sorted(name for names in LABELS.values() for name in names))
"""Those names in order."""

PICTURES: Final = frozenset(LABELS[Family.PICTURE])
"""What is safe to read from anywhere: plain pixels, neither programs of their own nor hours of film."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFormat:
    """A kind of file that the processor of a plug-in brings. Raises `ValueError` for what makes none."""

    name: str
    """As rows keep it: never change it. At most 20 small letters and digits."""
    label: str
    """What staff read of it."""
    start: re.Pattern[bytes]
    """Fits the first bytes of every such file, and of no other: at most the first 4096. A file that begins like one of
    the built-in kinds is never taken for it.
    """
    endings: tuple[str, ...] = ()
    """How names of such files end, in small letters and without the dot, the usual ending first. Sources list files
    with these.
    """
    family: Family = Family.PICTURE

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"“{self.name}” is no name of a format: write at most 20 small letters and digits.")
        if not is_pattern_of_bytes(self.start):
            raise ValueError(f"The start of “{self.name}” is no compiled pattern of bytes.")
        if not are_names(self.endings):
            raise ValueError(f"The endings of “{self.name}” are small letters and digits, without the dot.")


NAME = re.compile(r"[a-z0-9]{1,20}")


def is_pattern_of_bytes(value: object) -> bool:
    return isinstance(value, re.Pattern) and isinstance(value.pattern, bytes)


def are_names(values: object) -> bool:
    return isinstance(values, tuple) and all(map(NAME.fullmatch, values))


_brought: dict[str, SourceFormat] = {}


def can_be_brought(format: SourceFormat) -> bool:
    """Whether its name is free, or its own already."""
    return format.name not in FORMAT_NAMES and _brought.get(format.name, format) == format


def bring(format: SourceFormat) -> None:
    """Makes a format known; called before the first request, for each that a plug-in brings."""
    if not can_be_brought(format):
        raise ValueError(f"There is another format with the name “{format.name}”.")
    _brought[format.name] = format


def brought_formats() -> tuple[SourceFormat, ...]:
    """Those of plug-ins, in the order of their names."""
    return tuple(_brought[name] for name in sorted(_brought))


def is_format(name: str) -> bool:
    """Whether there is a format of that name, built in or brought."""
    return name in FORMAT_NAMES or name in _brought


def brought_name_of(start: bytes) -> str | None:
    """The format of a plug-in whose files begin with these bytes."""
    return next((format.name for format in brought_formats() if format.start.match(start)), None)


def families() -> dict[Family, dict[str, str]]:
    """For each family every format by name, those of plug-ins last, and what staff read of each."""
    brought = brought_formats()
    return {
        family: {**labels, **{format.name: format.label for format in brought if format.family is family}}
        for family, labels in LABELS.items()
    }


def format_labels() -> dict[str, str]:
    """What staff read of each format, by its name, in the order of the names."""
    return dict(sorted(pair for labels in families().values() for pair in labels.items()))


def label_of(name: str) -> str:
    """What staff read of a format; one that is not known here is called by its name."""
    return format_labels().get(name, name)
