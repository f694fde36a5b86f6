"""What is known of an image as bytes, for caches that outlive the process: a JSON document and a processor's memo."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import iiifserver
from iiifserver.conf import conf
from iiifserver.iiif.found import Found
from iiifserver.iiif.metadata import Fields, Text
from iiifserver.iiif.source_formats import is_format
from iiifserver.iiif.values import Extent, Level, SourceFacts

from .base import Processor

if TYPE_CHECKING:
    from .runtime import Inspected, Processors

HEAD = struct.Struct(">4sI")
"""What it is, and the length of the document; the memo follows."""
MARK = b"iif1"
UNSOUND = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError, struct.error)
"""What comes of reading bytes that are something else."""


@dataclass(frozen=True, slots=True)
class InspectedForm:
    """How what is known of one page is written and read."""

    processors: Processors
    found: Found
    page: int

    def written(self, value: Inspected) -> bytes:
        document = {
            "by": self._circumstances(value.processor),
            "facts": written_facts(value.facts),
            "fields": None if value.fields is None else written_fields(value.fields),
            "pages": None if value.pages is None else [facts and written_facts(facts) for facts in value.pages],
        }
        text = json.dumps(document, separators=(",", ":")).encode()
        return HEAD.pack(MARK, len(text)) + text + (value.processor.memo_of(self.found, self.page) or b"")

    def read(self, raw: bytes) -> Inspected | None:
        """The value, if these bytes were written under the circumstances of now; its processor takes up its memo."""
        try:
            mark, length = HEAD.unpack_from(raw)
            if mark != MARK:
                return None
            document = json.loads(raw[HEAD.size : HEAD.size + length])
            value = self._value(document)
        except UNSOUND:
            return None
        memo = raw[HEAD.size + length :]
        if value is not None and memo:
            value.processor.take_up(self.found, self.page, memo)
        return value

    def is_whole(self, value: Inspected) -> bool:
        return value.processor.is_at_hand(self.found, self.page)

    def _value(self, document: dict[str, Any]) -> Inspected | None:
        from .runtime import Inspected

        facts = read_facts(document["facts"])
        if self.found.formats is not None and facts.format_name not in self.found.formats:
            return None
        candidates = self.processors.candidates(facts.format_name, self.page)
        for place, processor in enumerate(candidates, 1):
            if self._circumstances(processor) == document["by"]:
                fields, pages = document["fields"], document["pages"]
                return Inspected(
                    facts,
                    processor,
                    None if fields is None else read_fields(fields),
                    None if pages is None else tuple(one and read_facts(one) for one in pages),
                    tuple(candidates[place:]),
                )
        return None

    def _circumstances(self, processor: Processor) -> list[str]:
        """On what the facts depend beside the file: who read them, and what it may decode."""
        kind = f"{type(processor).__module__}.{type(processor).__qualname__}"
        return [iiifserver.__version__, kind, repr(processor.options), str(conf.max_decode_pixels)]


def written_facts(facts: SourceFacts) -> dict[str, Any]:
    return {
        "extent": [facts.extent.width, facts.extent.height],
        "format": facts.format_name,
        "color": facts.has_color,
        "alpha": facts.has_alpha,
        "orientation": facts.orientation,
        "pages": facts.page_count,
        "levels": [
            [level.extent.width, level.extent.height, *((level.tile.width, level.tile.height) if level.tile else ())]
            for level in facts.levels
        ],
    }


def read_facts(document: dict[str, Any]) -> SourceFacts:
    """Raises one of `UNSOUND`."""
    return SourceFacts(
        extent=extent(document["extent"]),
        format_name=known_format(document["format"]),
        has_color=one_of((True, False), document["color"]),
        has_alpha=one_of((True, False), document["alpha"]),
        orientation=one_of(range(1, 9), document["orientation"]),
        levels=tuple(Level(extent(one[:2]), extent(one[2:]) if one[2:] else None) for one in document["levels"]),
        page_count=positive(document["pages"]),
    )


def written_fields(fields: Fields) -> dict[str, list[list[str]]]:
    return {name: [[text.value, text.language] for text in texts] for name, texts in fields.items()}


def read_fields(document: dict[str, Any]) -> Fields:
    """Raises one of `UNSOUND`."""
    return {
        name: tuple(Text(words(value), words(language)) for value, language in texts)
        for name, texts in document.items()
    }


def extent(numbers: list[Any]) -> Extent:
    width, height = numbers
    return Extent(positive(width), positive(height))


def positive(number: Any) -> int:
    if type(number) is not int or number < 1:
        raise ValueError("This is no number of pixels or pages.")
    return number


def words(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("This is no text.")
    return value


def known_format(name: Any) -> str:
    if not is_format(words(name)):
        raise ValueError("There is no such format.")
    return str(name)


def one_of(allowed: Any, value: Any) -> Any:
    if value not in allowed:
        raise ValueError("This value does not occur.")
    return value
