"""Every answer of the image service: the headers, and the one table from errors to HTTP statuses."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date

from iiifserver.iiif import errors
from iiifserver.iiif.values import ApiVersion

from .negotiation import accepts_gzip, info_media_type

logger = logging.getLogger("iiifserver.images")

STATUSES: Mapping[type[errors.IIIFError], HTTPStatus] = {
    errors.BadRequest: HTTPStatus.BAD_REQUEST,
    errors.UnsupportedFormat: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.SignInNeeded: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.AlreadyThere: HTTPStatus.CONFLICT,
    errors.ConditionNotMet: HTTPStatus.PRECONDITION_FAILED,
    errors.ImageTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.UriTooLong: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.FeatureMissing: HTTPStatus.NOT_IMPLEMENTED,
    errors.Unreadable: HTTPStatus.NOT_IMPLEMENTED,
    errors.DecoderCrashed: HTTPStatus.NOT_IMPLEMENTED,
    errors.DecodingTooSlow: HTTPStatus.GATEWAY_TIMEOUT,
    errors.SourceNonsense: HTTPStatus.BAD_GATEWAY,
    errors.TryAgainLater: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.SourceTooSlow: HTTPStatus.GATEWAY_TIMEOUT,
}
"""From an error to its status; a type that is not listed has the status of its parent."""

PUBLIC_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, ETag, Content-Disposition, Location",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors *",
}
"""On every answer, errors and redirects included: any page may show the images, none may run what an answer holds."""

METHODS = "GET, HEAD, OPTIONS"

PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Authorization, If-Modified-Since, If-None-Match",
    "Access-Control-Max-Age": "86400",
}

REDIRECT_CACHE_CONTROL = "public, no-cache"
NEVER_STORED = "no-store"
OWN_BROWSER_ONLY = "private, no-cache"


def image_response(content: bytes, media_type: str) -> HttpResponse:
    return HttpResponse(content, content_type=media_type)


def info_response(
    request: HttpRequest,
    version: ApiVersion,
    document: dict[str, object],
    profile: str,
    last_modified: datetime | None,
) -> HttpResponse:
    """The info.json as JSON or JSON-LD, and compressed, as the visitor prefers (Image API 3.0, 5.1; 2.1, 5)."""
    response = document_response(request, document, info_media_type(request, version), last_modified)
    add_headers(response, Link=profile_link(profile))
    return response


def document_response(
    request: HttpRequest, document: dict[str, object], media_type: str, last_modified: datetime | None = None
) -> HttpResponse:
    """The document as JSON of that media type, compressed as the visitor prefers; 304 for who has it already."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    is_compressed = accepts_gzip(request)
    # The bytes are others, and so is a strong ETag (RFC 9110, 8.8.3).
    etag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}{"-gzip" if is_compressed else ""}"'
    response = unless_fresh(request, etag, last_modified)
    if response is None:
        response = HttpResponse(body, content_type=media_type)
        if is_compressed:
            compress(response)
    add_headers(response, ETag=etag, Vary="Accept, Accept-Encoding")
    add_last_modified(response, last_modified)
    return response


def compress(response: HttpResponse) -> None:
    """Makes the answer a shorter one; the same body is always the same bytes."""
    response.content = gzip.compress(response.content, mtime=0)
    add_headers(response, Content_Encoding="gzip")


def unless_fresh(request: HttpRequest, etag: str, last_modified: datetime | None) -> HttpResponse | None:
    """304 where the visitor has the answer; `None` where it is to be made. May raise `ConditionNotMet`."""
    seconds = int(last_modified.timestamp()) if last_modified else None
    response = get_conditional_response(request, etag, seconds)
    if response is not None and response.status_code == HTTPStatus.PRECONDITION_FAILED:
        raise errors.ConditionNotMet("You asked for a version of this image that it is not in. Ask without conditions.")
    return response


def add_image_headers(
    response: HttpResponse, etag: str, profile: str, canonical_uri: str, last_modified: datetime | None
) -> None:
    """What a 200 and a 304 of an image have in common."""
    link = f'{profile_link(profile)},<{canonical_uri}>;rel="canonical"'
    add_headers(response, ETag=etag, Link=link)
    add_last_modified(response, last_modified)


def add_last_modified(response: HttpResponse, last_modified: datetime | None) -> None:
    if last_modified:
        response["Last-Modified"] = http_date(last_modified.timestamp())


def keep_from_others(response: HttpResponse) -> None:
    """Has nobody but the visitor's own browser keep the answer, which asks again each time: others get another."""
    if response.get("Cache-Control") != NEVER_STORED:
        add_headers(response, Cache_Control=OWN_BROWSER_ONLY)
    patch_vary_headers(response, ["Cookie", "Authorization"])


def profile_link(profile: str) -> str:
    return f'<{profile}>;rel="profile"'


def redirect_response(address: str) -> HttpResponse:
    """303 See Other, as the base URI of an image answers (Image API 3.0, 2)."""
    return redirect(HTTPStatus.SEE_OTHER, address)


def moved_response(address: str) -> HttpResponse:
    """301 Moved Permanently, to the normal spelling of the same address."""
    return redirect(HTTPStatus.MOVED_PERMANENTLY, address)


def redirect(status: HTTPStatus, address: str) -> HttpResponse:
    response = HttpResponse(status=status)
    add_headers(response, Location=address, Cache_Control=REDIRECT_CACHE_CONTROL)
    del response["Content-Type"]
    return response


def preflight_response() -> HttpResponse:
    response = HttpResponse(status=HTTPStatus.NO_CONTENT, headers=PREFLIGHT_HEADERS)
    add_headers(response, Allow=METHODS)
    del response["Content-Type"]
    return response


def wrong_method_response(method: str | None) -> HttpResponse:
    response = sentence_response(
        HTTPStatus.METHOD_NOT_ALLOWED, f"The method {method} does nothing here: use one of {METHODS}."
    )
    add_headers(response, Allow=METHODS)
    return response


def error_response(error: errors.IIIFError) -> HttpResponse:
    """A sentence with the error's status; never stored by anybody."""
    response = sentence_response(status_of(error), error.sentence)
    if isinstance(error, errors.TryAgainLater):
        response["Retry-After"] = str(error.retry_after_seconds)
    elif isinstance(error, errors.SignInNeeded) and error.challenge:
        response["WWW-Authenticate"] = error.challenge
    elif isinstance(error, errors.Elsewhere):
        response["Location"] = error.location
    return response


def status_of(error: errors.IIIFError) -> HTTPStatus:
    if isinstance(error, errors.Refused):
        return HTTPStatus(error.status)
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def failure_response(error: Exception) -> HttpResponse:
    """500, for a fault of our own: all is in the log and nothing in the answer."""
    logger.error("A request failed.", exc_info=error)
    return sentence_response(HTTPStatus.INTERNAL_SERVER_ERROR, "The server failed. The reason is in its log.")


def sentence_response(status: HTTPStatus, sentence: str) -> HttpResponse:
    response = HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
    # Django would log every status from 500 on as a failure of the server; most of these are answers.
    response._has_been_logged = True  # type: ignore[attr-defined]
    add_headers(response, Cache_Control=NEVER_STORED)
    return response


def add_headers(response: HttpResponse, **headers: str) -> None:
    """Sets headers; an underscore in a name stands for a hyphen."""
    for name, value in headers.items():
        response[name.replace("_", "-")] = value
