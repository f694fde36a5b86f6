"""Changes of the configuration, gathered so that one act of a person is one change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.dispatch import Signal

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from django.db.models import Model

configuration_changed = Signal()
"""Sent once for each act, inside its transaction. Argument: `act`, an `Act` with at least one line."""


@dataclass(slots=True)
class Act:
    """What somebody changes at one go."""

    author: AbstractBaseUser | None = None
    """`None` where no person is known: a command, a first start."""
    title: str = ""
    """What was done, in words; empty where the lines say it."""
    lines: list[str] = field(default_factory=list)
    """One short text for each row that was saved or deleted."""

    @property
    def summary(self) -> str:
        return self.title or "; ".join(dict.fromkeys(self.lines))


_current: ContextVar[Act | None] = ContextVar("iiifserver_act", default=None)


@contextmanager
def one_act(author: Any = None, title: str = "") -> Iterator[Act]:
    """Everything that is saved or deleted inside is one change, all of it or nothing; an act inside another is part
    of that one.
    """
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    act = Act(author, title)
    token = _current.set(act)
    try:
        with transaction.atomic():
            yield act
            if act.lines:
                configuration_changed.send(Act, act=act)
    finally:
        _current.reset(token)


def note_change(row: Model, verb: str) -> None:
    """Adds a line on this row to the act that is going on."""
    act = _current.get()
    if act is None:
        raise RuntimeError("A configuration row changes only inside an act.")
    act.lines.append(f"{verb} {row._meta.verbose_name} “{row}”")
