"""What is known of a source and of an image, in sentences for staff."""

from __future__ import annotations

from collections.abc import Iterator

from iiifserver.iiif.source_formats import label_of
from iiifserver.iiif.values import SourceFacts
from processors.base import Processor
from sources.models import AnswersFor, Source


def chosen(processor: Processor, others: list[str]) -> str:
    features = ", ".join(sorted(feature.value for feature in processor.features))
    reason = "the next in order" if others else "the first in order that reads this kind"
    return f"{processor.label} reads it: {reason}." + (
        f" Better than reading it whole: {features}." if features else ""
    )


def scope_in_words(row: Source) -> str:
    if row.answers_for == AnswersFor.PREFIX:
        return f"identifiers that begin with “{row.identifier_prefix}”"
    return f"identifiers that fit {row.identifier_pattern}"


def without_query(name: str) -> str:
    """The name without what may be a signature or a login in an address."""
    scheme, mark, rest = name.partition("?")[0].rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def facts_in_words(facts: SourceFacts) -> Iterator[str]:
    extent = facts.extent
    yield f"{label_of(facts.format_name)}, {extent.width} by {extent.height} pixels."
    if facts.levels:
        sizes = ", ".join(f"{level.extent.width} by {level.extent.height}" for level in facts.levels)
        yield f"Levels: {sizes}."
    if facts.tile:
        yield f"Stored in tiles of {facts.tile.width} by {facts.tile.height} pixels."
    else:
        yield "Stored as one piece, without tiles: large images of this kind are slow."
    if facts.page_count > 1:
        yield f"{facts.page_count} pages."
    if facts.orientation != 1:
        yield f"Turned upright: its orientation is {facts.orientation}."
