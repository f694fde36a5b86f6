"""How the server is doing, as one frozen value for the Status page."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import psutil
from django.utils import timezone
from PIL import features
from prometheus_client.metrics_core import Metric

import iiifserver
from caching.meeting import Reach
from caching.models import Cache
from caching.purging import usage_of, usage_sentence
from iiifserver.conf import conf
from iiifserver.watching.watch import watch

from .failed_files.model import FailedFile
from .jobs.machine import machine_name
from .jobs.model import Job, JobRunner, JobState, live_runners
from .metrics import collected, samples_of, total, totals_by
from .runtime import Runtime, newest_revision

PACKAGES = ("Django", "djangorestframework", "Pillow", "tifffile", "imagecodecs", "numpy", "gunicorn")
CODECS = {"libjpeg_turbo": "libjpeg-turbo", "jpg_2000": "OpenJPEG", "webp": "WebP", "avif": "AVIF", "raqm": "Raqm"}


@dataclass(frozen=True, slots=True)
class Worker:
    """One process that answers requests."""

    pid: int
    revision: int
    started_at: datetime
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Reads:
    """What was asked of caches, by name of a cache or of a source."""

    name: str
    hits: int
    misses: int
    failures: int = 0

    @property
    def hit_percent(self) -> int | None:
        """How many questions in a hundred were answered; `None` where nothing was asked."""
        asked = self.hits + self.misses
        return round(100 * self.hits / asked) if asked else None


@dataclass(frozen=True, slots=True)
class CacheStatus(Reads):
    """A cache, what it holds, and how often it had what was asked for."""

    holds: str = ""
    """In words."""
    entries: int | None = None
    """`None` where the cache cannot be asked."""
    bytes: int | None = None
    limit_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All that the Status page shows."""

    versions: tuple[tuple[str, str], ...]
    workers: tuple[Worker, ...]
    runners: tuple[JobRunner, ...]
    """The job runners that gave a sign lately, of all machines."""
    site_workers: str
    """The alias in the site's TASKS whose workers do jobs; empty where it has none."""
    jobs: tuple[tuple[str, str, int], ...]
    """Kind, outcome, and how many ended so."""
    jobs_waiting: int
    """Those that are due and not yet begun."""
    caches: tuple[CacheStatus, ...]
    """Each cache in use."""
    reach: Reach
    """Who does not make a picture that somebody else is making already."""
    reads_by_source: tuple[Reads, ...]
    sources: tuple[tuple[str, str], ...]
    """Each source that is asked, and what is wrong with it; empty where it answers."""
    newest_revision: int
    requests: int
    renders: int
    stored_tiles: int
    """Tiles handed out as their file stores them."""
    failed_files: int
    """Those that are remembered."""
    is_watched: bool
    """Whether somebody notices files that crash or hang a worker."""

    @property
    def stored_share_percent(self) -> int:
        """How many in a hundred of the pictures that were not remembered needed no decoding."""
        made = self.renders + self.stored_tiles
        return round(100 * self.stored_tiles / made) if made else 0


def current_status(runtime: Runtime) -> Status:
    """The state of all workers of this machine, now."""
    metrics = collected()
    return Status(
        versions=tuple(versions()),
        workers=workers_of(metrics, runtime),
        runners=tuple(live_runners()),
        site_workers=conf.task_backend,
        jobs=ended_jobs(metrics),
        jobs_waiting=Job.objects.filter(state=JobState.WAITING, due_at__lte=timezone.now()).count(),
        caches=caches_of(metrics),
        reach=runtime.caches.meeting.reach,
        reads_by_source=tuple(sorted(reads_by(metrics, "source").values(), key=lambda reads: reads.name)),
        sources=tuple(sources_of(metrics, runtime)),
        newest_revision=newest_revision()[0],
        requests=total(metrics, "iiifserver_requests_total"),
        renders=total(metrics, "iiifserver_renders_total"),
        stored_tiles=total(metrics, "iiifserver_stored_tiles_total"),
        failed_files=FailedFile.objects.count(),
        is_watched=watch.is_on,
    )


def ended_jobs(metrics: list[Metric]) -> tuple[tuple[str, str, int], ...]:
    """Kind, outcome and number of the jobs that ended."""
    counts = totals_by(metrics, "iiifserver_jobs_total", "kind", "outcome")
    return tuple((kind, outcome, count) for (kind, outcome), count in sorted(counts.items()))


def sources_of(metrics: list[Metric], runtime: Runtime) -> Iterator[tuple[str, str]]:
    """Each source that is asked, and what is wrong with it; nothing where it answers."""
    resting = totals_by(metrics, "iiifserver_source_resting_servers", "source")
    for source in runtime.sources.active:
        if source.backend is None:
            yield source.name, "It is not set up properly: open it."
        else:
            count = resting.get((source.name,), 0)
            yield source.name, resting_sentence(count) if count else ""


def resting_sentence(count: int) -> str:
    who = "Its server fails and is" if count == 1 else f"{count} of its servers fail and are"
    return f"{who} asked less often. The log says how it fails; the page Test this source shows it."


def caches_of(metrics: list[Metric]) -> tuple[CacheStatus, ...]:
    reads = reads_by(metrics, "cache")
    unwritten = totals_by(metrics, "iiifserver_cache_write_failures_total", "cache")
    return tuple(
        cache_status(row, with_failures(reads.get(row.name, Reads(row.name, 0, 0)), unwritten.get((row.name,), 0)))
        for row in enabled_caches()
    )


def with_failures(reads: Reads, count: int) -> Reads:
    """The same with so many failures more: a cache that takes nothing fails too."""
    return replace(reads, failures=reads.failures + count)


def enabled_caches() -> Iterable[Cache]:
    return Cache.objects.filter(enabled=True)


def cache_status(row: Cache, reads: Reads) -> CacheStatus:
    usage = usage_of(row)
    if usage is None:
        return CacheStatus(row.name, reads.hits, reads.misses, reads.failures, "not known")
    return CacheStatus(
        row.name,
        reads.hits,
        reads.misses,
        reads.failures,
        usage_sentence(usage),
        usage.entries,
        usage.bytes,
        usage.limit_bytes,
    )


def reads_by(metrics: list[Metric], label: str) -> dict[str, Reads]:
    """What was asked of caches, summed by that label."""
    counts = totals_by(metrics, "iiifserver_cache_reads_total", label, "result")
    names = sorted({name for name, _ in counts if name})
    return {
        name: Reads(name, *(counts.get((name, result), 0) for result in ("hit", "miss", "failure"))) for name in names
    }


def versions() -> list[tuple[str, str]]:
    """Name and version of what the server stands on."""
    rows = [("IIIF image server", iiifserver.__version__), ("Python", platform.python_version())]
    rows += [(package, package_version(package)) for package in PACKAGES]
    rows += [(label, codec_version(name)) for name, label in CODECS.items()]
    return [*rows, ("Operating system", f"{platform.system()} {platform.release()} ({sys.platform})")]


def package_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def codec_version(name: str) -> str:
    return (features.version(name) or "yes") if features.check(name) else "not in this Pillow"


def workers_of(metrics: list[Metric], runtime: Runtime) -> tuple[Worker, ...]:
    """The processes that answer requests and still run, by process id."""
    starts = by_process(metrics, "iiifserver_worker_started_seconds")
    revisions = by_process(metrics, "iiifserver_worker_revision") or {os.getpid(): float(runtime.revision)}
    runners = set(JobRunner.objects.filter(machine=machine_name()).values_list("process", flat=True))
    answering = {pid: revision for pid, revision in sorted(revisions.items()) if pid not in runners}
    found = (worker(pid, int(revision), starts.get(pid)) for pid, revision in answering.items())
    return tuple(one for one in found if one)


def by_process(metrics: list[Metric], name: str) -> dict[int, float]:
    """A value for each process that has set it; only numbers gathered from several processes say whose they are."""
    samples = samples_of(metrics, name)
    return {int(sample.labels["pid"]): sample.value for sample in samples if "pid" in sample.labels and sample.value}


def worker(pid: int, revision: int, started: float | None) -> Worker | None:
    """The process with that id; `None` when it has ended meanwhile."""
    try:
        process = psutil.Process(pid)
        started_at = datetime.fromtimestamp(started or process.create_time(), UTC)
        return Worker(pid, revision, started_at, process.memory_info().rss)
    except psutil.NoSuchProcess:
        return None
