"""What is counted. Under `manage.py serve` all workers' numbers are added up; elsewhere there is only this process."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.samples import Sample

from iiifserver.counting import own_registry

SHARED_FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

requests_total = Counter(
    "iiifserver_requests", "Requests answered, by kind and status.", ["kind", "status"], registry=own_registry
)
request_seconds = Histogram(
    "iiifserver_request_seconds",
    "Seconds from the arrival of a request to its answer, by kind; how long the answer travels is not counted.",
    ["kind"],
    registry=own_registry,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
renders_total = Counter("iiifserver_renders", "Pictures made, not found ready.", registry=own_registry)
handed_out_total = Counter(
    "iiifserver_stored_tiles", "Stored tiles handed out as they are, nothing decoded.", registry=own_registry
)
jobs_total = Counter(
    "iiifserver_jobs", "Jobs that ended, by kind and outcome.", ["kind", "outcome"], registry=own_registry
)
job_seconds_total = Counter(
    "iiifserver_job_seconds", "Seconds spent on jobs that ended, by kind.", ["kind"], registry=own_registry
)
removed_bytes_total = Counter(
    "iiifserver_job_freed_bytes", "Bytes that jobs have removed from caches, by kind.", ["kind"], registry=own_registry
)
failed_files_total = Counter(
    "iiifserver_failed_files",
    "Files that ended a process, took too long, or fell under suspicion, by reason.",
    ["reason"],
    registry=own_registry,
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
worker_looked = Gauge(
    "iiifserver_worker_looked_seconds",
    "When a worker last looked for a newer configuration, in seconds since 1970.",
    registry=own_registry,
    multiprocess_mode="liveall",
)
source_resting = Gauge(
    "iiifserver_source_resting_servers",
    "Servers of a source that failed again and again and are asked less often, in the worker that knows most of them.",
    ["source"],
    registry=own_registry,
    multiprocess_mode="livemax",
)


def count_answer(kind: str, status: int, seconds: float) -> None:
    """Counts an answer of the image service, and how long it took."""
    answers, duration = counters_of_answers(kind, status)
    answers.inc()
    duration.observe(seconds)


@cache
def counters_of_answers(kind: str, status: int) -> tuple[Counter, Histogram]:
    """Looking them up takes as long as counting; there are few of them."""
    return requests_total.labels(kind, status), request_seconds.labels(kind)


def note_resting(counts: Mapping[str, int]) -> None:
    """Tells the others how many servers of each source rest, as this process knows."""
    for name, count in counts.items():
        source_resting.labels(name).set(count)


def note_look() -> None:
    """Tells the others that this process has just looked for a newer configuration, found or not."""
    worker_looked.set(time.time())


def note_revision(number: int) -> None:
    """Tells the others which configuration this process uses."""
    if worker_started._value.get() == 0:
        worker_started.set(time.time())
    worker_revision.set(number)


def gathering_registry() -> CollectorRegistry:
    """A registry of one's own that gathers all metrics, of all workers that share a folder."""
    registry = CollectorRegistry()
    if SHARED_FOLDER_VARIABLE in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(own_registry)
    return registry


def collected() -> list[Metric]:
    """All metrics, of all workers that share a folder."""
    return list(gathering_registry().collect())


def samples_of(metrics: list[Metric], name: str) -> Iterator[Sample]:
    """The samples of that name."""
    return (sample for metric in metrics for sample in metric.samples if sample.name == name)


def total(metrics: list[Metric], name: str) -> int:
    """The sum over all labels and workers."""
    return int(sum(sample.value for sample in samples_of(metrics, name)))


def totals_by(metrics: list[Metric], name: str, *labels: str) -> dict[tuple[str, ...], int]:
    """The sums over all workers and over all other labels."""
    sums: dict[tuple[str, ...], float] = {}
    for sample in samples_of(metrics, name):
        values = tuple(sample.labels.get(label, "") for label in labels)
        sums[values] = sums.get(values, 0) + sample.value
    return {values: int(value) for values, value in sums.items()}
