"""What the counts of a span say: rates, shares, times. Plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .counts import Counts, by, total
from .quantiles import quantile
from .spans import Span

RESULTS = ("hit", "miss", "failure")
DEPARTED = "499"
"""See `images.departed`."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """How pictures came about."""

    stored: int
    """Handed out as the file stores them."""
    remembered: int
    """Found in a cache."""
    made: int

    @property
    def all(self) -> int:
        return self.stored + self.remembered + self.made

    @property
    def unmade_percent(self) -> float | None:
        """How many in a hundred needed no work; `None` where there were none."""
        return 100 * (self.all - self.made) / self.all if self.all else None

    @property
    def stored_percent(self) -> float | None:
        return 100 * self.stored / self.all if self.all else None


@dataclass(frozen=True, slots=True)
class Questions:
    """What was asked of caches."""

    hits: int
    misses: int
    failures: int = 0

    @property
    def asked(self) -> int:
        return self.hits + self.misses

    @property
    def hit_percent(self) -> float | None:
        """How many in a hundred were answered; `None` where nothing was asked."""
        return 100 * self.hits / self.asked if self.asked else None


@dataclass(frozen=True, slots=True)
class Waits:
    """In seconds: what half of the visitors, and what all but one in twenty, waited at most."""

    median: float
    p95: float


def requests_per_minute(span: Span, kind: str = "") -> float | None:
    """`None` where the span has no length."""
    counted = total(span.counts, "requests", kind) if kind else total(span.counts, "requests")
    return per_minute(counted, span)


def per_minute(counted: float, span: Span) -> float | None:
    return 60 * counted / span.seconds if span.seconds else None


def statuses(counts: Counts) -> dict[str, int]:
    """How often each HTTP status was answered, in order."""
    return {status: int(times) for status, times in sorted(by(counts, "requests", 2).items())}


def refused(counts: Counts) -> int:
    """Answers that tell the visitor to ask otherwise: 4xx. Who has left is told nothing."""
    return sum(times for status, times in statuses(counts).items() if status.startswith("4") and status != DEPARTED)


def failed(counts: Counts) -> int:
    """Answers that tell of a fault of the server, of a source or of a file: 5xx."""
    return sum(times for status, times in statuses(counts).items() if status.startswith("5"))


def pictures(counts: Counts, derivative_caches: Iterable[str]) -> Pictures:
    """How pictures came about, given the names of the caches that keep finished ones."""
    hits = sum(total_reads(counts, cache, "hit") for cache in derivative_caches)
    return Pictures(int(total(counts, "stored")), hits, int(total(counts, "made")))


def total_reads(counts: Counts, cache: str, result: str, source: str | None = None) -> int:
    return int(
        sum(
            value
            for key, value in counts.items()
            if key[0] == "reads" and key[1] == cache and key[3] == result and source in (None, key[2])
        )
    )


def asked_of_cache(counts: Counts, cache: str) -> Questions:
    """What was asked of one cache."""
    return Questions(*(total_reads(counts, cache, result) for result in RESULTS))


def asked_of_tier(counts: Counts, caches: Iterable[str], source: str | None = None) -> Questions:
    """What was asked of caches that stand one behind the other, of all sources or of one.

    A question that one of them passes on to the next counts once: the last of them has the fewest misses.
    """
    rows = [[total_reads(counts, cache, result, source) for result in RESULTS] for cache in caches]
    asked = [row for row in rows if any(row)]
    return Questions(
        hits=sum(hits for hits, _, _ in asked),
        misses=min((misses for _, misses, _ in asked), default=0),
        failures=sum(failures for _, _, failures in asked),
    )


def evicted(counts: Counts, cache: str) -> tuple[int, int]:
    """Entries and bytes that had to make room."""
    return int(total(counts, "evicted", cache)), int(total(counts, "evicted_bytes", cache))


def waits(counts: Counts, kind: str) -> Waits | None:
    """How long answers of a kind took; `None` where there were none."""
    buckets = {float(key[2]): value for key, value in counts.items() if key[:2] == ("waits", kind)}
    median, p95 = quantile(buckets, 0.5), quantile(buckets, 0.95)
    return Waits(median, p95) if median is not None and p95 is not None else None
