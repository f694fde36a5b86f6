"""Judges of entries: which of them a sweep removes."""

from __future__ import annotations

import math

from .base import Entry, Judge
from .purges import Purge, Purges
from .stamp import USUAL_BYTES, Stamp, stamp_length, stamp_of


def stamp_on(entry: Entry) -> Stamp | None:
    """Whose the entry is; `None` where it does not tell, because it is torn or has gone."""
    beginning = entry.beginning(USUAL_BYTES)
    length = stamp_length(beginning)
    return stamp_of(beginning if length <= len(beginning) else entry.beginning(length))


def covered_by(purge: Purge) -> Judge:
    """Those that the purge is about, whenever they were made."""

    def judge(entry: Entry) -> bool:
        stamp = stamp_on(entry)
        return stamp is not None and purge.covers(stamp.subject, stamp.made_at)

    return judge


def outdated(purges: Purges, *, minds_age: bool) -> Judge:
    """Those that have been purged, so that nobody will be given them again; those that do not tell whose they are. What
    was made before a time is purged of pictures alone.
    """

    def judge(entry: Entry) -> bool:
        stamp = stamp_on(entry)
        if stamp is None:
            return True
        made_at = stamp.made_at if minds_age else math.inf
        return not purges.allow(stamp.subject, stamp.subject.image, stamp.generation, made_at)

    return judge


def everything(entry: Entry) -> bool:
    return True


def expired(entry: Entry) -> bool:
    """Those that have stood, or have not been asked for, longer than their cache keeps anything."""
    return entry.is_expired


def damaged(entry: Entry) -> bool:
    """Those of which a byte is missing or wrong. Reads everything."""
    return not entry.is_whole()
