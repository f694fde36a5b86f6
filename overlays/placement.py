"""Where marks go on an output. Pure geometry.

A mark that does not fit is neither moved nor scaled: it keeps to its corner, edge or centre and runs past the output,
which clips it (what Cantaloupe does). Whoever draws may choose a smaller mark before.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from iiifserver.iiif.values import Box, Extent

SMALLEST_PATTERN = 256
"""Repeated marks are laid out to patterns about as wide and high, so that a large output needs few of them."""


class Position(enum.Enum):
    """The value is what staff choose."""

    TOP_LEFT = "top left"
    TOP_CENTER = "top center"
    TOP_RIGHT = "top right"
    LEFT_CENTER = "left center"
    CENTER = "center"
    RIGHT_CENTER = "right center"
    BOTTOM_LEFT = "bottom left"
    BOTTOM_CENTER = "bottom center"
    BOTTOM_RIGHT = "bottom right"
    REPEAT = "repeat"
    FREE = "free"

    @property
    def halves(self) -> tuple[int, int]:
        """How many halves of the free width and height lie before the mark."""
        words = self.value.split()
        across = 0 if "left" in words else 2 if "right" in words else 1
        down = 0 if "top" in words else 2 if "bottom" in words else 1
        return across, down


@dataclass(frozen=True, slots=True)
class Placing:
    """How staff want a mark to lie."""

    position: Position
    inset: int = 0
    """Pixels between the mark and the output's edges; a repeated mark has none."""
    spacing: int = 0
    """Pixels between the repetitions of a mark."""
    left_percent: float = 0.0
    """Where the mark's left edge is when its position is free, as a share of the width."""
    top_percent: float = 0.0

    @property
    def repeats(self) -> bool:
        return self.position is Position.REPEAT


def places(mark: Extent, output: Extent, placing: Placing) -> tuple[Box, ...]:
    """Where the mark is drawn, in pixels of the output; boxes may run past its edges."""
    if placing.repeats:
        return repeated(mark, output, placing.spacing)
    if placing.position is Position.FREE:
        x, y = round(output.width * placing.left_percent / 100), round(output.height * placing.top_percent / 100)
        return (Box(x, y, mark.width, mark.height),)
    across, down = placing.position.halves
    x = start(mark.width, output.width, placing.inset, across)
    y = start(mark.height, output.height, placing.inset, down)
    return (Box(x, y, mark.width, mark.height),)


def start(mark: int, output: int, inset: int, halves: int) -> int:
    return inset + (output - mark - 2 * inset) * halves // 2


def repeated(mark: Extent, output: Extent, spacing: int) -> tuple[Box, ...]:
    """From the top left corner, row by row, until the output is covered."""
    rows = range(0, output.height, mark.height + spacing)
    columns = range(0, output.width, mark.width + spacing)
    return tuple(Box(x, y, mark.width, mark.height) for y in rows for x in columns)


def room(output: Extent, placing: Placing) -> Extent:
    """What the insets leave for a mark; at least one pixel, so that scaling always has an aim."""
    if placing.repeats or placing.position is Position.FREE:
        return output
    return Extent(max(1, output.width - 2 * placing.inset), max(1, output.height - 2 * placing.inset))


def pattern(mark: Extent, spacing: int) -> Extent:
    """The extent of a few repetitions laid out beside each other: repeated with the same spacing, it looks the same as
    the mark repeated.
    """
    return Extent(pattern_edge(mark.width, spacing), pattern_edge(mark.height, spacing))


def pattern_edge(edge: int, spacing: int) -> int:
    return max(1, SMALLEST_PATTERN // (edge + spacing)) * (edge + spacing) - spacing


def share(mark: Extent, percent: int, output: Extent, placing: Placing) -> Extent:
    """The mark scaled to that share of the output's width, in proportion, and no larger than there is room."""
    space = room(output, placing)
    factor = min(output.width * percent / 100 / mark.width, space.width / mark.width, space.height / mark.height)
    return Extent(max(1, round(mark.width * factor)), max(1, round(mark.height * factor)))
