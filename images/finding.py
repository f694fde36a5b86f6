"""Where an image is, how fresh that must be known, and what follows when it is gone. No Django: for the pipeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from caching.holdings import hold_any_of
from caching.keys import Subject, digest
from iiifserver.iiif.errors import SourceMissing
from sources.freshness import Freshness

if TYPE_CHECKING:
    from iiifserver.iiif.found import Found
    from iiifserver.iiif.values import Identifier

    from .runtime import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshnessRules:
    """What staff have set of how fresh answers are."""

    asks_first: bool = True
    near_seconds: float = 0
    stale_seconds: float = 0
    looks_anew: bool = False
    """Whether the source is asked whatever is known, as for a picture that is made anew."""
    forget: Callable[[str], None] | None = None
    """Has the caches of all processes forget the image with this identifier; `None` where what is gone is kept."""


def find(identifier: Identifier, runtime: Runtime, *, confirms_later: bool = False) -> Found:
    """The image as its source has it, or had it when it was asked last: just now, unless its `confirm` will be called.
    Raises as `Sources.find` does.
    """
    rules, purges = runtime.freshness, runtime.caches.purges
    image, news = digest(identifier.value), purges.newest

    def freshness_in(source: str) -> Freshness:
        newest = purges.newest_about(Subject(identifier.value, source), image)
        return Freshness(
            asks_first=rules.asks_first,
            near_seconds=rules.near_seconds,
            stale_seconds=rules.stale_seconds,
            news=news,
            outdated_before=news + 1 if rules.looks_anew else newest,
            is_confirmed_later=confirms_later,
        )

    try:
        return runtime.sources.find(identifier, runtime.consultation, freshness_in)
    except SourceMissing:
        forget_what_is_gone(identifier, image, runtime)
        raise


def forget_what_is_gone(identifier: Identifier, image: str, runtime: Runtime) -> None:
    """Where staff want it, and where there is something to forget: strangers may ask for whatever they like."""
    forget = runtime.freshness.forget
    if forget is None or runtime.sources.asks_delegate(runtime.consultation):
        return
    if hold_any_of(image, runtime.caches):
        forget(identifier.value)
