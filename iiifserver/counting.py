"""The registry in which every role counts. `images.metrics` gathers it over all workers."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

own_registry = CollectorRegistry()
