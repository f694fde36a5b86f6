"""The fonts that texts can be set in: Pillow's own, those that are installed on this machine, and uploaded ones."""

from __future__ import annotations

import hashlib
import io
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import PIL
from PIL import ImageFont

from .pictures import PictureError
from .uploads import FOLDER, FONT_NAME, digest_of, keep, load_bytes, stored_fonts

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
"""Only here are installed fonts looked for, and only by name: nothing that staff type is a path."""
SUFFIXES = frozenset({".otf", ".ttc", ".ttf"})
BUILT_IN = ""
MOST_FACES_IN_A_FILE = 32
SIZE_TO_LOOK = 16
MOST_BYTES = 8 * 1024 * 1024
NO_CHARACTER = "\U0010ffff"
"""No font has it: it looks as whatever a font does not have."""
FALLBACKS = ("Noto Emoji", "Symbola", "DejaVu Sans", "Noto Sans")
"""Where characters are looked for first that a font does not have; then in every installed one."""
COLLECTION, OPEN_TYPE = b"ttcf", b"OTTO"

NO_FONT = "This is not a font that can be used: choose a TTF or an OTF file."
TOO_MANY_BYTES = f"This file is too large: choose one of at most {MOST_BYTES // 1024**2} MB."


class FontMissing(ValueError):
    """A font is not on this machine. The message is a sentence for staff."""


@dataclass(frozen=True, slots=True)
class Face:
    """One style of one family."""

    name: str
    """Family and style, such as `DejaVu Sans Bold`."""
    path: str = ""
    """Empty for Pillow's own, and for one that was uploaded."""
    index: int = 0
    digest: str = f"Pillow {PIL.__version__}"
    """Differs between the files of two fonts."""
    content: bytes = field(default=b"", compare=False, repr=False)
    """The file of one that was uploaded."""

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """The font in this size, in pixels; each call gives another, since threads may not share one."""
        if self.content:
            return ImageFont.truetype(io.BytesIO(self.content), size, self.index)
        if self.path:
            return ImageFont.truetype(self.path, size, self.index)
        font = ImageFont.load_default(size)
        assert isinstance(font, ImageFont.FreeTypeFont)  # noqa: S101 - with a size it always is
        return font


def face(name: str) -> Face:
    """The face of that name, built in, installed or uploaded; raises `FontMissing`."""
    if name == BUILT_IN:
        return Face("Built in")
    if FONT_NAME.fullmatch(name):
        return uploaded(name)
    try:
        return installed()[name]
    except KeyError:
        raise FontMissing(
            f"The font “{name}” is not installed on this server. Install it, or choose another."
        ) from None


def choices() -> list[tuple[str, str]]:
    """Every font by name, as a form wants them; the built-in one first, then those that were uploaded."""
    fonts = [(BUILT_IN, "Built in (Aileron)")]
    fonts += [(name, f"{uploaded(name).name} (uploaded)") for name in stored_fonts() if is_sound(name)]
    return [*fonts, *((name, name) for name in sorted(installed()))]


def is_sound(name: str) -> bool:
    try:
        uploaded(name)
    except FontMissing:
        return False
    return True


@lru_cache(maxsize=64)
def uploaded(name: str) -> Face:
    """The uploaded face of that name in the storage; raises `FontMissing`."""
    try:
        return face_in(load_bytes(name))
    except PictureError as error:
        raise FontMissing("The uploaded font cannot be read: upload it again, or choose another.") from error


def face_in(content: bytes) -> Face:
    """The first face of a font file; raises `FontMissing` for what is none."""
    if len(content) > MOST_BYTES:
        raise FontMissing(TOO_MANY_BYTES)
    try:
        family, style = ImageFont.truetype(io.BytesIO(content), SIZE_TO_LOOK).getname()
    except (OSError, ValueError) as error:
        raise FontMissing(NO_FONT) from error
    return Face(f"{family or 'Unnamed'} {style or ''}".strip(), digest=digest_of(content), content=content)


def keep_font(content: bytes) -> str:
    """Keeps an uploaded font and returns its name in the storage; raises `FontMissing` for what is none."""
    face_in(content)
    suffix = {COLLECTION: "ttc", OPEN_TYPE: "otf"}.get(content[:4], "ttf")
    return keep(f"{FOLDER}/{digest_of(content)}.{suffix}", content)


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


# --- What a face has ---------------------------------------------------------------------------------------------


def pieces(line: str, wanted: Face) -> list[tuple[str, Face]]:
    """The line in pieces, each with a face that has its characters; a character that no face has is left out."""
    found: list[tuple[str, Face]] = []
    for character in line:
        last = found[-1][1] if found else wanted
        face_of_it = last if goes_along(character) else covering(character, wanted)
        if face_of_it is None:
            continue
        if found and face_of_it == last:
            found[-1] = (found[-1][0] + character, last)
        else:
            found.append((character, face_of_it))
    return found


def goes_along(character: str) -> bool:
    """Whether it is set with whatever stands before it: spaces, accents, and what steers the others."""
    category = unicodedata.category(character)
    return category[0] in "MZ" or category in {"Cc", "Cf"}


@lru_cache(maxsize=20_000)
def covering(character: str, wanted: Face) -> Face | None:
    """The wanted face if it has the character, else another that has; `None` where none is installed."""
    if has(wanted, character):
        return wanted
    return next((one for one in fallbacks() if has(one, character)), None)


def fallbacks() -> list[Face]:
    """The faces to look for characters in, the likeliest first."""

    def unlikelihood(one: Face) -> tuple[int, int, str]:
        places = [place for place, family in enumerate(FALLBACKS) if one.name.startswith(family)]
        return (min(places, default=len(FALLBACKS)), len(one.name), one.name)

    return sorted(installed().values(), key=unlikelihood)


def has(one: Face, character: str) -> bool:
    """Whether the face has a shape for the character."""
    try:
        font = one.at(SIZE_TO_LOOK)
        shape, nothing = font.getmask(character), font.getmask(NO_CHARACTER)
    except OSError:
        # Fonts of pictures have one size only, which cannot be set here.
        return False
    return (shape.size, bytes(shape)) != (nothing.size, bytes(nothing))
