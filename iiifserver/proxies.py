"""What a reverse proxy says about the visitor, believed only from the proxies that are trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from iiifserver.forwarding import Told, address_of, said_by, told_by_forwarded, told_by_x_forwarded
from images.runtime import current_runtime

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from images.http import Http

    GetResponse: TypeAlias = Callable[[HttpRequest], HttpResponseBase]

DEFAULT_PORTS = {"http": "80", "https": "443"}
READ = frozenset(f"HTTP_X_FORWARDED_{name}" for name in ("FOR", "PROTO", "HOST", "PORT"))
KEPT = frozenset({"HTTP_X_FORWARDED_PATH", "HTTP_X_FORWARDED_ID"})
"""Views read the prefix and the identifier from these; `Forwarded` has no place for them."""

ARRIVAL = "iiifserver.arrival"
"""The name in `request.META` of the `Arrival`. No header can have it."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a request came to the server's own socket."""

    sender: str
    """The address of whoever opened the connection."""
    trusted_hops: int
    """How many trusted proxies it passed."""
    refused: tuple[str, ...]
    """Headers about proxies that were not believed, as WSGI names them."""


class TrustedProxies:
    """Applies what trusted proxies say of the visitor's address, scheme and host, and removes it from everybody else.

    Read are the X-Forwarded headers, or `Forwarded` where the settings say that the proxies write that one; the other
    family is removed, since a proxy lets pass what it does not write.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        http = current_runtime().http
        sender = request.META.get("REMOTE_ADDR", "")
        told = _told(request, http)
        hops = _believe_client(request, told, http)
        if hops:
            _believe_scheme(request, said_by(told.schemes, hops))
            _believe_host(request, said_by(told.hosts, hops), said_by(told.ports, hops))
        request.META[ARRIVAL] = Arrival(sender, hops, _strip(request, http, is_trusted=hops > 0))
        return self._get_response(request)


class SecureCookies:
    """Sends cookies that were handed out over TLS back over TLS only."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if response.cookies and request.is_secure():
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response


def _told(request: HttpRequest, http: Http) -> Told:
    if http.reads_forwarded:
        return told_by_forwarded(request.META.get("HTTP_FORWARDED", ""))
    return told_by_x_forwarded(request.META)


def _believe_client(request: HttpRequest, told: Told, http: Http) -> int:
    """Make REMOTE_ADDR the visitor's own; return how many trusted proxies stand in between."""
    hops = 0
    claimed = list(told.clients)
    while is_trusted(request.META.get("REMOTE_ADDR", ""), http):
        hops += 1
        client = address_of(claimed.pop()) if claimed else None
        if client is None:
            break
        request.META["REMOTE_ADDR"] = str(client)
    return hops


def is_trusted(text: str, http: Http) -> bool:
    """Whether it is the address of a proxy that is believed."""
    address = address_of(text)
    return address is not None and any(address in network for network in http.trusted_proxies)


def _believe_scheme(request: HttpRequest, scheme: str) -> None:
    if scheme.lower() in DEFAULT_PORTS:
        request.META["wsgi.url_scheme"] = scheme.lower()


def _believe_host(request: HttpRequest, told_host: str, port: str) -> None:
    host = told_host or request.META.get("HTTP_HOST", "")
    if port.isdecimal():
        name = host if host.endswith("]") or ":" not in host else host.rpartition(":")[0]
        host = name if DEFAULT_PORTS.get(request.scheme or "") == port else f"{name}:{port}"
    if host:
        request.META["HTTP_HOST"] = host


def _strip(request: HttpRequest, http: Http, *, is_trusted: bool) -> tuple[str, ...]:
    """Remove what nobody trusted has written; return the names."""
    kept = KEPT if http.reads_forwarded else KEPT | READ
    names = [name for name in request.META if name.startswith("HTTP_X_FORWARDED_") or name == "HTTP_FORWARDED"]
    refused = tuple(name for name in names if not (is_trusted and name in kept))
    for name in refused:
        del request.META[name]
    return refused
