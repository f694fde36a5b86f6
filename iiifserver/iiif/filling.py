"""Texts with words in braces that stand for something of the image, or of who looks at it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from .metadata import is_field_name

WORD = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
UNSEEN = re.compile(r"[\x00-\x1f\x7f]+")
LONGEST_VALUE = 300

ValueOf = Callable[[str], str | None]
"""From a word to its value; `None` for a word that stands for nothing, and so for itself."""


def words_of(text: str) -> frozenset[str]:
    """The words in braces."""
    return frozenset(words_in_order(text))


def field_names_in(text: str) -> frozenset[str]:
    """Those that stand for what the image says of itself."""
    return frozenset(word for word in words_of(text) if is_field_name(word))


def is_template(text: str) -> bool:
    """Whether anything in it is written for something else."""
    return WORD.search(text) is not None


def filled(text: str, value_of: ValueOf) -> str:
    """The text with the values, each on one line, in place of the words; braces themselves are written twice. Lines
    whose words are all empty are left out.
    """
    lines = (_line(line, value_of) for line in text.split("\n"))
    return "\n".join(line for line in lines if line is not None)


def _line(line: str, value_of: ValueOf) -> str | None:
    values = [_shown(word, value_of) for word in words_in_order(line)]
    if values and not any(values):
        return None
    return WORD.sub(lambda found: found[0][0] if found[1] is None else _shown(found[1], value_of), line)


def words_in_order(text: str) -> list[str]:
    """The words in braces, as often as they are there."""
    return [found[1] for found in WORD.finditer(text) if found[1] is not None]


def _shown(word: str, value_of: ValueOf) -> str:
    value = value_of(word)
    return f"{{{word}}}" if value is None else UNSEEN.sub(" ", value).strip()[:LONGEST_VALUE]
