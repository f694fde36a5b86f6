"""What is told of one step of trying a source."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from iiifserver.backend import BackendError
from iiifserver.iiif.errors import IIIFError
from sources.base import Traffic

from .source_cures import cure_for, reason_beneath


class Outcome(enum.Enum):
    """How a step went. The value is the word for staff."""

    RIGHT = "right"
    NOTED = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a step says."""

    sentences: tuple[str, ...] = ()
    outcome: Outcome = Outcome.RIGHT
    cure: str = ""
    """What to change; empty where nothing is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step that was done."""

    title: str
    told: Told
    milliseconds: float
    traffic: Traffic | None
    """What it asked of other machines; `None` where the source does not count."""


class Stop(Exception):
    """There is no going on. Carries what is told."""

    def __init__(self, *sentences: str, cure: str) -> None:
        super().__init__(*sentences)
        self.told = Told(sentences=sentences, outcome=Outcome.WRONG, cure=cure)


def told_by(work: Callable[[], Told]) -> Told:
    """What a step says, or what its failure means."""
    try:
        return work()
    except Stop as stop:
        return stop.told
    except BackendError as error:
        return Told(sentences=(str(error),), outcome=Outcome.WRONG, cure="Change that in the form of this source.")
    except IIIFError as error:
        reason = reason_beneath(error)
        sentences = (error.sentence, f"The machine says: {reason}.") if reason else (error.sentence,)
        return Told(sentences=sentences, outcome=Outcome.WRONG, cure=cure_for(error))
