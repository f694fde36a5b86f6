"""The one HTTP client of this server: few connections that stay open, limits on time, every redirect looked at."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from .connections import guarded_pools
from .deadlines import seconds_left
from .fence import OutOfBounds, current_fence

REDIRECTS = frozenset({301, 302, 303, 307, 308})

PRIVATE_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
"""What a redirect to another server does not carry along. Own headers go no further either."""

MINIMUM_SECONDS = 0.01

CHUNK_BYTES = 65_536


class TooManyRedirects(Exception):
    """The server leads from address to address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """How other servers are asked."""

    connect_seconds: float = 5
    read_seconds: float = 20
    """The longest pause in an answer."""
    connections: int = 20
    """The most that are open to one host."""
    most_redirects: int = 5
    proxy: str = ""
    """The address of the proxy through which everything goes; it decides then what may be reached."""
    proxy_authorization: str = ""
    """User name and password for it, with a colon between them."""
    certificate_authority: str = ""
    """PEM of the authority that is believed beside the usual ones."""
    is_unverified: bool = False
    """Whether a server need not prove who it is."""


class HttpClient:
    """Sends requests with one set of settings. Used by many threads at once."""

    def __init__(self, settings: ClientSettings) -> None:
        """Raises `ValueError` when the certificate or the proxy make no sense."""
        self.settings = settings
        self._manager = manager_for(settings)

    @contextmanager
    def answer(
        self, method: str, url: str, headers: Mapping[str, str], private: Mapping[str, str] | None = None
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """The answer, redirects followed; its body is read by whoever asked.

        `private` are headers for this server alone, which no other sees. Raises `OutOfBounds`, `TooManyRedirects`
        and urllib3's `HTTPError`.
        """
        own = {**headers, **(private or {})}
        for _ in range(self.settings.most_redirects + 1):
            current_fence().check(url)
            response = self._sent(method, url, own)
            target = response.headers.get("Location")
            if response.status not in REDIRECTS or not target:
                with leaving_it_clean(response):
                    yield response
                return
            # A body that nobody reads may be long, or never end.
            response.close()
            response.release_conn()
            following = joined(url, target)
            if origin_of(following) != origin_of(url):
                own = dict(headers)
            url = following
        raise TooManyRedirects

    @contextmanager
    def answer_to_signed(
        self, method: str, url: str, headers: Mapping[str, str], body: Any
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """The answer to a request just as it is, no redirect followed: for clients that sign what they send."""
        current_fence().check(url)
        response = self._sent(method, url, headers, body)
        with leaving_it_clean(response):
            yield response

    def _sent(self, method: str, url: str, headers: Mapping[str, str], body: Any = None) -> urllib3.BaseHTTPResponse:
        return self._manager.urlopen(
            method,
            url,
            headers=headers,
            body=body,
            preload_content=False,
            decode_content=False,
            redirect=False,
            retries=False,
            # Not for ever: those who have the connections may be waiting themselves.
            pool_timeout=max(MINIMUM_SECONDS, self.settings.read_seconds if (left := seconds_left()) is None else left),
        )


@contextmanager
def leaving_it_clean(response: urllib3.BaseHTTPResponse) -> Iterator[None]:
    """Keeps the connection for the next request when the body was read to its end, and closes it otherwise."""
    try:
        yield
    finally:
        if not is_read(response):
            response.close()
        # Closed or not, its place in the pool is free again.
        response.release_conn()


def is_read(response: urllib3.BaseHTTPResponse) -> bool:
    """Whether nothing more of the body is to come."""
    original = getattr(response, "_original_response", None)
    return original is None or original.isclosed()


def chunks(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """The body piece by piece as it comes; raises urllib3's `HTTPError` when it ends too early."""
    while piece := response.read(CHUNK_BYTES):
        yield piece


def joined(url: str, target: str) -> str:
    """Where a redirect leads; raises `OutOfBounds` for what is no address."""
    try:
        return urljoin(url, target)
    except ValueError:
        raise OutOfBounds("A redirect leads to something that is no address.") from None


def origin_of(url: str) -> tuple[str, str | None, int | None]:
    """Raises `OutOfBounds` for what is no address."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port
    except ValueError:
        raise OutOfBounds("A redirect leads to something that is no address.") from None


def manager_for(settings: ClientSettings) -> urllib3.PoolManager:
    pool = {
        "num_pools": 32,
        "maxsize": settings.connections,
        "block": True,
        "timeout": urllib3.Timeout(connect=settings.connect_seconds, read=settings.read_seconds),
        "ssl_context": tls_context(settings),
    }
    if settings.proxy:
        current_fence_allows(settings.proxy)
        secret = {"proxy_headers": urllib3.make_headers(proxy_basic_auth=settings.proxy_authorization or None)}
        manager: urllib3.PoolManager = urllib3.ProxyManager(settings.proxy, **secret, **pool)  # type: ignore[arg-type]
    else:
        manager = urllib3.PoolManager(**pool)  # type: ignore[arg-type]
    manager.pool_classes_by_scheme = guarded_pools(is_verified=not settings.is_unverified)
    return manager


def current_fence_allows(url: str) -> None:
    """Raises `ValueError`, which never repeats the address: it may hold a password."""
    try:
        current_fence().check(url)
    except OutOfBounds as error:
        raise ValueError(f"The proxy may not be used. {error}") from error


def tls_context(settings: ClientSettings) -> ssl.SSLContext:
    """Raises `ValueError` when the authority's certificate is none."""
    context = ssl.create_default_context()
    if settings.is_unverified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.certificate_authority:
        try:
            context.load_verify_locations(cadata=settings.certificate_authority)
        except (ssl.SSLError, ValueError, OSError) as error:
            raise ValueError("The certificate of the authority is not one in PEM.") from error
    return context


__all__ = ["ClientSettings", "HTTPError", "HttpClient", "TooManyRedirects", "chunks"]
