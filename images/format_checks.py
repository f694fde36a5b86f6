"""What `manage.py check` says of formats that sources give out and nothing on this machine can read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Warning

from iiifserver.backend_checks import enabled_rows
from iiifserver.iiif.source_formats import label_of
from processors.base import Processor
from processors.models import Processor as ProcessorRow
from processors.registry import processors
from sources.models import Source


def check_formats(databases: Any = None, **kwargs: Any) -> Iterable[CheckMessage]:
    """A warning for each format that an enabled source gives out and that waits for nothing but a library."""
    if not databases:
        return []
    kinds = [processors.get(row.kind) for row in enabled_rows(ProcessorRow) if row.kind in processors]
    given_out = {name for row in enabled_rows(Source) if isinstance(row, Source) for name in row.formats}
    missing = {name: libraries_for(name, kinds) for name in sorted(given_out)}
    return [
        Warning(
            f"{label_of(name)} is given out by a source, and nothing here can read it.",
            hint=f"Bring what reads it with: {' or '.join(lines)}. Or take the format off your sources.",
            id="iiif_images.W030",
        )
        for name, lines in missing.items()
        if lines
    ]


def libraries_for(format_name: str, kinds: Iterable[type[Processor]]) -> list[str]:
    """The lines that bring what is missing for this format alone; nothing where a processor reads it. Of a library that
    a processor needs for everything, the check of its row tells.
    """
    able = [kind for kind in kinds if format_name in kind.formats]
    if any(kind.reads(format_name) for kind in able):
        return []
    missing = {library.install for kind in able for library in kind.missing_for(format_name) if library.formats}
    return sorted(missing)
