"""How old it may be what is known of an image. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How old it may be what is known of an image."""

    asks_first: bool = True
    """Whether a source is asked again after a time; otherwise what it said holds until it is purged."""
    near_seconds: float = 0
    """That time, for sources that have none of their own; 0: each time."""
    stale_seconds: float = 0
    """For so long after that time what is known still counts, while the source is asked in the background."""
    news: int = 0
    """The number of the newest purge that is known: what is seen from now on is newer."""
    outdated_before: int = 0
    """What was seen when the newest purge had a lower number no longer counts."""
    is_confirmed_later: bool = False
    """Whether a source may give out what it saw long ago without asking: who wants the image has `Found.confirm` called
    before he uses what he made of it.
    """

    @property
    def is_asked_each_time(self) -> bool:
        """Whether a source that has no time of its own is asked whatever is known."""
        return self.asks_first and not self.near_seconds
