"""Numbers that are not counted but there: how full caches are, how many jobs wait, who does them."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from caching.models import Cache
from caching.purging import usage_of

from ..jobs.model import Job, JobState, live_runners


class Stock(Collector):
    """Looked up in the stores and in the database at each reading."""

    def collect(self) -> Iterator[Metric]:
        yield from cache_gauges()
        yield from job_gauges()


def cache_gauges() -> Iterator[Metric]:
    """A cache that cannot be asked is left out, and `iiifserver_cache_up` is 0."""
    entries = GaugeMetricFamily("iiifserver_cache_entries", "What a cache holds.", labels=["cache"])
    size = GaugeMetricFamily("iiifserver_cache_bytes", "How many bytes a cache holds.", labels=["cache"])
    limit = GaugeMetricFamily("iiifserver_cache_limit_bytes", "How many bytes a cache may hold.", labels=["cache"])
    up = GaugeMetricFamily("iiifserver_cache_up", "Whether a cache can be asked.", labels=["cache"])
    for row in Cache.objects.filter(enabled=True):
        usage = usage_of(row)
        up.add_metric([row.name], float(usage is not None))
        if usage is None:
            continue
        entries.add_metric([row.name], usage.entries)
        if usage.bytes is not None:
            size.add_metric([row.name], usage.bytes)
        if usage.limit_bytes is not None:
            limit.add_metric([row.name], usage.limit_bytes)
    yield from (entries, size, limit, up)


def job_gauges() -> Iterator[Metric]:
    jobs = GaugeMetricFamily("iiifserver_jobs_open", "Jobs that wait or run, without the schedule.", labels=["state"])
    once = Job.objects.filter(interval_seconds=None)
    for state in (JobState.WAITING, JobState.RUNNING):
        jobs.add_metric([state.value], once.filter(state=state).count())
    runners = GaugeMetricFamily("iiifserver_job_runners", "Job runners that gave a sign lately.")
    runners.add_metric([], live_runners().count())
    yield from (jobs, runners)
