"""A word for monitoring."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """GREEN while the process answers."""
    return JsonResponse({"color": "GREEN", "message": None, "possibleColors": ["GREEN", "YELLOW", "RED"]})
