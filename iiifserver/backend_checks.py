"""What `manage.py check` says of a role: kinds that do not load, rows that do not work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from .configured import ConfiguredBackend
from .registry import Registry
from .shelf import problems_of


def register_backend_checks(registry: Registry[Any], model: type[ConfiguredBackend]) -> None:
    """Registers both checks for one role. Rows are looked at by `check --database default` alone."""
    label = model._meta.app_label

    def check_plugins(**kwargs: Any) -> Iterable[CheckMessage]:
        return [
            Error(
                f"The {model._meta.verbose_name} plug-in “{broken.kind}” could not be loaded.",
                hint=f"Mend or uninstall it: {broken.reason}",
                id=f"{label}.E001",
            )
            for broken in registry.broken
        ]

    def check_rows(databases: Any = None, **kwargs: Any) -> Iterable[CheckMessage]:
        rows = enabled_rows(model) if databases else []
        found = [f"“{row.name}”: {problem}" for row in rows for problem in problems_of(registry, row)]
        kind = str(model._meta.verbose_name).capitalize()
        return [Warning(f"{kind} {text}", hint="Open it in the admin.", id=f"{label}.W001") for text in found]

    register(check_plugins, "iiif")
    register(check_rows, "iiif", Tags.database)


def enabled_rows(model: type[ConfiguredBackend]) -> list[ConfiguredBackend]:
    try:
        return list(model._default_manager.filter(enabled=True))
    except DatabaseError:
        # `migrate` runs the checks too, before there is a table.
        return []
