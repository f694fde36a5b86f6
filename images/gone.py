"""What staff have set of freshness, and how all processes are told that an image is gone."""

from __future__ import annotations

import logging

from django.db import DatabaseError

from caching.invalidations import outdate
from caching.models import FreshnessSettings
from caching.purges import Purge

from .finding import FreshnessRules
from .jobs.schedule import reclaim_soon

logger = logging.getLogger("iiifserver.images")


def active_freshness() -> FreshnessRules:
    """The row as requests use it."""
    row = FreshnessSettings.current()
    return FreshnessRules(
        asks_first=row.asks_first,
        near_seconds=row.near_seconds,
        stale_seconds=row.stale_seconds,
        forget=forget if row.purges_missing else None,
    )


def forget(identifier: str) -> None:
    """Purges all that is kept of an image. Never fails: that it is gone is an answer all the same."""
    try:
        outdate([Purge.of_image(identifier)])
        reclaim_soon()
    except DatabaseError:
        logger.exception("“%s” is gone from its source, and could not be purged.", identifier)
    else:
        logger.info("“%s” is gone from its source: purged.", identifier)
