"""What the page draws: for each chart its rows, where their values come from, and how a value is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from caching.base import Tier

from .counts import total
from .figures import asked_of_tier, evicted, failed, per_minute, pictures, refused, waits
from .spans import Span
from .summary import TIER_NAMES, cache_names, of_tier

Values = tuple[float | None, ...]

KILOBYTE, MEGABYTE, GIGABYTE = 1e3, 1e6, 1e9
FEW = 10
"""Below it a number is told with a decimal place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A chart before anything is drawn."""

    title: str
    names: tuple[str, ...]
    """Of its rows, as they stand on or above one another."""
    values: Callable[[Span], Values]
    """One for each row."""
    tell: Callable[[float], str]
    summarise: Callable[[Span], str]
    """A sentence on the whole."""
    is_stacked: bool = True
    """Bars on top of one another; else lines."""
    highest: float | None = None
    """The upper end, where it does not follow from the values."""


def sketches(whole: Span, tiers: Mapping[str, str], step_words: str) -> list[Sketch]:
    """All charts of the page; `step_words` says how long a step is, such as “minute”."""
    fixed = [
        requests(),
        made_and_found(of_tier(tiers, Tier.DERIVATIVE)),
        hit_shares(whole, tiers),
        durations(),
        errors(step_words),
        evictions([name for name in cache_names(whole, tiers) if evicted(whole.counts, name)[0]], step_words),
    ]
    filled = {name: held for name, held in whole.held.items() if held.entries}
    return [*fixed, *(fullness(name, in_bytes=held.bytes is not None) for name, held in filled.items())]


def requests() -> Sketch:
    kinds = {"images": ("image",), "info.json": ("info",), "others": ("presentation", "other")}

    def values(span: Span) -> Values:
        return tuple(
            per_minute(sum(total(span.counts, "requests", k) for k in names), span) for names in kinds.values()
        )

    return Sketch(
        title="Requests per minute",
        names=tuple(kinds),
        values=values,
        tell=number,
        summarise=lambda span: f"{total(span.counts, 'requests'):,.0f} requests.",
    )


def made_and_found(derivatives: list[str]) -> Sketch:
    def values(span: Span) -> Values:
        found = pictures(span.counts, derivatives)
        return tuple(per_minute(count, span) for count in (found.stored, found.remembered, found.made))

    def summary(span: Span) -> str:
        found = pictures(span.counts, derivatives)
        if found.unmade_percent is None:
            return "No pictures were given out."
        return (
            f"{percent(found.unmade_percent)} needed no work, {percent(found.stored_percent or 0)} were stored tiles."
        )

    return Sketch(
        title="Pictures per minute",
        names=("stored tiles", "from a cache", "made"),
        values=values,
        tell=number,
        summarise=summary,
    )


def hit_shares(whole: Span, tiers: Mapping[str, str]) -> Sketch:
    caches = {TIER_NAMES[tier.value]: of_tier(tiers, tier) for tier in Tier}
    asked = {name: names for name, names in caches.items() if asked_of_tier(whole.counts, names).asked}

    def shares(span: Span) -> Values:
        return tuple(asked_of_tier(span.counts, names).hit_percent for names in asked.values())

    def summary(span: Span) -> str:
        told = [
            f"{name} {percent(share)}" for name, share in zip(asked, shares(span), strict=True) if share is not None
        ]
        return f"On the whole: {', '.join(told)}." if told else "The caches were not asked."

    return Sketch(
        title="Caches had what was asked for",
        names=tuple(asked),
        values=shares,
        tell=percent,
        summarise=summary,
        is_stacked=False,
        highest=100,
    )


def durations() -> Sketch:
    def values(span: Span) -> Values:
        found = waits(span.counts, "image")
        return (found.median, found.p95) if found else (None, None)

    def summary(span: Span) -> str:
        found = waits(span.counts, "image")
        if found is None:
            return "No images were asked for."
        return f"Half took at most {duration(found.median)}, 95 of 100 at most {duration(found.p95)}."

    return Sketch(
        title="Time per image",
        names=("half of them at most", "95 of 100 at most"),
        values=values,
        tell=duration,
        summarise=summary,
        is_stacked=False,
    )


def errors(step_words: str) -> Sketch:
    return Sketch(
        title=f"Errors each {step_words}",
        names=("refused (4xx)", "failed (5xx)"),
        values=lambda span: (refused(span.counts), failed(span.counts)),
        tell=number,
        summarise=lambda span: f"{refused(span.counts):,} refused, {failed(span.counts):,} failed.",
    )


def evictions(caches: list[str], step_words: str) -> Sketch:
    def summary(span: Span) -> str:
        if not caches:
            return "Nothing had to make room."
        size = total(span.counts, "evicted_bytes")
        return f"{total(span.counts, 'evicted'):,.0f} entries made room for others, {amount(size)}."

    return Sketch(
        title=f"Entries that made room each {step_words}",
        names=tuple(caches),
        values=lambda span: tuple(total(span.counts, "evicted", name) for name in caches),
        tell=number,
        summarise=summary,
    )


def fullness(cache: str, *, in_bytes: bool) -> Sketch:
    """How full a cache is, in bytes or in entries."""

    def values(span: Span) -> Values:
        held = span.held.get(cache)
        return (None if held is None else held.bytes if in_bytes else held.entries,)

    def summary(span: Span) -> str:
        held = span.held[cache]
        entries = f"{held.entries:,} entries"
        if held.bytes is None:
            return f"{entries}."
        limit = f" of {amount(held.limit_bytes)}" if held.limit_bytes else ""
        return f"{amount(held.bytes)}{limit}, {entries}."

    return Sketch(
        title=f"{cache} holds",
        names=("held",),
        values=values,
        tell=amount if in_bytes else number,
        summarise=summary,
        is_stacked=False,
    )


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= FEW or value == int(value) else f"{value:.1f}"


def percent(value: float) -> str:
    return f"{value:.0f} %"


def duration(seconds: float) -> str:
    if seconds >= 1:
        return f"{number(seconds)} s"
    return f"{number(1000 * seconds)} ms"


def amount(size: float) -> str:
    """Bytes, as disks are sold."""
    if size >= GIGABYTE:
        return f"{number(size / GIGABYTE)} GB"
    if size >= MEGABYTE:
        return f"{number(size / MEGABYTE)} MB"
    return f"{number(size / KILOBYTE)} kB"
