"""What an image file says of itself in words, as plain values.

A field is named by the kind of block that it stands in and by the name that the block's standard gives it:
`exif:Artist`, `iptc:CopyrightNotice`, `xmp:dc:rights`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

FIELD_NAME = re.compile(r"(?:exif|iptc):[A-Za-z0-9-]+|xmp:[A-Za-z0-9]+:[A-Za-z0-9_-]+")

DEFAULT_LANGUAGE = "x-default"
"""What XMP calls the text for readers of any language."""


@dataclass(frozen=True, slots=True)
class Text:
    """One value of a field."""

    value: str
    language: str = ""
    """As BCP 47 writes it, or `x-default`; empty where the file does not say it."""


Fields = Mapping[str, tuple[Text, ...]]
"""All values of each field that a file has, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """The blocks of an image file that hold words, as they are stored."""

    exif: bytes | None = None
    """A TIFF without pixels; what stands before it in a JPEG is left out."""
    iptc: bytes | None = None
    """The datasets of IPTC-IIM."""
    xmp: bytes | None = None
    """An XML document."""

    def __bool__(self) -> bool:
        return any((self.exif, self.iptc, self.xmp))


NOTHING = Embedded()


def is_field_name(text: str) -> bool:
    """Whether a field can be called like that."""
    return FIELD_NAME.fullmatch(text) is not None


def first_values(fields: Fields, names: Iterable[str]) -> tuple[Text, ...]:
    """The values of the first of these fields that the file has; empty when it has none of them."""
    return next((fields[name] for name in names if fields.get(name)), ())


def plain(texts: Iterable[Text]) -> str:
    """The values as one line: the text for readers of any language where there is a choice, else all of them."""
    found = tuple(texts)
    general = [text for text in found if text.language == DEFAULT_LANGUAGE]
    chosen = general or ([text for text in found if not text.language] or list(found[:1]))
    return ", ".join(dict.fromkeys(text.value for text in chosen))


def by_language(texts: Iterable[Text]) -> dict[str, list[str]]:
    """The values as a language map of IIIF, where `none` stands for any language (Presentation API 3.0, 4).

    The text for readers of any language is left out where it says what a text with a language says.
    """
    found = tuple(texts)
    spoken = {text.value for text in found if _has_language(text)}
    languages: dict[str, list[str]] = {}
    for text in found:
        if _has_language(text):
            languages.setdefault(text.language, []).append(text.value)
        elif text.value not in spoken:
            languages.setdefault("none", []).append(text.value)
    return {language: list(dict.fromkeys(values)) for language, values in languages.items()}


def _has_language(text: Text) -> bool:
    return bool(text.language) and text.language != DEFAULT_LANGUAGE
