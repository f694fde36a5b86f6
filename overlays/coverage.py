"""Which face each character of a text is set in: the wanted one as far as it goes, then another that has the rest."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from .directions import directions_in
from .fonts import SIZE_TO_LOOK, Face, installed
from .weights import distance

NO_CHARACTER = "\U0010ffff"
"""No font has it: it looks as whatever a font does not have."""
FAMILIES_OF_LETTERS = ("Noto Sans", "DejaVu Sans", "Liberation Sans")
FAMILIES_OF_SIGNS = ("Noto Emoji", "Symbola", "DejaVu Sans", "Noto Sans Symbols", "Noto Sans")
"""Where is looked first for what a font does not have; then in every installed one."""
IDEOGRAPHS = frozenset({"CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO"})
SKIN_TONES = range(0x1F3FB, 0x1F400)
FIRST_REGIONAL_INDICATOR = 0x1F1E6

REPLACED = {
    0x09: " ",
    # Fonts of one colour show them as boxes.
    **dict.fromkeys(SKIN_TONES, ""),
    **{FIRST_REGIONAL_INDICATOR + place: chr(ord("A") + place) for place in range(26)},
}


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a line that is set in one face and runs one way."""

    text: str
    face: Face
    direction: str


def runs(line: str, wanted: Face, whole: str = "") -> list[Run]:
    """The line in parts, as it is read; a character that no face has is left out.

    All letters of one script in the whole text are set in the same face, if one has them all.
    """
    faces = faces_of_scripts(prepared(whole or line), wanted)
    line = prepared(line)
    found: list[Run] = []
    for character, face, direction in zip(line, cast(line, wanted, faces), directions_in(line), strict=True):
        if face is None:
            continue
        if found and (found[-1].face, found[-1].direction) == (face, direction):
            found[-1] = Run(found[-1].text + character, face, direction)
        else:
            found.append(Run(character, face, direction))
    return found


def prepared(text: str) -> str:
    """The text without what would show as boxes: flags become letters, and the tones of skins are left out."""
    composed = unicodedata.normalize("NFC", text.translate(REPLACED))
    return "".join(character for character in composed if unicodedata.category(character) != "Cc")


def cast(line: str, wanted: Face, faces: dict[str, Face]) -> Iterator[Face | None]:
    """The face of each character; `None` for one that is left out."""
    letters = next((faces[script] for script in scripts_in(line) if script in faces), wanted)
    last: Face | None = letters
    for character in line:
        script = script_of(character)
        if goes_along(character):
            yield last if last and (is_invisible(character) or has(last, character)) else None
            continue
        if script:
            last = faces.get(script) or covering(character, wanted)
            letters = last or letters
        else:
            # Numbers and signs go with the letters before them, so that what runs from the right stays together.
            last = letters if has(letters, character) else covering(character, wanted)
        yield last


@lru_cache(maxsize=500)
def faces_of_scripts(text: str, wanted: Face) -> dict[str, Face]:
    """One face for each script of the text, as far as there is one that has all its letters."""
    letters: dict[str, set[str]] = {}
    for character in text:
        if script := script_of(character):
            letters.setdefault(script, set()).add(character)
    found = {script: covering_all(frozenset(of_it), wanted) for script, of_it in letters.items()}
    return {script: face for script, face in found.items() if face is not None}


def scripts_in(line: str) -> Iterator[str]:
    return (script for character in line if (script := script_of(character)))


def script_of(character: str) -> str:
    """The script of a letter, such as `LATIN`; empty for what is none."""
    if unicodedata.category(character)[0] not in "LM":
        return ""
    first = unicodedata.name(character, "").partition(" ")[0]
    if first in {"COMBINING", "VARIATION", "ZERO"}:
        return ""
    return "CJK" if first in IDEOGRAPHS else first


def goes_along(character: str) -> bool:
    """Whether it is set with whatever stands before it: spaces, accents, and what steers the others."""
    return unicodedata.category(character)[0] in "MZ" or unicodedata.category(character) == "Cf"


def is_invisible(character: str) -> bool:
    """Whether it has no shape of its own: spaces, and what steers the others."""
    return unicodedata.category(character) in {"Zs", "Cf"} or "VARIATION SELECTOR" in unicodedata.name(character, "")


@lru_cache(maxsize=20_000)
def covering(character: str, wanted: Face) -> Face | None:
    """The wanted face if it has the character, else another that has; `None` where none is installed."""
    return covering_all(frozenset(character), wanted)


def covering_all(characters: frozenset[str], wanted: Face) -> Face | None:
    """The wanted face if it has all the characters, else another that has; `None` where none is installed."""
    if has_all(wanted, characters):
        return wanted
    families = FAMILIES_OF_LETTERS if all(map(script_of, characters)) else FAMILIES_OF_SIGNS
    return next((one for one in fallbacks(wanted, families) if has_all(one, characters)), None)


def fallbacks(wanted: Face, families: Iterable[str]) -> list[Face]:
    """The installed faces, the likeliest first: of these families, upright and not narrow, and about as bold."""
    places = tuple(families)

    def unlikelihood(one: Face) -> tuple[object, ...]:
        place = next((place for place, family in enumerate(places) if one.family.startswith(family)), len(places))
        return (place, one.cut != "", distance(one.weight, wanted.weight), len(one.name), one.name)

    return sorted(installed().values(), key=unlikelihood)


def has_all(one: Face, characters: Iterable[str]) -> bool:
    return all(has(one, character) for character in characters)


@lru_cache(maxsize=100_000)
def has(one: Face, character: str) -> bool:
    """Whether the face has a shape for the character."""
    try:
        font = one.at(SIZE_TO_LOOK)
        shape, nothing = font.getmask(character), font.getmask(NO_CHARACTER)
    except OSError:
        # Fonts of pictures have one size only, which cannot be set here.
        return False
    return (shape.size, bytes(shape)) != (nothing.size, bytes(nothing))
