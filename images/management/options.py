"""Options of commands that make no sense by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import CommandError


def refuse_strays(options: Mapping[str, Any], companions: Mapping[str, str]) -> None:
    """Raises `CommandError` where an option was given without the one that it goes with."""
    for name, companion in companions.items():
        if options[name] not in (None, "") and options[companion] is None:
            raise CommandError(f"--{name} goes with --{companion} alone.")


def refuse_empty(options: Mapping[str, Any], names: Iterable[str]) -> None:
    """Raises `CommandError` where an option was given with nothing behind it."""
    for name in names:
        if options[name] == "":
            raise CommandError(f"--{name} is empty.")
