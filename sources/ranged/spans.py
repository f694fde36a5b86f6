"""Pieces of a file, by the places where they begin and end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

WASTE = 0.1
"""How much of a piece that joins two others may lie between them, unwanted."""

LEAST_GAP_BYTES = 1024
"""So much may lie between them in any case; asking once more costs more."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The bytes from `start` up to `stop`, which is not among them."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.stop:
            raise ValueError("A piece of a file begins at 0 or later and does not end before it begins.")

    @property
    def length(self) -> int:
        return self.stop - self.start

    def holds(self, other: Span) -> bool:
        return self.start <= other.start and other.stop <= self.stop

    def within(self, size: int) -> Span:
        """The part of it that a file of this size has."""
        return Span(min(self.start, size), min(self.stop, size))


def merged(spans: Iterable[Span], bridge_bytes: int = 0) -> Iterator[Span]:
    """Few pieces that hold all of these, in order: neighbours are joined where little lies between them, or at most
    so many bytes.
    """
    current: Span | None = None
    for span in sorted(spans):
        if current is not None and span.start - current.stop <= max(bridge_bytes, tolerable_gap(current, span)):
            current = Span(current.start, max(current.stop, span.stop))
        else:
            if current is not None:
                yield current
            current = span
    if current is not None:
        yield current


def first_within(spans: Iterable[Span], limit_bytes: int) -> Iterator[Span]:
    """The first of the pieces, and as many behind it as have no more bytes together."""
    total = 0
    for span in spans:
        if total and total + span.length > limit_bytes:
            return
        total += span.length
        yield span


def tolerable_gap(one: Span, other: Span) -> int:
    return max(LEAST_GAP_BYTES, int(WASTE * (one.length + other.length)))
