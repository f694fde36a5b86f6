"""The page that shows what the server has been doing lately."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from ..activity.drawing import charts_of
from ..activity.history import PERIODS, History, Period, history, tiers_in_use
from ..activity.noting import shared_folder
from ..activity.summary import summary_of
from ..activity.tables import tables_of
from ..jobs.model import live_runners

LATE_SECONDS = 300
"""After so long without a note somebody should look why."""


def activity_view(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """The charts and tables of the last hour or day; of one machine, or of all together."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    now, tiers = datetime.now(UTC), tiers_in_use()
    lately = history(PERIODS.get(request.GET.get("period", ""), Period.HOUR), now, request.GET.get("machine", ""))
    whole = lately.whole
    site = model_admin.admin_site
    request.current_app = site.name
    context = {
        **site.each_context(request),
        "opts": model_admin.opts,
        "title": "Activity",
        "periods": list(Period),
        "period": lately.period,
        "machines": lately.machines,
        "machine": request.GET.get("machine", ""),
        "time_zone": timezone.get_current_timezone_name(),
        "charts": charts_of(lately, tiers, clock),
        "tables": tables_of(summary_of(whole, tiers)) if whole else [],
        "trouble": trouble(lately, now),
    }
    return TemplateResponse(request, "admin/iiif_images/status/activity.html", context)


def clock(time: datetime) -> str:
    return f"{timezone.localtime(time):%H:%M}"


def trouble(lately: History, now: datetime) -> str:
    """Why there is nothing to see, or nothing new; empty where all is well or has just begun."""
    newest = lately.noted_until
    if newest is not None and (now - newest - lately.period.step).total_seconds() < LATE_SECONDS:
        return ""
    if not lately.machines and shared_folder() is None:
        return (
            "Here each process counts for itself, and nobody writes it down. Under manage.py serve this page fills by "
            "itself; in a site of your own, give the workers and iiif_jobs the same folder in the variable "
            "PROMETHEUS_MULTIPROC_DIR."
        )
    if not live_runners().exists():
        return "No job runner is at work, and so nobody notes what happens: run serve, or the command iiif_jobs."
    return f"Nothing has been noted since {clock(newest)}. The server's log tells why." if newest else ""
