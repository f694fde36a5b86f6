"""Charts as plain geometry: a step is one unit wide and the chart a hundred high; a template draws it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEIGHT = 100
GAP = 0.12
"""Of a step, on both sides of a bar."""
NICE = (1, 1.2, 1.6, 2, 4, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of numbers: a value for each step, `None` where nothing is known."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a row is drawn."""

    name: str
    number: int
    """Which colour it has, from 1."""
    path: str
    """In the language of SVG paths."""


@dataclass(frozen=True, slots=True)
class Column:
    """A step for who points at it."""

    x: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart, ready to be drawn."""

    title: str
    summary: str
    """What it tells, in a sentence."""
    is_filled: bool
    """Whether the shapes are bars, not lines."""
    width: int
    shapes: tuple[Shape, ...]
    top: str
    middle: str
    marks: tuple[str, ...]
    """Times below the chart, from its beginning to its end."""
    columns: tuple[Column, ...]
    heads: tuple[str, ...]
    """Of the table that tells the same."""
    table: tuple[tuple[str, ...], ...]

    @property
    def is_empty(self) -> bool:
        return not any(shape.path for shape in self.shapes)


def bars(rows: Sequence[Row], highest: float) -> tuple[Shape, ...]:
    """A bar for each step, the rows on top of one another."""
    shapes: list[Shape] = []
    floors = [0.0] * max((len(row.values) for row in rows), default=0)
    for number, row in enumerate(rows, start=1):
        pieces = []
        for step, value in enumerate(row.values):
            if value:
                bottom, floors[step] = floors[step], floors[step] + value
                pieces.append(bar(step, y_of(bottom, highest), y_of(floors[step], highest)))
        shapes.append(Shape(row.name, number, "".join(pieces)))
    return tuple(shapes)


def bar(step: int, bottom: float, top: float) -> str:
    left, right = step + GAP, step + 1 - GAP
    return f"M{left:.4g} {bottom:.4g}V{top:.4g}H{right:.4g}V{bottom:.4g}Z"


def lines(rows: Sequence[Row], highest: float) -> tuple[Shape, ...]:
    """A line for each row, level within a step; it breaks where nothing is known."""
    return tuple(Shape(row.name, number, line(row.values, highest)) for number, row in enumerate(rows, start=1))


def line(values: Sequence[float | None], highest: float) -> str:
    pieces: list[str] = []
    is_begun = False
    for step, value in enumerate(values):
        if value is None:
            is_begun = False
            continue
        y = y_of(value, highest)
        pieces.append(f"V{y:.4g}H{step + 1}" if is_begun else f"M{step} {y:.4g}H{step + 1}")
        is_begun = True
    return "".join(pieces)


def y_of(value: float, highest: float) -> float:
    return HEIGHT - HEIGHT * min(value, highest) / highest


def nice_top(values: Sequence[float | None]) -> float:
    """A round number that none of the values exceeds; 1 where there are none."""
    most = max((value for value in values if value is not None), default=0.0)
    if most <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(most))
    return next(step * unit for step in NICE if step * unit >= most * (1 - 1e-9))


def stacked(rows: Sequence[Row]) -> list[float | None]:
    """The heights of all bars."""
    columns = zip(*(row.values for row in rows), strict=True)
    return [sum(value or 0.0 for value in column) for column in columns]


def columns(starts: Sequence[str], rows: Sequence[Row], tell: Callable[[float], str]) -> tuple[Column, ...]:
    """What each step tells to who points at it."""
    return tuple(
        Column(step, f"{start}: {told_of([row.values[step] for row in rows], rows, tell)}")
        for step, start in enumerate(starts)
    )


def told_of(values: Sequence[float | None], rows: Sequence[Row], tell: Callable[[float], str]) -> str:
    known = [(row.name, value) for row, value in zip(rows, values, strict=True) if value is not None]
    return ", ".join(f"{name} {tell(value)}" for name, value in known) or "nothing noted"
