"""What this process knows of files that failed. No Django: the pipeline asks it."""

from __future__ import annotations

import enum
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from iiifserver.iiif.errors import DecoderCrashed, DecodingTooSlow
from iiifserver.watching.watch import Decoding, watch
from iiifserver.watching.work import File, Kind, Limits


class Reason(enum.Enum):
    """Why a file is remembered. The value is the word that is stored."""

    CRASHED = "crashed"
    SLOW = "slow"
    SUSPECT = "suspect"
    """It was being decoded when a process died, and so were others, or the system may have killed it for another's
    hunger: it is decoded alone until it is known.
    """


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one file."""

    reason: Reason
    until: float | None = None
    """When it is forgotten, in seconds since 1970; `None` for a file that is remembered until staff clear it."""


CRASHED = "This image made the program that reads it break down, so it is not read again. Staff can have it tried anew."
SLOW = (
    "This image takes longer to read than the server allows, so it is not read for now. Staff can have it tried anew."
)


class FailedFiles:
    """The files that are remembered, by digest. For all threads at once."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._known: Mapping[bytes, Known] = MappingProxyType({})

    def learn(self, known: Mapping[bytes, Known]) -> None:
        """Has these be the ones, and no others."""
        self._known = MappingProxyType(dict(known))

    def reason_for(self, file: File) -> Reason | None:
        """Why the file is remembered; `None` when it is not, or not any more."""
        if not self._known:
            return None
        known = self._known.get(file.digest)
        if known is None or (known.until is not None and self._clock() >= known.until):
            return None
        return known.reason


@dataclass(frozen=True, slots=True)
class Guard:
    """Stands before every decoding."""

    failed: FailedFiles = field(default_factory=FailedFiles)
    limits: Limits = Limits()

    def check(self, file: File, *, patiently: bool = False) -> None:
        """Raises `DecoderCrashed` or `DecodingTooSlow` for a file that is not to be opened; the latter not for who has
        all the time that it takes.
        """
        reason = self.failed.reason_for(file)
        if reason is Reason.CRASHED:
            raise DecoderCrashed(CRASHED)
        if reason is Reason.SLOW and not patiently:
            raise DecodingTooSlow(SLOW)

    def decoding(self, file: File, kind: Kind) -> Decoding:
        """A `with` block for decoding the file: alone, where it is under suspicion. Raises `Overloaded`."""
        is_suspect = self.failed.reason_for(file) is Reason.SUSPECT
        return watch.decoding(file, kind, self.limits, alone=is_suspect)
