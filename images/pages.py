"""The few pages for people and for monitoring."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

import iiifserver

from .samples import SAMPLES


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What this is, and where to go."""
    return render(request, "iiif_images/landing.html", {"samples": SAMPLES, "version": iiifserver.__version__})


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """GREEN while the process answers."""
    return JsonResponse({"color": "GREEN", "message": None, "possibleColors": ["GREEN", "YELLOW", "RED"]})
