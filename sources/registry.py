"""The kinds of source that are installed."""

from __future__ import annotations

from iiifserver.registry import Registry

from .base import SourceBackend

sources: Registry[SourceBackend] = Registry("iiifserver.sources", SourceBackend)  # type: ignore[type-abstract]
