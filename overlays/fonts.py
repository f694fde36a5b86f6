"""The fonts that texts can be set in: Pillow's own, those that are installed on this machine, and uploaded ones."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import PIL
from PIL import ImageFont, features

from .pictures import PictureError
from .uploads import FOLDER, FONT_NAME, digest_of, keep, load_bytes, stored_fonts
from .weights import REGULAR, distance, weight_and_cut

FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
"""Only here are installed fonts looked for, and only by name: nothing that staff type is a path."""
SUFFIXES = frozenset({".otf", ".ttc", ".ttf"})
BUILT_IN = ""
HAS_RAQM = features.check("raqm")
"""Whether texts can run from the right, and letters be joined."""
MOST_FACES_IN_A_FILE = 32
SIZE_TO_LOOK = 16
MOST_BYTES = 8 * 1024 * 1024
WEIGHT_AXIS = b"weight"
COLLECTION, OPEN_TYPE = b"ttcf", b"OTTO"

NO_FONT = "This is not a font that can be used: choose a TTF or an OTF file."
TOO_MANY_BYTES = f"This file is too large: choose one of at most {MOST_BYTES // 1024**2} MB."


class FontMissing(ValueError):
    """A font is not on this machine. The message is a sentence for staff."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What can be chosen of a variable font."""

    is_weight: bool
    least: int
    usual: int
    most: int


@dataclass(frozen=True, slots=True)
class Face:
    """One style of one family."""

    name: str
    """Family and style, such as `DejaVu Sans Bold`."""
    path: str = ""
    """Empty for Pillow's own, and for one that was uploaded."""
    index: int = 0
    family: str = ""
    cut: str = ""
    """What the style says besides the weight, such as `condensedoblique`; empty for upright faces of usual width."""
    weight: int = REGULAR
    axes: tuple[Axis, ...] = ()
    """Of a variable font: what can be chosen between two ends."""
    digest: str = f"Pillow {PIL.__version__}"
    """Differs between the files of two fonts."""
    content: bytes = field(default=b"", compare=False, repr=False)
    """The file of one that was uploaded."""

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """The font in this size, in pixels; each call gives another, since threads may not share one."""
        font = self._file(size)
        if self.axes:
            font.set_variation_by_axes([self.weight if axis.is_weight else axis.usual for axis in self.axes])
        return font

    def _file(self, size: int) -> ImageFont.FreeTypeFont:
        if self.content:
            return ImageFont.truetype(io.BytesIO(self.content), size, self.index)
        if self.path:
            return ImageFont.truetype(self.path, size, self.index)
        font = ImageFont.load_default(size)
        assert isinstance(font, ImageFont.FreeTypeFont)  # noqa: S101 - with a size it always is
        return font.font_variant(layout_engine=ImageFont.Layout.RAQM) if HAS_RAQM else font

    def weighing(self, weight: int) -> Face:
        """A variable face as near to that weight as it goes; any other as it is."""
        ends = next((axis for axis in self.axes if axis.is_weight), None)
        return self if ends is None else replace(self, weight=min(max(weight, ends.least), ends.most))


def face(name: str) -> Face:
    """The face of that name, built in, installed or uploaded; raises `FontMissing`."""
    if name == BUILT_IN:
        return Face("Aileron", family="Aileron")
    if FONT_NAME.fullmatch(name):
        return uploaded(name)
    try:
        return installed()[name]
    except KeyError:
        raise FontMissing(
            f"The font “{name}” is not installed on this server. Install it, or choose another."
        ) from None


def weighted(one: Face, weight: int | None) -> Face:
    """The face of the same family, slant and width that is nearest to a weight; without a weight the face itself."""
    if weight is None:
        return one
    others = (*installed().values(), *(uploaded(name) for name in stored_fonts() if is_sound(name)))
    family = [one, *(other for other in others if (other.family, other.cut) == (one.family, one.cut))]
    return min((other.weighing(weight) for other in family), key=lambda other: distance(other.weight, weight))


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
        font = ImageFont.truetype(io.BytesIO(content), SIZE_TO_LOOK)
        return replace(described(font), digest=digest_of(content), content=content)
    except (OSError, ValueError) as error:
        raise FontMissing(NO_FONT) from error


def described(font: ImageFont.FreeTypeFont) -> Face:
    """What a font says of itself."""
    family, style = (name or "" for name in font.getname())
    weight, cut = weight_and_cut(style)
    axes = axes_of(font)
    usual = next((axis.usual for axis in axes if axis.is_weight), weight)
    name = f"{family or 'Unnamed'} {style}".strip()
    return Face(name, family=family, cut=cut, weight=usual, axes=axes)


def axes_of(font: ImageFont.FreeTypeFont) -> tuple[Axis, ...]:
    """None unless the font is variable."""
    try:
        found = font.get_variation_axes()
    except (OSError, NotImplementedError):
        return ()
    return tuple(
        Axis(
            is_weight=axis.get("name", b"").lower() == WEIGHT_AXIS,
            least=axis["minimum"] or 0,
            usual=axis["default"] or 0,
            most=axis["maximum"] or 0,
        )
        for axis in found
    )


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
            face_of_it = described(ImageFont.truetype(path, SIZE_TO_LOOK, index))
            if face_of_it.family:
                yield replace(face_of_it, path=path, index=index, digest=digest)
    except (OSError, ValueError):
        # The last face was read, or the file is damaged.
        return
