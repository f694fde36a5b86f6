"""Every kind of job: its name for staff, the lane in which it runs, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from caching.purging import PurgeOrder, What

from ..copies import making, of_sources
from . import maintenance, purging, sleeping, warming
from .model import Job
from .work import Work


class Lane(StrEnum):
    """Jobs of one lane are done one after the other; a long one keeps nobody of another lane waiting."""

    QUICK = "quick"
    LONG = "long"
    COPIES = "copies"
    """Several of these are done at once, where staff want it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a job of this kind is."""

    title: Callable[[dict[str, Any]], str]
    """From the arguments."""
    body: Callable[[Work], str]
    """Does the job and returns a sentence on how it went. Raises `JobFailed` with one on why it did not, and what
    `Work.progress` raises.
    """
    lane: Lane = Lane.QUICK


def purge_title(arguments: dict[str, Any]) -> str:
    return PurgeOrder(What(arguments["what"]), arguments["value"]).title


def fixed(title: str) -> Callable[[dict[str, Any]], str]:
    return lambda arguments: title


KINDS: dict[str, Kind] = {
    "purge": Kind(purge_title, purging.purge),
    "clean": Kind(fixed("Clean up caches"), maintenance.clean),
    "reclaim": Kind(fixed("Remove what was purged"), maintenance.reclaim),
    "verify": Kind(fixed("Verify caches"), maintenance.verify, Lane.LONG),
    "records": Kind(fixed("Remove old jobs and log-ins"), maintenance.tidy_records),
    "warm": Kind(warming.title, warming.warm, Lane.LONG),
    "copy": Kind(making.title, making.copy_one, Lane.COPIES),
    "copies": Kind(of_sources.source_title, of_sources.copy_source, Lane.COPIES),
    "sleep": Kind(sleeping.title, sleeping.sleep, Lane.LONG),
}


def kinds_of(lane: Lane) -> list[str]:
    return [name for name, kind in KINDS.items() if kind.lane is lane]


def title_of(job: Job) -> str:
    """What the job does, in words; the bare name where a newer or older version knows more of it."""
    kind = KINDS.get(job.kind)
    if kind is None:
        return job.kind
    try:
        return kind.title(job.arguments)
    except (KeyError, ValueError, TypeError, OverflowError):
        return job.kind
