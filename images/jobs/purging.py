"""Purges as jobs: what is ordered holds at once, what it fills is removed by the job."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from caching.purging import PurgeOrder, Step, Tally, What, shared, swept

from . import queue
from .model import Job
from .work import Work


def order_purge(purge: PurgeOrder, *, by: Any = None, called: str = "", hands_over: bool = True) -> Job:
    """Has nobody be given again what the order covers, and orders the job that removes it. Who orders it is an account,
    or something that is called so in the log.
    """
    purge.take_effect(by=called or str(by or "a command"))
    return queue.order("purge", {"what": purge.what.value, "value": purge.value}, by=by, hands_over=hands_over)


def ordered(arguments: dict[str, Any]) -> PurgeOrder:
    return PurgeOrder(What(arguments["what"]), str(arguments["value"]))


def purge(work: Work) -> str:
    """Removes what an order covers. Machines with disks of their own remove theirs by their maintenance."""
    return removed(work, swept(ordered(work.arguments), shared())).sentence("removed")


def removed(work: Work, steps: Iterable[Step]) -> Tally:
    """Goes through the steps; what went."""
    tally = Tally()
    for step in steps:
        tally.add(step)
        work.freed_bytes = tally.bytes
        work.progress(step.done, step.total)
    return tally
