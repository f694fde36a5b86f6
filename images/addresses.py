"""The addresses that stand in answers: built from what the visitor asked, or from the public URL behind a proxy."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from django.http import HttpRequest
from django.utils.encoding import iri_to_uri

from iiifserver.iiif.errors import NotFound
from iiifserver.iiif.paths import (
    CollectionPath,
    ManifestPath,
    RawRequest,
    parse_decoded_path,
    parse_decoded_presentation_path,
    parse_path,
    parse_presentation_path,
)
from iiifserver.iiif.values import ApiVersion, Identifier

from .naming import forwarded

# One or more segments, none of them empty: two slashes in a row would begin another host's address.
FORWARDED_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+;=:@%-]+)+/?|/")


PRESENTATION = "presentation/3/"
"""What follows the service's own prefix where the Presentation API is reached."""


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """Where one version of the Image API is reached."""

    origin: str
    """Scheme, host and port."""
    prefix: str
    """The path up to and with the slash before the identifier."""

    def image(self, raw_identifier: str) -> str:
        """The base URI of an image; the identifier is percent-encoded already."""
        return f"{self.origin}{self.prefix}{raw_identifier}"

    def of_version(self, version: ApiVersion) -> ServiceAddress:
        """Where a version of the Image API is reached that is served beside this one of the Presentation API."""
        return replace(self, prefix=f"{self.prefix.removesuffix(PRESENTATION)}{version.value}/")


def service_address(request: HttpRequest, path: str, public_url: str | None) -> ServiceAddress:
    """The address of the service for a request whose decoded path ends in `path`."""
    root = public_root(request, public_url)
    below_root = request.path_info[: len(request.path_info) - len(path)]
    return ServiceAddress(public_origin(request, public_url), f"{root}{below_root}")


def public_origin(request: HttpRequest, public_url: str | None) -> str:
    """Scheme and host as the visitor's browser knows them: of the public URL where there is one, else of the request.

    Raises `DisallowedHost` for a host that is not ours.
    """
    if public_url:
        parts = urlsplit(public_url)
        return f"{parts.scheme}://{parts.netloc}"
    return f"{request.scheme}://{request.get_host()}"


def public_root(request: HttpRequest, public_url: str | None) -> str:
    """The path under which visitors find the site, without a slash at its end: that of the public URL; without one,
    what a trusted proxy says in X-Forwarded-Path; else the script's own.
    """
    own = request.path.removesuffix(request.path_info)
    if public_url:
        return urlsplit(public_url).path.rstrip("/") or own
    # Each proxy adds its word at the end; the last is the one that we know.
    told = forwarded(request, "PATH").rpartition(",")[2].strip()
    return told.rstrip("/") if FORWARDED_PATH.fullmatch(told) else own


def sent_uri(request: HttpRequest, origin: str) -> str:
    """The whole address of a request, as far as the server in front tells it."""
    return f"{origin}{raw_path_of(request) or request.path}{query_of(request)}"


def query_of(request: HttpRequest) -> str:
    """The query string with its question mark, fit for an address; empty without one."""
    query = request.META.get("QUERY_STRING", "")
    return f"?{iri_to_uri(query)}" if query else ""


def requested(request: HttpRequest, path: str, slash_substitute: str, *, needs_format: bool = True) -> RawRequest:
    """What is asked for below the service's prefix; `path` is the same part of the decoded path."""
    found = parsed(request, path, needs_format)
    if not slash_substitute:
        return found
    return replace(found, identifier=Identifier(found.identifier.value.replace(slash_substitute, "/")))


def requested_document(request: HttpRequest, path: str, slash_substitute: str) -> ManifestPath | CollectionPath:
    """Which manifest or collection is asked for below the prefix of the Presentation API."""
    raw = raw_below(request, path)
    found = parse_decoded_presentation_path(path) if raw is None else parse_presentation_path(raw)
    if not slash_substitute:
        return found
    if isinstance(found, CollectionPath):
        return replace(found, folder=found.folder.replace(slash_substitute, "/"))
    return replace(found, identifier=Identifier(found.identifier.value.replace(slash_substitute, "/")))


def parsed(request: HttpRequest, path: str, needs_format: bool) -> RawRequest:
    """The parts of the address.

    Only the raw path tells an encoded slash from a plain one; without it the parameters are found from the right.
    """
    raw = raw_below(request, path)
    if raw is None:
        return parse_decoded_path(path, needs_format=needs_format)
    return parse_path(raw, needs_format=needs_format)


def raw_below(request: HttpRequest, path: str) -> str | None:
    """The part of the raw path that was decoded to `path`; `None` where the server in front does not tell.

    Raises `NotFound` where there is no such part.
    """
    raw_path = raw_path_of(request)
    if raw_path is None:
        return None
    # A proxy in front may have taken the script's part off the address.
    for known_path in (request.path, request.path_info):
        rest = below_prefix(raw_path, known_path[: len(known_path) - len(path)])
        if rest is not None:
            return rest
    raise NotFound("There is nothing at this address.")


def raw_path_of(request: HttpRequest) -> str | None:
    """The path exactly as it was sent, without the query; `None` where the server in front does not tell.

    gunicorn has it in RAW_URI, uWSGI and mod_wsgi in REQUEST_URI, ASGI servers in the scope.
    """
    uri = request.META.get("RAW_URI") or request.META.get("REQUEST_URI")
    if uri is None:
        raw = getattr(request, "scope", {}).get("raw_path")
        return None if raw is None else raw.decode("latin-1")
    path = str(uri).partition("?")[0]
    return path if path.startswith("/") else urlsplit(path).path


def below_prefix(raw_path: str, prefix: str) -> str | None:
    """What follows the prefix in a raw path, however the prefix is spelled there; `None` when it does not follow."""
    segments = raw_path.split("/")
    count = prefix.count("/")
    spelled = "/".join(segments[:count]) + "/"
    return "/".join(segments[count:]) if unquote(spelled) == prefix else None
