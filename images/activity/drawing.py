"""From sketches to charts: every step of the history becomes a place on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from .charts import Chart, Row, bars, columns, lines, nice_top, stacked
from .history import History, grouped
from .sketches import Sketch, sketches
from .spans import Span

MARKS = 4
"""Parts into which the times below a chart divide it."""
UNKNOWN = "\N{EN DASH}"
STEP_WORDS = {"hour": "minute", "day": "quarter of an hour"}


def charts_of(history: History, tiers: Mapping[str, str], clock: Callable[[datetime], str]) -> list[Chart]:
    """All charts of a history; none where nothing was noted. `clock` tells a time as it is read from a clock."""
    whole = history.whole
    if whole is None:
        return []
    drawn = sketches(whole, tiers, STEP_WORDS[history.period.key])
    return [chart(sketch, history, whole, clock) for sketch in drawn]


def chart(sketch: Sketch, history: History, whole: Span, clock: Callable[[datetime], str]) -> Chart:
    rows = rows_of(sketch, history.steps)
    heights = stacked(rows) if sketch.is_stacked else [value for row in rows for value in row.values]
    highest = sketch.highest or nice_top(heights)
    return Chart(
        title=sketch.title,
        summary=sketch.summarise(whole),
        is_filled=sketch.is_stacked,
        width=len(history.steps),
        shapes=bars(rows, highest) if sketch.is_stacked else lines(rows, highest),
        top=sketch.tell(highest),
        middle=sketch.tell(highest / 2),
        marks=marks(history, clock),
        columns=columns([clock(start) for start in history.starts], rows, sketch.tell),
        heads=("From", *sketch.names),
        table=table(sketch, history, clock),
    )


def rows_of(sketch: Sketch, steps: Sequence[Span | None]) -> list[Row]:
    nothing = (None,) * len(sketch.names)
    values = [sketch.values(step) if step else nothing for step in steps]
    return [Row(name, tuple(value[place] for value in values)) for place, name in enumerate(sketch.names)]


def marks(history: History, clock: Callable[[datetime], str]) -> tuple[str, ...]:
    part = len(history.starts) // MARKS
    return (
        *(clock(history.starts[mark * part]) for mark in range(MARKS)),
        clock(history.starts[-1] + history.period.step),
    )


def table(sketch: Sketch, history: History, clock: Callable[[datetime], str]) -> tuple[tuple[str, ...], ...]:
    """The same in fewer steps, the newest first."""
    size = history.period.grouped
    rows = rows_of(sketch, grouped(history.steps, size))
    times = [clock(start) for start in history.starts[::size]]
    lines = [
        (time, *(UNKNOWN if row.values[place] is None else sketch.tell(row.values[place] or 0.0) for row in rows))
        for place, time in enumerate(times)
    ]
    return tuple(reversed(lines))
