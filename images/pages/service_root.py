"""Pages at addresses of the image service, where other methods and other sites are answered as the service does."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from ..responses import PUBLIC_HEADERS, preflight_response, wrong_method_response

READING = ("GET", "HEAD")


def of_service(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The page for who reads it, and the words of the service for everybody else; both readable from other sites."""

    @csrf_exempt
    @wraps(view)
    def page_or_refusal(request: HttpRequest, version: str) -> HttpResponse:
        if request.method in READING:
            response = view(request, version)
            response["Access-Control-Allow-Origin"] = "*"
            return response
        response = preflight_response() if request.method == "OPTIONS" else wrong_method_response(request.method)
        for name, value in PUBLIC_HEADERS.items():
            response[name] = value
        return response

    return page_or_refusal
