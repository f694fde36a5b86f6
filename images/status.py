"""How the server is doing, as one frozen value for the Status page."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version

import psutil
from PIL import features
from prometheus_client.metrics_core import Metric

import iiifserver
from caching.models import Cache
from caching.purging import shown_usage

from .metrics import collected, samples_of, total
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

    @property
    def uptime(self) -> timedelta:
        return datetime.now(UTC) - self.started_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All that the Status page shows."""

    versions: tuple[tuple[str, str], ...]
    workers: tuple[Worker, ...]
    caches: tuple[tuple[str, str], ...]
    """Each cache in use, and what it holds."""
    newest_revision: int
    requests: int
    renders: int
    stored_tiles: int
    """Tiles handed out as their file stores them."""

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
        caches=tuple((row.name, shown_usage(row)) for row in Cache.objects.filter(enabled=True)),
        newest_revision=newest_revision()[0],
        requests=total(metrics, "iiifserver_requests_total"),
        renders=total(metrics, "iiifserver_renders_total"),
        stored_tiles=total(metrics, "iiifserver_stored_tiles_total"),
    )


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
    found = (worker(pid, int(revision), starts.get(pid)) for pid, revision in sorted(revisions.items()))
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
