"""Equal requests to several processes: one of them makes the picture, and the others find it in a cache they share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from iiifserver.conf import conf

from .base import CacheUnavailable, DerivativeCache, MeetingPlace
from .flight import Flights, deadline_of
from .lock_file import lock_file
from .outage import Outage

FIRST_PAUSE_SECONDS = 0.002
LONGEST_PAUSE_SECONDS = 0.05
"""Between two looks whether somebody else is done."""


class Reach(Enum):
    """Who does not make what somebody else is making already. The value is a sentence for staff."""

    PROCESS = "Equal pictures that are asked for at once are made once by each worker: no cache is shared by workers."
    MACHINE = "Equal pictures that are asked for at once are made once on this machine, whichever worker is asked."
    DEPLOYMENT = "Equal pictures that are asked for at once are made once by all machines that share the Redis."


@dataclass(frozen=True, slots=True)
class Place:
    """A meeting place as requests use it: one that fails is passed by."""

    where: MeetingPlace
    outage: Outage

    def wait(self, name: str, flights: Flights[Any], deadline: float) -> Callable[[], None] | None:
        """The claim, as soon as nobody else has it; `None` where the place cannot be used. Raises `Overloaded`."""
        if self.outage.is_on:
            return None
        claims: list[Callable[[], None]] = []
        try:
            flights.wait(lambda seconds: self._claim_within(seconds, name, claims), deadline)
        except CacheUnavailable as error:
            self.outage.begin(error)
        return claims[0] if claims else None

    def _claim_within(self, seconds: float, name: str, claims: list[Callable[[], None]]) -> bool:
        until, pause = time.monotonic() + seconds, FIRST_PAUSE_SECONDS
        while (claim := self.where.claim(name)) is None:
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(pause, left))
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        claims.append(claim)
        return True


@dataclass(frozen=True, slots=True)
class Meeting:
    """The places at which this process meets others, the nearest first."""

    places: tuple[Place, ...] = ()
    reach: Reach = field(default=Reach.PROCESS)

    @contextmanager
    def turn(self, name: str, flights: Flights[Any], timeout_seconds: float) -> Iterator[bool]:
        """Begins when nobody else makes the picture of that name, and until it ends nobody begins to.

        Gives whether somebody else may have made it before. Raises as `Flights` does.
        """
        deadline = deadline_of(timeout_seconds)
        with ExitStack() as claims:
            for place in self.places:
                release = place.wait(name, flights, deadline)
                if release is not None:
                    claims.callback(release)
            yield bool(self.places)


NOWHERE = Meeting()


def meeting_of_machine() -> Meeting:
    """Where the processes of this machine meet."""
    return Meeting((Place(lock_file(conf.home / "flights.lock"), Outage("Meeting the other workers")),), Reach.MACHINE)


def meeting_of(chain: Iterable[DerivativeCache]) -> Meeting:
    """Where processes meet that use these caches. Without one that they share, none would find what another made."""
    shared = [cache for cache in chain if cache.is_shared]
    if not shared:
        return NOWHERE
    wide = [place for cache in shared if (place := cache.meeting_place()) is not None]
    near = meeting_of_machine()
    far = [Place(where, Outage("Meeting the other machines")) for where in wide[:1]]
    return Meeting((*near.places, *far), Reach.DEPLOYMENT) if far else near
