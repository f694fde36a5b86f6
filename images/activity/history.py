"""Reading the history: the last hour by minutes, the last day by quarters of an hour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import groupby

from caching.models import Cache
from iiifserver.times import as_kept

from .model import ActivitySample
from .resolution import Resolution
from .spans import Span, joined, side_by_side


class Period(Enum):
    """How far back somebody looks: name, in words, the length of one step, and how many steps."""

    HOUR = ("hour", "the last hour", Resolution.MINUTE, 60, 5)
    DAY = ("day", "the last day", Resolution.QUARTER, 96, 8)

    def __init__(self, key: str, words: str, resolution: Resolution, steps: int, grouped: int) -> None:
        self.key = key
        self.words = words
        self.resolution = resolution
        self.steps = steps
        self.grouped = grouped
        """How many steps a table tells together."""

    @property
    def step(self) -> timedelta:
        return timedelta(seconds=int(self.resolution))

    def starts(self, now: datetime) -> list[datetime]:
        """When each step begins, the oldest first; the last one is the newest that may have been noted."""
        seconds = int(self.resolution)
        newest = int(now.timestamp()) // seconds * seconds
        if self is Period.HOUR:
            newest -= seconds
        return [datetime.fromtimestamp(newest - seconds * back, UTC) for back in reversed(range(self.steps))]


PERIODS = {period.key: period for period in Period}


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What happened lately, step by step."""

    period: Period
    starts: tuple[datetime, ...]
    steps: tuple[Span | None, ...]
    """One for each start; `None` where nobody noted anything."""
    machines: tuple[str, ...]
    """Those that noted something lately, whether they are looked at or not."""

    @property
    def whole(self) -> Span | None:
        """All steps as one; `None` where nothing was noted."""
        noted = [step for step in self.steps if step is not None]
        return joined(noted) if noted else None

    @property
    def noted_until(self) -> datetime | None:
        """The beginning of the newest step in which something was noted."""
        return max((start for start, step in zip(self.starts, self.steps, strict=True) if step), default=None)


def history(period: Period, now: datetime, machine: str = "") -> History:
    """The history of that machine, or of all together. One query."""
    starts = period.starts(now)
    rows = ActivitySample.objects.filter(resolution=period.resolution, begins_at__gte=as_kept(starts[0]))
    samples = [(row.machine, row.span) for row in rows.order_by("begins_at", "machine")]
    steps = by_start(span for name, span in samples if machine in ("", name))
    return History(
        period=period,
        starts=tuple(starts),
        steps=tuple(steps.get(start) for start in starts),
        machines=tuple(sorted({name for name, _ in samples})),
    )


def by_start(spans: Iterable[Span]) -> dict[datetime, Span]:
    """What happened on all machines, by the beginning of the step; the spans must be in order."""
    return {start: side_by_side(list(same)) for start, same in groupby(spans, key=lambda span: span.begins_at)}


def grouped(steps: Sequence[Span | None], size: int) -> list[Span | None]:
    """So many steps each as one."""
    groups = [[step for step in steps[start : start + size] if step] for start in range(0, len(steps), size)]
    return [joined(group) if group else None for group in groups]


def tiers_in_use() -> dict[str, str]:
    """The tier of each cache that is switched on, by its name, in the order in which they are asked."""
    return dict(Cache.objects.filter(enabled=True).values_list("name", "tier"))
