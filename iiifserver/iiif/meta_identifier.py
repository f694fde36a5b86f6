"""Meta-identifiers: an identifier, and behind it which page is meant and how much of the image's size is given out.

`identifier[;page|;HH:MM:SS][;num:den]`, read from the right, so that the delimiter may stand in the identifier as well.
An image whose own name ends like that is asked for with its page behind the name: `x;5;1` is the first page of `x;5`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from urllib.parse import quote, unquote

from .errors import BadRequest
from .values import FULL_SCALE, Identifier

PAGE = re.compile(r"[0-9]+")
TIME = re.compile(r"([0-9]{2}):([0-5][0-9]):([0-5][0-9])")
SCALE = re.compile(r"([0-9]+):([0-9]+)")
MOST_DIGITS = 9
ESCAPED_BYTE = re.compile(r"%[0-9A-Fa-f]{2}|.")
LEGAL_IN_SEGMENT = "!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True)
class MetaIdentifier:
    """An identifier with what stands behind it."""

    identifier: Identifier
    page: int | None = None
    """From 1; `None` where it is not said."""
    scale: Fraction = FULL_SCALE
    scale_text: str = ""
    """`num:den` as it was written; empty where nothing was."""


def read_meta_identifier(text: str, delimiter: str) -> MetaIdentifier:
    """What the text says; without a delimiter all of it is the identifier.

    Raises `BadRequest` for page 0, for a scale above 1 or of 0, and for numbers that are too long.
    """
    before_scale, scale_text = _last_part(text, delimiter, SCALE)
    name, page = _page_at_the_end(before_scale, delimiter)
    return MetaIdentifier(Identifier(name), page, _scale(scale_text), scale_text)


def _page_at_the_end(text: str, delimiter: str) -> tuple[str, int | None]:
    for shape, read in ((PAGE, page_of), (TIME, page_at)):
        name, last = _last_part(text, delimiter, shape)
        if last:
            return name, read(last)
    return text, None


def _last_part(text: str, delimiter: str, shape: re.Pattern[str]) -> tuple[str, str]:
    """The text without its last part, and that part; all of the text where the part has not that shape."""
    before, found, last = text.rpartition(delimiter) if delimiter else ("", "", "")
    return (before, last) if found and before and shape.fullmatch(last) else (text, "")


def page_of(text: str) -> int:
    """The page that a number names."""
    if not PAGE.fullmatch(text) or len(text) > MOST_DIGITS or int(text) == 0:
        raise BadRequest("The page is not understood: write a number from 1.")
    return int(text)


def page_at(text: str) -> int:
    """The page that a time names: a film has a page for each second."""
    time = TIME.fullmatch(text)
    if time is None:
        raise BadRequest("The time is not understood: write it as HH:MM:SS.")
    hours, minutes, seconds = map(int, time.groups())
    return hours * 3600 + minutes * 60 + seconds + 1


def _scale(text: str) -> Fraction:
    if not text:
        return FULL_SCALE
    numbers = text.split(":")
    lengths = [int(number) for number in numbers if len(number) <= MOST_DIGITS]
    if len(lengths) < 2 or not 0 < lengths[0] <= lengths[1]:
        raise BadRequest("The scale is not understood: write two numbers such as 1:2, the first not above the second.")
    return Fraction(*lengths)


def normal_spelling(raw: str, delimiter: str) -> str:
    """The percent-encoded meta-identifier with its scale in lowest terms and without one of 1:1, else as it was."""
    meta = read_meta_identifier(unquote(raw), delimiter)
    if not meta.scale_text or (meta.scale_text == _lowest(meta.scale) and meta.scale != FULL_SCALE):
        return raw
    name = unquote(_without_scale(raw, meta, delimiter))
    looks_scaled = meta.scale == FULL_SCALE and _last_part(name, delimiter, SCALE)[1]
    return _spelled(raw, meta, delimiter, page=1 if looks_scaled else None)


def with_page(raw: str, delimiter: str, page: int) -> str:
    """The percent-encoded meta-identifier, which names no page yet, with this page."""
    return _spelled(raw, read_meta_identifier(unquote(raw), delimiter), delimiter, page)


def with_scale(raw: str, delimiter: str, scale: Fraction) -> str:
    """The percent-encoded meta-identifier with this scale in place of the one that it has."""
    meta = read_meta_identifier(unquote(raw), delimiter)
    return _spelled(raw, replace(meta, scale=scale), delimiter, page=None)


def _spelled(raw: str, meta: MetaIdentifier, delimiter: str, page: int | None) -> str:
    parts = [_without_scale(raw, meta, delimiter)]
    if page is not None:
        parts.append(str(page))
    if meta.scale != FULL_SCALE:
        parts.append(_lowest(meta.scale))
    return quote(delimiter, safe=LEGAL_IN_SEGMENT).join(parts)


def _without_scale(raw: str, meta: MetaIdentifier, delimiter: str) -> str:
    """The same spelling without the scale, of which each byte may have been escaped."""
    written = f"{delimiter}{meta.scale_text}" if meta.scale_text else ""
    spelled_bytes = ESCAPED_BYTE.findall(raw)
    return "".join(spelled_bytes[: len(spelled_bytes) - len(written.encode())])


def _lowest(scale: Fraction) -> str:
    return f"{scale.numerator}:{scale.denominator}"
