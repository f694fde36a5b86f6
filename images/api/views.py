"""What all addresses for programs have in common: sentences for refusals, nothing stored, JSON in and out."""

from __future__ import annotations

import json
from collections.abc import Collection
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from ..responses import sentence_response
from .access import Refusal

JSON = "application/json"
MOST_BODY_BYTES = 1_000_000


# The browser's cookie opens nothing here, and a form of another site cannot send JSON or a token. Nor does a program
# sign in on a page: its token is what counts.
@method_decorator([csrf_exempt, login_not_required], name="dispatch")
class ApiView(View):
    """Turns every refusal into a sentence."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = super().dispatch(request, *args, **kwargs)
        except Refusal as refusal:
            response = sentence_response(refusal.status, refusal.sentence)
            for name, value in refusal.headers.items():
                response[name] = value
        response["Cache-Control"] = "no-store"
        return response

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        allowed = ", ".join(name.upper() for name in self.http_method_names if hasattr(self, name))
        raise Refusal(HTTPStatus.METHOD_NOT_ALLOWED, f"Use one of {allowed} here.", Allow=allowed)


def json_of(request: HttpRequest, media_types: Collection[str] = (JSON,)) -> Any:
    """What was sent, as JSON; raises `Refusal` with 415, 413 or 400."""
    if request.content_type not in media_types:
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON, and the header Content-Type: application/json.")
    try:
        if int(request.headers.get("Content-Length") or 0) > MOST_BODY_BYTES:
            raise RequestDataTooBig
        return json.loads(request.body)
    except RequestDataTooBig as error:
        raise Refusal(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"Send at most {MOST_BODY_BYTES:,} bytes at once."
        ) from error
    except (ValueError, RecursionError) as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, "The body is not JSON.") from error


def json_response(document: Any, status: HTTPStatus = HTTPStatus.OK) -> JsonResponse:
    return JsonResponse(document, status=status, safe=False, json_dumps_params={"ensure_ascii": False})
