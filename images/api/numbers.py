"""The numbers of the Status page for programs: as Prometheus reads them, and as JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ..jobs.model import JobRunner
from ..jobs.settings import ApiSettings
from ..metrics import gathering_registry
from ..runtime import current_runtime
from ..status import Status, Worker, current_status
from .access import caller_with_token
from .activity import recent_activity
from .stock import Stock
from .views import ApiView, json_response

CACHE_NUMBERS = ("name", "entries", "bytes", "limit_bytes", "hits", "misses", "failures")


def admit(request: HttpRequest) -> None:
    """Raises `Refusal` for strangers."""
    if not ApiSettings.current().may_read_numbers(request.META.get("REMOTE_ADDR", "")):
        caller_with_token(request, "may_read_numbers")


class MetricsView(ApiView):
    """What all workers of this machine have counted, and what there is in the caches now."""

    def get(self, request: HttpRequest) -> HttpResponse:
        admit(request)
        registry = gathering_registry()
        registry.register(Stock())
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class StatusView(ApiView):
    """The same as one document."""

    def get(self, request: HttpRequest) -> HttpResponse:
        admit(request)
        return json_response(document_of(current_status(current_runtime())))


def document_of(status: Status) -> dict[str, Any]:
    return {
        "versions": dict(status.versions),
        "revision": status.newest_revision,
        "workers": [worker_document(worker) for worker in status.workers],
        "runners": [runner_document(runner) for runner in status.runners],
        **attributes(status, "requests", "renders", "stored_tiles", "failed_files", "is_watched", "jobs_waiting"),
        "caches": [attributes(cache, *CACHE_NUMBERS) for cache in status.caches],
        "sources": [attributes(source, "name", "hits", "misses") for source in status.reads_by_source],
        "jobs": [{"kind": kind, "outcome": outcome, "count": count} for kind, outcome, count in status.jobs],
        "activity": recent_activity(timezone.now()),
    }


def attributes(of: Any, *names: str) -> dict[str, Any]:
    """Those that stand in the document by the names that they have here."""
    return {name: getattr(of, name) for name in names}


def worker_document(worker: Worker) -> dict[str, Any]:
    named = attributes(worker, "memory_bytes", "revision")
    return {"process": worker.pid, "started_at": worker.started_at.isoformat(), **named}


def runner_document(runner: JobRunner) -> dict[str, Any]:
    signs = {"heartbeat_at": runner.heartbeat_at.isoformat(), "leads": runner.is_leader}
    return {**attributes(runner, "machine", "host", "process"), **signs}
