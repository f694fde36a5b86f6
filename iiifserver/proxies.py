"""What a reverse proxy says about the visitor, believed only from the proxies that are trusted."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, TypeAlias

from images.runtime import current_runtime

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    GetResponse: TypeAlias = Callable[[HttpRequest], HttpResponseBase]

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
DEFAULT_PORTS = {"http": "80", "https": "443"}


class TrustedProxies:
    """Applies X-Forwarded-Proto, -Host, -Port and -For from trusted proxies and removes them from everybody else."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.META.pop("HTTP_FORWARDED", None)
        hops = self._believe_client(request)
        if hops:
            _believe_scheme(request, hops)
            _believe_host(request, hops)
        else:
            _strip(request)
        return self._get_response(request)

    def _believe_client(self, request: HttpRequest) -> int:
        """Make REMOTE_ADDR the visitor's own; return how many trusted proxies stand in between."""
        hops = 0
        claimed = _items(request, "HTTP_X_FORWARDED_FOR")
        while self._is_trusted(request.META.get("REMOTE_ADDR", "")):
            hops += 1
            if not claimed or _address(claimed[-1]) is None:
                break
            request.META["REMOTE_ADDR"] = str(_address(claimed.pop()))
        return hops

    def _is_trusted(self, text: str) -> bool:
        address = _address(text)
        trusted = current_runtime().http.trusted_proxies
        return address is not None and any(address in network for network in trusted)


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


def _believe_scheme(request: HttpRequest, hops: int) -> None:
    scheme = _item(request, "HTTP_X_FORWARDED_PROTO", hops).lower()
    if scheme in DEFAULT_PORTS:
        request.META["wsgi.url_scheme"] = scheme


def _believe_host(request: HttpRequest, hops: int) -> None:
    host = _item(request, "HTTP_X_FORWARDED_HOST", hops) or request.META.get("HTTP_HOST", "")
    port = _item(request, "HTTP_X_FORWARDED_PORT", hops)
    if port.isdecimal():
        name = host if host.endswith("]") or ":" not in host else host.rpartition(":")[0]
        host = name if DEFAULT_PORTS.get(request.scheme or "") == port else f"{name}:{port}"
    if host:
        request.META["HTTP_HOST"] = host


def _strip(request: HttpRequest) -> None:
    for name in [name for name in request.META if name.startswith("HTTP_X_FORWARDED_")]:
        del request.META[name]


def _item(request: HttpRequest, name: str, hops: int) -> str:
    """Return what the outermost trusted proxy said: each proxy adds its item at the end of the list."""
    items = _items(request, name)
    return items[-min(hops, len(items))] if items else ""


def _items(request: HttpRequest, name: str) -> list[str]:
    return [item.strip() for item in request.META.get(name, "").split(",") if item.strip()]


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    # A socket that listens on both families shows IPv4 visitors as ::ffff:192.0.2.1.
    return getattr(address, "ipv4_mapped", None) or address
