"""The fonts that texts can be set in: Pillow's own, and those that are installed on this machine."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import PIL
from PIL import ImageFont

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
"""Only here are fonts looked for, and only by name: nothing that staff type is a path."""
SUFFIXES = frozenset({".otf", ".ttc", ".ttf"})
BUILT_IN = ""
MOST_FACES_IN_A_FILE = 32
SIZE_TO_LOOK = 16


class FontMissing(ValueError):
    """A font is not on this machine. The message is a sentence for staff."""


@dataclass(frozen=True, slots=True)
class Face:
    """One style of one family."""

    name: str
    """Family and style, such as `DejaVu Sans Bold`."""
    path: str = ""
    """Empty for Pillow's own."""
    index: int = 0
    digest: str = f"Pillow {PIL.__version__}"
    """Differs between the files of two fonts."""

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """The font in this size, in pixels; each call gives another, since threads may not share one."""
        if self.path:
            return ImageFont.truetype(self.path, size, self.index)
        font = ImageFont.load_default(size)
        assert isinstance(font, ImageFont.FreeTypeFont)  # noqa: S101 - with a size it always is
        return font


def face(name: str) -> Face:
    """The installed face of that name; raises `FontMissing`."""
    if name == BUILT_IN:
        return Face("Built in")
    try:
        return installed()[name]
    except KeyError:
        raise FontMissing(
            f"The font “{name}” is not installed on this server. Install it, or choose another."
        ) from None


def choices() -> list[tuple[str, str]]:
    """Every font by name, as a form wants them; the built-in one first."""
    return [(BUILT_IN, "Built in (Aileron)"), *((name, name) for name in sorted(installed()))]


def installed() -> dict[str, Face]:
    """The faces in the folders by name; the folders are listed anew each time, a file is read once."""
    found: dict[str, Face] = {}
    for path in files():
        status = path.stat()
        for one in faces_of(str(path), status.st_mtime_ns, status.st_size):
            found.setdefault(one.name, one)
    return found


def files() -> Iterator[Path]:
    for folder in FOLDERS:
        for root, folders, names in os.walk(folder):
            folders.sort()
            paths = (Path(root, name) for name in sorted(names))
            yield from (path for path in paths if path.suffix.lower() in SUFFIXES and path.is_file())


@lru_cache(maxsize=4096)
def faces_of(path: str, modified_ns: int, size_bytes: int) -> tuple[Face, ...]:
    """The faces in one state of a file; none when it is no font."""
    return tuple(read_faces(path))


def read_faces(path: str) -> Iterator[Face]:
    try:
        digest = hashlib.blake2b(Path(path).read_bytes(), digest_size=16).hexdigest()
        for index in range(MOST_FACES_IN_A_FILE):
            family, style = ImageFont.truetype(path, SIZE_TO_LOOK, index).getname()
            if family:
                yield Face(f"{family} {style or ''}".strip(), path, index, digest)
    except (OSError, ValueError):
        # The last face was read, or the file is damaged.
        return
