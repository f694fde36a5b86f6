"""The pages of the standalone site for requests that Django itself refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import DisallowedHost
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@never_cache
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the request makes no sense; for an unknown host name, which variable makes it known."""
    is_unknown_host = isinstance(exception, DisallowedHost)
    response = render(request, "400.html", {"is_unknown_host": is_unknown_host}, status=400)
    return readable_everywhere(response) if is_unknown_host else response


def readable_everywhere(response: HttpResponse) -> HttpResponse:
    """The same answer; without this a viewer on another site could not read what is wrong."""
    response["Access-Control-Allow-Origin"] = "*"
    return response


@never_cache
@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was not accepted, and which variables a server behind a proxy needs."""
    return render(request, "403_csrf.html", status=403)


@never_cache
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that this visitor may not see the page."""
    return render(request, "403.html", status=403)


@never_cache
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that nothing is at this address, also to a viewer on another site that has mistaken it for an image's."""
    return readable_everywhere(render(request, "404.html", status=404))


@never_cache
def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours."""
    # Without the request no context processor runs: one of them may be what failed.
    return render(None, "500.html", status=500)


@never_cache
def too_many_sign_ins(request: HttpRequest, response: object = None, credentials: object = None) -> HttpResponse:
    """Say that somebody tried too often, and for how long to wait."""
    return render(request, "429.html", status=429)
