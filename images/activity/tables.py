"""The tables of the page: what the charts cannot show, in words and numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from .figures import Questions
from .sketches import amount, duration, percent
from .spans import Held
from .summary import CacheFigures, Summary

MOST_IMAGES = 25
NOTHING = "\N{EN DASH}"
KINDS = {"image": "images", "info": "info.json", "presentation": "manifests", "other": "others"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table."""

    head: str
    cells: tuple[str, ...]
    bar: float | None = None
    """How long a bar behind the first cell is, in hundredths; `None` for no bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    title: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    empty: str
    """A sentence where there are no lines."""
    note: str = ""


def tables_of(summary: Summary) -> list[Table]:
    """All tables of the page."""
    make: tuple[Callable[[Summary], Table], ...] = (caches, sources, images, answers, times)
    return [table(summary) for table in make]


def caches(summary: Summary) -> Table:
    return Table(
        title="Caches",
        heads=("Cache", "Had what was asked for", "Keeps", "Holds", "Made room"),
        lines=tuple(cache_line(cache) for cache in summary.caches),
        empty="No cache is set up: every picture is made anew.",
    )


def cache_line(cache: CacheFigures) -> Line:
    room = f"{cache.evicted_entries:,}, {amount(cache.evicted_bytes)}" if cache.evicted_entries else NOTHING
    cells = (answered(cache.questions), cache.tier_name or NOTHING, held(cache.held), room)
    return Line(cache.name, cells, cache.questions.hit_percent)


def answered(questions: Questions) -> str:
    """Such as “94 % of 1,204, failed 2 times”."""
    share = questions.hit_percent
    told = [f"{percent(share)} of {questions.asked:,}"] if share is not None else []
    told += [f"failed {questions.failures:,} times"] if questions.failures else []
    return ", ".join(told) or NOTHING


def held(amounts: Held | None) -> str:
    if amounts is None:
        return NOTHING
    if amounts.bytes is None:
        return f"{amounts.entries:,} entries"
    return f"{amount(amounts.bytes)}, {amounts.entries:,} entries"


def sources(summary: Summary) -> Table:
    return Table(
        title="Sources",
        heads=("Source", "Finished pictures were found in a cache"),
        lines=tuple(
            Line(source.name, (answered(source.questions),), source.questions.hit_percent) for source in summary.sources
        ),
        empty="No cache was asked for an image of any source.",
        note="Tiles that are handed out as their file stores them need no cache and are not among these.",
    )


def images(summary: Summary) -> Table:
    """The images in order of how often they were given out."""
    wanted = list(summary.images.items())[:MOST_IMAGES]
    most = max((times for _, times in wanted), default=1)
    return Table(
        title="Images asked for most",
        heads=("Image", "Pictures and tiles given out, at least"),
        lines=tuple(Line(identifier, (f"{times:,}",), 100 * times / most) for identifier, times in wanted),
        empty="No pictures were given out.",
    )


def answers(summary: Summary) -> Table:
    most = max(summary.statuses.values(), default=1)
    return Table(
        title="Answers",
        heads=("Status", "How often"),
        lines=tuple(
            Line(status_words(status), (f"{times:,}",), 100 * times / most)
            for status, times in summary.statuses.items()
        ),
        empty="Nobody asked for anything.",
    )


def status_words(status: str) -> str:
    """Such as “404 Not Found”."""
    try:
        return f"{status} {HTTPStatus(int(status)).phrase}"
    except ValueError:
        return status


def times(summary: Summary) -> Table:
    known = [(one.kind, one.requests, one.waits) for one in summary.kinds if one.waits is not None]
    return Table(
        title="Time per answer",
        heads=("Kind", "How many", "Half of them took at most", "95 of 100 took at most"),
        lines=tuple(
            Line(KINDS.get(kind, kind), (f"{requests:,}", duration(took.median), duration(took.p95)))
            for kind, requests, took in known
        ),
        empty="Nobody asked for anything.",
        note="From the arrival of a request to its answer; how long the answer travels is not counted.",
    )
