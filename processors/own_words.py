"""What staff have every picture say of itself: texts, with words in braces that stand for something of the image."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iiifserver.iiif.filling import field_names_in, filled, is_template, words_in_order
from iiifserver.iiif.metadata import Fields, is_field_name, plain

VALUES: Mapping[str, Callable[[str], str]] = {
    "identifier": lambda identifier: identifier,
    "filename": lambda identifier: identifier.rsplit("/", 1)[-1],
}
"""From a word to what it is of an identifier."""

HELP = (
    "{identifier} and {filename} stand for what they say, {exif:Artist}, {iptc:Credit} or {xmp:dc:rights} for what the "
    "file says of itself."
)


def own_words(texts: tuple[str, ...], identifier: str, read_fields: Callable[[], Fields]) -> tuple[str, ...]:
    """The texts for one image; its file is read only where a word stands for what that says of itself."""
    if not any(map(is_template, texts)):
        return texts
    fields = read_fields() if any(map(field_names_in, texts)) else {}

    def value_of(word: str) -> str | None:
        if word in VALUES:
            return VALUES[word](identifier)
        return plain(fields.get(word, ())) if is_field_name(word) else None

    return tuple(filled(text, value_of) for text in texts)


def unknown_words(text: str) -> list[str]:
    """The words in braces that stand for nothing."""
    return [word for word in words_in_order(text) if word not in VALUES and not is_field_name(word)]
