"""The kinds of processor that are installed."""

from __future__ import annotations

from iiifserver.registry import Registry

from .base import Processor

processors: Registry[Processor] = Registry("iiifserver.processors", Processor)  # type: ignore[type-abstract]
