"""The numbers of the Status page for programs: as Prometheus reads them, and as JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ..jobs.settings import ApiSettings
from ..metrics import gathering_registry
from ..runtime import current_runtime
from ..status import Status, current_status
from .access import caller_with_token
from .activity import recent_activity
from .stock import Stock
from .views import ApiView, json_response


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
        "workers": [
            {
                "process": worker.pid,
                "memory_bytes": worker.memory_bytes,
                "started_at": worker.started_at.isoformat(),
                "revision": worker.revision,
            }
            for worker in status.workers
        ],
        "runners": [
            {
                "machine": runner.machine,
                "host": runner.host,
                "process": runner.process,
                "heartbeat_at": runner.heartbeat_at.isoformat(),
                "leads": runner.is_leader,
            }
            for runner in status.runners
        ],
        "requests": status.requests,
        "renders": status.renders,
        "stored_tiles": status.stored_tiles,
        "failed_files": status.failed_files,
        "is_watched": status.is_watched,
        "caches": [
            {
                "name": cache.name,
                "entries": cache.entries,
                "bytes": cache.bytes,
                "limit_bytes": cache.limit_bytes,
                "hits": cache.hits,
                "misses": cache.misses,
                "failures": cache.failures,
            }
            for cache in status.caches
        ],
        "sources": [
            {"name": source.name, "hits": source.hits, "misses": source.misses} for source in status.reads_by_source
        ],
        "jobs": [{"kind": kind, "outcome": outcome, "count": count} for kind, outcome, count in status.jobs],
        "jobs_waiting": status.jobs_waiting,
        "activity": recent_activity(timezone.now()),
    }
