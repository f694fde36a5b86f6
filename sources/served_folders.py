"""The folders of this machine whose images can be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from iiifserver.backend import BackendError
from iiifserver.shelf import build

from .backends.filesystem import FilesystemSource
from .models import Source
from .registry import sources


def served_folders() -> list[Path]:
    """Those that can be read at present, of the enabled rows and in their order."""
    return list(dict.fromkeys(source.folder for source in enabled_sources() if not list(source.problems())))


def enabled_sources() -> Iterator[FilesystemSource]:
    for row in Source.objects.filter(enabled=True, kind="filesystem"):
        try:
            source = build(sources, row)
        except BackendError:
            continue
        if isinstance(source, FilesystemSource):
            yield source
