"""Sums by name, and what becomes of them with time. Plain values: no Django, no Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Key = tuple[str, ...]
"""What was counted, and by what: `("requests", "image", "200")`."""

Counts = Mapping[Key, float]


def growth(before: Counts, after: Counts) -> dict[Key, float]:
    """What has been added between two readings of counters; what did not move is left out.

    A counter that has fallen has begun anew in between: all that it shows has been added since.
    """
    added = {key: value - before.get(key, 0) if value >= before.get(key, 0) else value for key, value in after.items()}
    return {key: value for key, value in added.items() if value}


def added_up(several: Iterable[Counts]) -> dict[Key, float]:
    """The sums over all of them."""
    sums: dict[Key, float] = {}
    for counts in several:
        for key, value in counts.items():
            sums[key] = sums.get(key, 0) + value
    return sums


def total(counts: Counts, *beginning: str) -> float:
    """The sum over all keys that begin so."""
    length = len(beginning)
    return sum(value for key, value in counts.items() if key[:length] == beginning)


def by(counts: Counts, name: str, place: int) -> dict[str, float]:
    """The sums of what bears the name, by what stands in that place of the key; the name stands in place 0."""
    sums: dict[str, float] = {}
    for key, value in counts.items():
        if key[0] == name:
            sums[key[place]] = sums.get(key[place], 0) + value
    return sums
