"""What the page Activity tells, for programs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from ..activity.figures import Pictures, Questions
from ..activity.history import Period, history, tiers_in_use
from ..activity.summary import CacheFigures, Summary, summary_of


def recent_activity(now: datetime) -> dict[str, Any]:
    """The last hour and the last day on all machines together; `None` for one of which nothing was noted."""
    tiers = tiers_in_use()
    wholes = {period.key: history(period, now).whole for period in Period}
    return {f"last_{key}": document_of(summary_of(whole, tiers)) if whole else None for key, whole in wholes.items()}


def document_of(summary: Summary) -> dict[str, Any]:
    return {
        "noted_seconds": round(summary.seconds),
        "requests": summary.requests,
        "requests_per_minute": round(summary.per_minute, 2),
        "statuses": dict(summary.statuses),
        "answers": [
            {
                "kind": kind.kind,
                "requests": kind.requests,
                "median_seconds": kind.waits and kind.waits.median,
                "p95_seconds": kind.waits and kind.waits.p95,
            }
            for kind in summary.kinds
        ],
        "pictures": pictures_document(summary.pictures),
        "caches": [cache_document(cache) for cache in summary.caches],
        "tiers": [{"name": tier.name, **questions_document(tier.questions)} for tier in summary.tiers],
        "sources": [{"name": source.name, **questions_document(source.questions)} for source in summary.sources],
        "images": [{"identifier": identifier, "at_least": times} for identifier, times in summary.images.items()],
    }


def pictures_document(pictures: Pictures) -> dict[str, Any]:
    return {
        "stored_tiles": pictures.stored,
        "from_caches": pictures.remembered,
        "made": pictures.made,
        "stored_percent": rounded(pictures.stored_percent),
    }


def questions_document(questions: Questions) -> dict[str, Any]:
    return {**asdict(questions), "hit_percent": rounded(questions.hit_percent)}


def cache_document(cache: CacheFigures) -> dict[str, Any]:
    held = cache.held
    return {
        "name": cache.name,
        "tier": cache.tier,
        **questions_document(cache.questions),
        "evicted_entries": cache.evicted_entries,
        "evicted_bytes": cache.evicted_bytes,
        "entries": held and held.entries,
        "bytes": held and held.bytes,
        "limit_bytes": held and held.limit_bytes,
    }


def rounded(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 1)
