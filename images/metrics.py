"""What is counted. Under `manage.py serve` all workers' numbers are added up; elsewhere there is only this process."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.samples import Sample

SHARED_FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

own_registry = CollectorRegistry()

requests_total = Counter(
    "iiifserver_requests", "Requests answered, by kind and status.", ["kind", "status"], registry=own_registry
)
renders_total = Counter("iiifserver_renders", "Pictures made, not found ready.", registry=own_registry)
handed_out_total = Counter(
    "iiifserver_stored_tiles", "Stored tiles handed out as they are, nothing decoded.", registry=own_registry
)
worker_revision = Gauge(
    "iiifserver_worker_revision",
    "The revision of the configuration that a worker uses.",
    registry=own_registry,
    multiprocess_mode="liveall",
)
worker_started = Gauge(
    "iiifserver_worker_started_seconds",
    "When a worker began, in seconds since 1970.",
    registry=own_registry,
    multiprocess_mode="liveall",
)


def note_revision(number: int) -> None:
    """Tells the others which configuration this process uses."""
    if worker_started._value.get() == 0:
        worker_started.set(time.time())
    worker_revision.set(number)


def collected() -> list[Metric]:
    """All metrics, of all workers that share a folder."""
    if SHARED_FOLDER_VARIABLE not in os.environ:
        return list(own_registry.collect())
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return list(registry.collect())


def samples_of(metrics: list[Metric], name: str) -> Iterator[Sample]:
    """The samples of that name."""
    return (sample for metric in metrics for sample in metric.samples if sample.name == name)


def total(metrics: list[Metric], name: str) -> int:
    """The sum over all labels and workers."""
    return int(sum(sample.value for sample in samples_of(metrics, name)))
