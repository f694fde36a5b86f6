"""From HTTP to the pipeline and back. Views wire; they decide nothing about images."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import APIException
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from iiifserver.iiif.errors import BadRequest, IIIFError
from iiifserver.iiif.features import met_profile, profile_uri
from iiifserver.iiif.info import info_document
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import BaseUriPath, ImagePath, InfoPath, MalformedPath
from iiifserver.iiif.values import ApiVersion, InfoRequest
from iiifserver.iiif.visitor import Visitor

from . import pipeline
from .addresses import ServiceAddress, requested, service_address
from .metrics import requests_total
from .responses import (
    PUBLIC_HEADERS,
    add_image_headers,
    error_response,
    failure_response,
    image_response,
    info_response,
    preflight_response,
    redirect_response,
    sentence_response,
    unless_fresh,
    wrong_method_response,
)
from .runtime import Runtime, current_runtime
from .visitors import visitor_for


class ServiceView(APIView):
    """A view of the image service: whatever a host site sets for DRF, this one behaves the same."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = ()
    renderer_classes = ()
    content_negotiation_class = BaseContentNegotiation
    metadata_class = None
    versioning_class = None
    answer_kind = "other"
    """What is answered, for the counters."""
    http_method_names = ["get", "head", "options"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Nothing to negotiate, authenticate or throttle: the URL and the policy decide."""

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return preflight_response()

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return wrong_method_response(request.method)

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, IIIFError):
            return error_response(exc)
        if isinstance(exc, APIException):
            return sentence_response(HTTPStatus(exc.status_code), str(exc.detail))
        if isinstance(exc, DisallowedHost):
            raise exc
        return failure_response(exc)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        for name, value in PUBLIC_HEADERS.items():
            response[name] = value
        response.xframe_options_exempt = True
        requests_total.labels(self.answer_kind, response.status_code).inc()
        return response


class ImageServiceView(ServiceView):
    """Everything below `/iiif/2/` and `/iiif/3/`: base URIs, info.json and images."""

    def get(self, request: Request, version: str, path: str) -> HttpResponse:
        http = request._request
        runtime = current_runtime()
        visitor = visitor_for(runtime.policy, http)
        address = service_address(http, path, runtime.http.public_url)
        call = Call(http, ApiVersion(int(version)), address, visitor, runtime)
        match requested(http, path, runtime.http.slash_substitute):
            case ImagePath() as image:
                self.answer_kind = "image"
                return image_answer(call, image)
            case InfoPath() as info:
                self.answer_kind = "info"
                return info_answer(call, info)
            case BaseUriPath() as base:
                return base_uri_answer(call, base)
            case MalformedPath() as malformed:
                pipeline.describe(InfoRequest(call.version, malformed.identifier), visitor, runtime)
                raise BadRequest(malformed.sentence)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the service: what every kind of answer needs to know."""

    http: HttpRequest
    version: ApiVersion
    address: ServiceAddress
    visitor: Visitor
    runtime: Runtime


def image_answer(call: Call, path: ImagePath) -> HttpResponse:
    request = parse_image_request(call.version, path)
    planned = pipeline.prepare(request, call.visitor, call.runtime)
    etag = f'"{planned.key.picture}"'
    response = unless_fresh(call.http, etag, planned.last_modified)
    if response is None:
        response = image_response(pipeline.serve(planned, call.runtime), request.format.media_type)
    canonical_uri = f"{call.address.image(path.raw_identifier)}/{planned.canonical}"
    add_image_headers(response, etag, planned.profile, canonical_uri, planned.last_modified)
    response["Cache-Control"] = call.runtime.http.image_cache_control
    return response


def info_answer(call: Call, path: InfoPath) -> HttpResponse:
    runtime = call.runtime
    source = pipeline.describe(InfoRequest(call.version, path.identifier), call.visitor, runtime)
    document = info_document(
        call.version,
        uri=call.address.image(path.raw_identifier),
        facts=source.facts,
        rules=runtime.endpoints.rules,
        capabilities=runtime.capabilities,
        default_tile=runtime.endpoints.default_tile,
    )
    profile = profile_uri(call.version, met_profile(call.version, source.facts, runtime.capabilities))
    response = info_response(call.http, call.version, document, profile)
    response["Cache-Control"] = runtime.http.information_cache_control
    return response


def base_uri_answer(call: Call, path: BaseUriPath) -> HttpResponse:
    pipeline.describe(InfoRequest(call.version, path.identifier), call.visitor, call.runtime)
    return redirect_response(f"{call.address.image(path.raw_identifier)}/info.json")
