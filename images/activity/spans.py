"""What happened in a span of time, and how several spans become one. Plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .counts import Counts, added_up

MOST_IMAGES = 100
"""Of how many images a span tells how often they were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is in a cache."""

    entries: int
    bytes: int | None
    """`None` where only entries are counted."""
    limit_bytes: int | None = None
    is_local: bool = True
    """Whether the machines hold different entries under one name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What happened in a span of time."""

    begins_at: datetime
    seconds: float = 0
    """For how long there was somebody to note it."""
    counts: Counts = field(default_factory=dict)
    held: Mapping[str, Held] = field(default_factory=dict)
    """What each cache held at the end, by name."""
    images: Mapping[str, int] = field(default_factory=dict)
    """How often images were given out, at least, by identifier; the most wanted first."""


def joined(spans: Sequence[Span]) -> Span:
    """Spans of one machine, or of all, that follow one another, as one; there must be at least one."""
    in_order = sorted(spans, key=lambda span: span.begins_at)
    held = {name: value for span in in_order for name, value in span.held.items()}
    return Span(
        begins_at=in_order[0].begins_at,
        seconds=sum(span.seconds for span in in_order),
        counts=added_up(span.counts for span in in_order),
        held=held,
        images=most_wanted(span.images for span in in_order),
    )


def side_by_side(spans: Sequence[Span]) -> Span:
    """The same span on several machines as one; there must be at least one."""
    names = sorted({name for span in spans for name in span.held})
    return Span(
        begins_at=min(span.begins_at for span in spans),
        seconds=max(span.seconds for span in spans),
        counts=added_up(span.counts for span in spans),
        held={name: held_by_all([span.held[name] for span in spans if name in span.held]) for name in names},
        images=most_wanted(span.images for span in spans),
    )


def held_by_all(parts: Sequence[Held]) -> Held:
    """Disks of several machines are added up; of a store that all share each machine tells the same."""
    if not all(part.is_local for part in parts):
        return max(parts, key=lambda part: part.entries)
    sizes = [part.bytes for part in parts if part.bytes is not None]
    limits = [part.limit_bytes for part in parts if part.limit_bytes is not None]
    return Held(
        entries=sum(part.entries for part in parts),
        bytes=sum(sizes) if sizes else None,
        limit_bytes=sum(limits) if limits else None,
    )


def most_wanted(several: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The images that were given out most often by all, the first of them first."""
    sums: dict[str, int] = {}
    for images in several:
        for identifier, times in images.items():
            sums[identifier] = sums.get(identifier, 0) + times
    ranked = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return dict(ranked[:MOST_IMAGES])


def document_of(span: Span) -> dict[str, Any]:
    """The span as JSON, without its time."""
    return {
        "counts": [[*key, value] for key, value in span.counts.items()],
        "held": {name: [held.entries, held.bytes, held.limit_bytes, held.is_local] for name, held in span.held.items()},
        "images": list(span.images.items()),
    }


def span_of(begins_at: datetime, seconds: float, document: Mapping[str, Any]) -> Span:
    """The span that was written down so."""
    return Span(
        begins_at=begins_at,
        seconds=seconds,
        counts={tuple(key): value for *key, value in document["counts"]},
        held={
            name: Held(entries=entries, bytes=size, limit_bytes=limit, is_local=is_local)
            for name, (entries, size, limit, is_local) in document["held"].items()
        },
        images=dict(document["images"]),
    )
