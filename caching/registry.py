"""The kinds of cache that are installed."""

from __future__ import annotations

from iiifserver.registry import Registry

from .base import CacheBackend

caches: Registry[CacheBackend] = Registry("iiifserver.caches", CacheBackend)  # type: ignore[type-abstract]
