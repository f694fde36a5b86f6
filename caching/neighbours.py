"""Caches beside each other in the home: no two have one folder, or each would remove what the other has put there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Warning

from iiifserver.backend_checks import enabled_rows

from .folder_store import FolderStore, folder_of, overlap
from .registry import caches

if TYPE_CHECKING:
    from iiifserver.configured import ConfiguredBackend

    from .models import Cache


def apart(rows: Iterable[Cache]) -> list[Cache]:
    """The rows without those whose folder an earlier one has; one that is switched off keeps none from another."""
    given = list(rows)
    crowded = {row.pk for row, _ in crowded_rows(sorted(given, key=lambda row: not row.enabled))}
    return [row for row in given if row.pk not in crowded]


def crowded_rows(rows: Iterable[ConfiguredBackend]) -> Iterator[tuple[ConfiguredBackend, ConfiguredBackend]]:
    """Each row whose folder an earlier one has, and that one."""
    settled: list[ConfiguredBackend] = []
    for row in rows:
        other = neighbour(row, settled)
        if other is None:
            settled.append(row)
        else:
            yield row, other


def neighbour(row: ConfiguredBackend, others: Iterable[ConfiguredBackend]) -> ConfiguredBackend | None:
    """The first of the others whose folder is that of the row, holds it, or lies in it."""
    folder = folder_in(row)
    if folder is None:
        return None
    return next((other for other in others if (its := folder_in(other)) is not None and overlap(folder, its)), None)


def folder_in(row: ConfiguredBackend) -> Path | None:
    """Where the row keeps its files; `None` where it keeps none, or where nothing can be kept."""
    kind = caches.get(row.kind) if row.kind in caches else None
    if kind is None or not issubclass(kind, FolderStore):
        return None
    try:
        return folder_of(row.options.get("folder") or kind.usual_folder)
    except (ValueError, TypeError, AttributeError):
        # What an import of an earlier version has written may be of any type.
        return None


def told(other: ConfiguredBackend) -> str:
    return f"The cache “{other}” keeps its files in this folder, around it or in it. Write another name."


def check_neighbours(databases: Any = None, **kwargs: Any) -> Iterable[CheckMessage]:
    """A warning for each enabled row that is left out because another has its folder."""
    from .models import Cache

    rows = enabled_rows(Cache) if databases else []
    return [
        Warning(f"Cache “{row}”: {told(other)}", hint="Open it in the admin.", id="iiif_caching.W002")
        for row, other in crowded_rows(rows)
    ]
