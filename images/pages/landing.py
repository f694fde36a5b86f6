"""The front page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..runtime import current_runtime
from .documentation import is_built
from .showing import shown_samples
from .site import page


@never_cache
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What this is, and where to go."""
    runtime = current_runtime()
    return page(
        request, "landing.html", runtime, {"samples": shown_samples(request, runtime), "has_documentation": is_built()}
    )


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """The icon, where browsers look for it when an answer names none: that of a picture, or of a failure."""
    return HttpResponseRedirect(static("iiif_images/icon.svg"))
