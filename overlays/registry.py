"""The kinds of overlay that are installed."""

from __future__ import annotations

from iiifserver.registry import Registry

from .base import Overlay

overlays: Registry[Overlay] = Registry("iiifserver.overlays", Overlay)  # type: ignore[type-abstract]
