"""All that a span says, as one frozen value for the page and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from caching.base import Tier

from .counts import by
from .figures import (
    Pictures,
    Questions,
    Waits,
    asked_of_cache,
    asked_of_tier,
    evicted,
    pictures,
    requests_per_minute,
    statuses,
    waits,
)
from .spans import Held, Span

TIER_NAMES = {
    Tier.DERIVATIVE.value: "finished pictures",
    Tier.INFO.value: "what is known of images",
    Tier.SOURCE.value: "whole files",
    Tier.COPY.value: "working copies",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheFigures:
    """One cache in a span."""

    name: str
    tier: str
    """Empty for a cache that is there no more."""
    questions: Questions
    evicted_entries: int
    evicted_bytes: int
    held: Held | None
    """What it held at the end; `None` where it cannot be asked, or where each process has its own."""

    @property
    def tier_name(self) -> str:
        return TIER_NAMES.get(self.tier, "")


@dataclass(frozen=True, slots=True)
class KindFigures:
    """One kind of answer in a span: image, info and others."""

    kind: str
    requests: int
    waits: Waits | None


@dataclass(frozen=True, slots=True)
class NamedQuestions:
    """What was asked of the caches of a tier, or for a source."""

    name: str
    questions: Questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What happened in a span."""

    seconds: float
    requests: int
    per_minute: float
    statuses: Mapping[str, int]
    kinds: tuple[KindFigures, ...]
    pictures: Pictures
    caches: tuple[CacheFigures, ...]
    tiers: tuple[NamedQuestions, ...]
    """By the name of a tier."""
    sources: tuple[NamedQuestions, ...]
    """Finished pictures, by the source of the image."""
    images: Mapping[str, int]


def summary_of(span: Span, tiers: Mapping[str, str]) -> Summary:
    """What the span says, given the tier of each cache by its name."""
    counts = span.counts
    answers = statuses(counts)
    derivatives = of_tier(tiers, Tier.DERIVATIVE)
    return Summary(
        seconds=span.seconds,
        requests=sum(answers.values()),
        per_minute=requests_per_minute(span) or 0.0,
        statuses=answers,
        kinds=tuple(
            KindFigures(kind, int(times), waits(counts, kind))
            for kind, times in sorted(by(counts, "requests", 1).items())
        ),
        pictures=pictures(counts, derivatives),
        caches=tuple(cache_figures(span, name, tiers) for name in cache_names(span, tiers)),
        tiers=tuple(
            NamedQuestions(TIER_NAMES[tier.value], asked_of_tier(counts, names))
            for tier in Tier
            if (names := of_tier(tiers, tier))
        ),
        sources=tuple(
            NamedQuestions(source, asked_of_tier(counts, derivatives, source))
            for source in sorted(by(counts, "reads", 2))
            if source
        ),
        images=span.images,
    )


def of_tier(tiers: Mapping[str, str], tier: Tier) -> list[str]:
    """The names of the caches of a tier."""
    return [name for name, its_tier in tiers.items() if its_tier == tier.value]


def cache_names(span: Span, tiers: Mapping[str, str]) -> list[str]:
    """Those that there are, in their order; then those that have left traces and gone."""
    seen = {*by(span.counts, "reads", 1), *by(span.counts, "evicted", 1), *span.held}
    return [*tiers, *sorted(seen - set(tiers))]


def cache_figures(span: Span, name: str, tiers: Mapping[str, str]) -> CacheFigures:
    entries, size = evicted(span.counts, name)
    return CacheFigures(
        name=name,
        tier=tiers.get(name, ""),
        questions=asked_of_cache(span.counts, name),
        evicted_entries=entries,
        evicted_bytes=size,
        held=span.held.get(name),
    )
