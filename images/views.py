"""From HTTP to the pipeline and back. Views wire; they decide nothing about images."""

from __future__ import annotations

import time
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework.exceptions import APIException
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from iiifserver.iiif.disposition import content_disposition
from iiifserver.iiif.errors import BadRequest, IIIFError, SourceReplaced
from iiifserver.iiif.features import met_profile, profile_uri
from iiifserver.iiif.info import info_document
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import (
    BaseUriPath,
    ImagePath,
    InfoPath,
    MalformedPath,
    encoded_parameters,
)
from iiifserver.iiif.values import ApiVersion, ImageRequest, InfoRequest, SourceFacts
from iiifserver.visit import ClientLeft, seconds_set_aside

from . import pipeline
from .activity.top_images import top_images
from .arrival import arrival_document, check_pass
from .cache_argument import CacheUse
from .call import Call, call_for
from .consulting import extra_keys
from .decisions import DECISION, decision_on_info, decision_on_picture
from .departed import check_client_is_there, departed_response
from .grammar import grammar_of
from .metrics import count_answer
from .negotiation import preferred_format
from .responses import (
    PUBLIC_HEADERS,
    add_image_headers,
    error_response,
    failure_response,
    image_response,
    info_response,
    keep_from_others,
    preflight_response,
    profile_link,
    redirect_response,
    sentence_response,
    unless_fresh,
    wrong_method_response,
)
from .runtime import current_runtime, with_other_protections


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

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        begun = time.perf_counter() - seconds_set_aside()
        response = super().dispatch(request, *args, **kwargs)
        count_answer(self.answer_kind, response.status_code, time.perf_counter() - begun)
        return response

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
        if isinstance(exc, ClientLeft):
            return departed_response()
        if isinstance(exc, DisallowedHost):
            raise exc
        return failure_response(exc)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        for name, value in PUBLIC_HEADERS.items():
            response[name] = value
        response.xframe_options_exempt = True
        return response


class ImageServiceView(ServiceView):
    """Everything below `/iiif/1/`, `/iiif/2/` and `/iiif/3/`: base URIs, info.json and images."""

    def get(self, request: Request, version: str, path: str) -> HttpResponse:
        call = call_for(request._request, ApiVersion(int(version)), path)
        match call.requested(path):
            case ImagePath() as image:
                self.answer_kind = "image"
                return image_answer(call, image)
            case InfoPath() as info:
                self.answer_kind = "info"
                return info_answer(call, info)
            case BaseUriPath() as base:
                return base_uri_answer(call, base)
            case MalformedPath() as malformed:
                return malformed_answer(call, malformed)


class ArrivalView(ServiceView):
    """Tells the page in the admin that tests proxies what of its requests arrives."""

    def get(self, request: Request, path: str) -> HttpResponse:
        check_pass(path.partition("/")[0])
        document = arrival_document(request._request, path, current_runtime().http.public_url)
        return JsonResponse(document, headers={"Cache-Control": "no-store"})


def image_answer(call: Call, path: ImagePath) -> HttpResponse:
    """Of the image as it is known, until the source says by the way that there is another one by now."""
    try:
        return answer_of_known_image(call, path, confirms_later=True)
    except SourceReplaced:
        return answer_of_known_image(call, path, confirms_later=False)


def answer_of_known_image(call: Call, path: ImagePath, *, confirms_later: bool) -> HttpResponse:
    name = call.name(path)
    is_lenient = call.version in call.runtime.endpoints.lenient
    request = parse_image_request(call.version, with_format(call, path), name.meta, is_lenient=is_lenient)
    if not name.is_normal:
        return call.moved(name.published, encoded_parameters(path))
    with call.leading_to_scale(name, encoded_parameters(path)):
        planned = pipeline.prepare(request, call.visitor, call.runtime, confirms_later=confirms_later)
    etag = f'"{planned.key.picture}"'
    may_be_fresh = call.cache_use is CacheUse.USUAL
    response = unless_fresh(call.http, etag, planned.last_modified) if may_be_fresh else None
    check_client_is_there(call.http)
    content = pipeline.serve(planned, call.runtime) if response is None else b""
    planned.confirm()
    if response is None:
        newer = with_other_protections(call.runtime)
        if newer is not None:
            # Something has been hidden while this picture was being made.
            return image_answer(call.anew(newer), path)
        response = image_response(content, request.format.media_type)
        top_images.count(request.identifier.value)
        if path.extension is not None:
            decision = decision_on_picture(planned, request.identifier, call.runtime, call.cache_use)
            call.http.META[DECISION] = decision
    canonical_uri = f"{call.address.image(name.published)}/{planned.canonical}"
    add_image_headers(response, etag, planned.profile, canonical_uri, planned.last_modified)
    add_call_headers(response, call, path, request, planned.source.found.source)
    if planned.overlays.depends_on_visitor or call.is_for_one_visitor:
        keep_from_others(response)
    return response


def with_format(call: Call, path: ImagePath) -> ImagePath:
    """The same with the format that the visitor prefers, where version 1 was asked for none."""
    if path.extension is not None:
        return path
    return replace(path, extension=preferred_format(call.http, call.runtime.capabilities.formats).extension)


def add_call_headers(response: HttpResponse, call: Call, path: ImagePath, request: ImageRequest, source: str) -> None:
    """What depends on how the image was asked for, and on the source that has it."""
    if directives := call.cache_control(call.runtime.http.headers_of(source).images):
        response["Cache-Control"] = directives
    if path.extension is None:
        response["Vary"] = "Accept"
    wish = call.arguments.get("response-content-disposition", "")
    if header := content_disposition(wish, request.identifier, request.format):
        response["Content-Disposition"] = header


def info_answer(call: Call, path: InfoPath) -> HttpResponse:
    name, runtime = call.name(path), call.runtime
    if not name.is_normal:
        return call.moved(name.published, "info.json")
    request = InfoRequest(call.version, name.meta.identifier, name.meta.page or 1, name.meta.scale)
    generation = runtime.caches.generation
    with call.leading_to_scale(name, "info.json"):
        source = pipeline.describe(request, runtime)
    document = info_document(
        call.version,
        uri=call.address.image(name.published),
        facts=source.facts,
        rules=runtime.endpoints.rules,
        capabilities=runtime.capabilities,
        scale=request.scale,
        statements=runtime.descriptions.of(request.identifier, source.fields),
    )
    document |= extra_keys(call.version, document, runtime)
    # What the site's code adds may change without any of the two.
    last_modified = runtime.newest(source.last_modified) if runtime.consultation is None else None
    response = info_response(call.http, call.version, document, profile_of(call, source.facts), last_modified)
    if directives := call.cache_control(runtime.http.headers_of(source.found.source).information):
        response["Cache-Control"] = directives
    if call.is_for_one_visitor:
        keep_from_others(response)
    decision = decision_on_info(source, request, runtime, call.cache_use, generation, response.content)
    call.http.META[DECISION] = decision
    return response


def base_uri_answer(call: Call, path: BaseUriPath) -> HttpResponse:
    name = call.name(path)
    request = InfoRequest(call.version, name.meta.identifier, name.meta.page or 1)
    with call.leading_to_scale(name, "info.json"):
        source = pipeline.describe(request, call.runtime)
    response = redirect_response(f"{call.address.image(name.published)}/info.json")
    response["Link"] = profile_link(profile_of(call, source.facts))
    if call.is_for_one_visitor:
        keep_from_others(response)
    return response


def malformed_answer(call: Call, path: MalformedPath) -> HttpResponse:
    """404 where there is no such image, else a word on what is wrong."""
    meta = grammar_of(call.runtime).read(path.identifier.value)
    pipeline.describe(InfoRequest(call.version, meta.identifier), call.runtime)
    raise BadRequest(path.sentence)


def profile_of(call: Call, facts: SourceFacts) -> str:
    """The address of the compliance level that is kept for an image."""
    runtime = call.runtime
    return profile_uri(call.version, met_profile(call.version, facts, runtime.capabilities, runtime.endpoints.rules))
