"""Which way the characters of a line run, and in which order its pieces stand side by side.

The parts of the Unicode Bidirectional Algorithm (UAX 9) that matter once a line is cut into pieces of one font; inside
of a piece the font's layout engine does the rest.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby
from operator import itemgetter
from typing import TypeVar

LEFT_TO_RIGHT, RIGHT_TO_LEFT = "ltr", "rtl"
STRONG = {"L": LEFT_TO_RIGHT, "R": RIGHT_TO_LEFT, "AL": RIGHT_TO_LEFT}
NUMBERS = frozenset({"EN", "AN"})

Item = TypeVar("Item")


def direction_of(line: str) -> str:
    """Where a line begins: at the side that its first letter asks for."""
    return next((way for way in map(strong_direction, line) if way is not None), LEFT_TO_RIGHT)


def strong_direction(character: str) -> str | None:
    return STRONG.get(unicodedata.bidirectional(character))


def directions_in(line: str) -> list[str]:
    """The way of each character: a number goes with the letter before it; what stands between two letters that run the
    same way goes with them, and anything else with the line. Two brackets go the same way.
    """
    base = direction_of(line)
    letters = [strong_direction(character) for character in line]
    before = carried(letters, base)
    known = [
        way if unicodedata.bidirectional(character) in NUMBERS else letter
        for character, letter, way in zip(line, letters, before, strict=True)
    ]
    behind = carried(known[::-1], base)[::-1]
    ways = [
        known_way or (one if one == other else base)
        for known_way, one, other in zip(known, before, behind, strict=True)
    ]
    for opening, closing in pairs_in(line):
        inside = {way for character in line[opening:closing] if (way := strong_direction(character))}
        if inside:
            against = base not in inside and before[opening] != base
            ways[opening] = ways[closing] = before[opening] if against else base
    return ways


def pairs_in(line: str) -> list[tuple[int, int]]:
    """Where brackets open, and where each of them closes."""
    found, opened = [], []
    for place, character in enumerate(line):
        category = unicodedata.category(character)
        if category == "Ps":
            opened.append(place)
        elif category == "Pe" and opened:
            found.append((opened.pop(), place))
    return found


def carried(ways: Sequence[str | None], base: str) -> list[str]:
    """The ways, each of those that are not known taken from the one before it."""
    return list(accumulate(ways, lambda last, way: way or last, initial=base))[1:]


def in_visual_order(pieces: Sequence[tuple[Item, str]], base: str) -> list[Item]:
    """The pieces of a line, each with its way, as they stand from the left."""
    from_the_left = pieces if base == LEFT_TO_RIGHT else pieces[::-1]
    return [piece for way, group in groupby(from_the_left, itemgetter(1)) for piece in _turned(group, way != base)]


def _turned(group: Iterable[tuple[Item, str]], is_against: bool) -> list[Item]:
    pieces = [piece for piece, _ in group]
    return pieces[::-1] if is_against else pieces
