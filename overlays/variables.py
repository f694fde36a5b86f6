"""Words in braces that stand for something of the image or the visitor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from iiifserver.iiif import filling
from iiifserver.iiif.filling import field_names_in, is_template, words_in_order, words_of
from iiifserver.iiif.metadata import is_field_name, plain

from .base import Answer

__all__ = ["HELP", "field_names_in", "filled", "is_template", "unknown_words", "words_of"]

VALUES: Mapping[str, Callable[[Answer], str]] = {
    "identifier": lambda answer: answer.identifier.value,
    "filename": lambda answer: answer.identifier.value.rsplit("/", 1)[-1],
    "date": lambda answer: answer.day.isoformat(),
    "user": lambda answer: answer.visitor.name,
}

HELP = (
    "{identifier}, {filename}, {date} and {user} stand for what they say, {exif:Artist}, {iptc:Credit} or "
    "{xmp:dc:rights} for what the image says of itself. A line whose words are all empty is left out. Braces "
    "themselves are written {{ and }}."
)


def unknown_words(text: str) -> list[str]:
    """The words in braces that stand for nothing."""
    return [word for word in words_in_order(text) if word not in VALUES and not is_field_name(word)]


def filled(text: str, answer: Answer) -> str:
    """The text with the values in place of the words; lines that say nothing without them are left out."""
    return filling.filled(text, partial(value_of, answer))


def value_of(answer: Answer, word: str) -> str | None:
    """What a word stands for; `None` for an unknown one."""
    if word in VALUES:
        return VALUES[word](answer)
    return plain(answer.fields.get(word, ())) if is_field_name(word) else None
