"""How visitors reach the server, and what may be kept of its answers, as a frozen value."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Http:
    """The settings of the section HTTP."""

    public_url: str | None = None
    """Scheme, host, port and path by which visitors know the server; `None`: those of the request."""
    trusted_proxies: tuple[Network, ...] = ()
    reads_forwarded: bool = False
    """Whether the proxies speak through the header `Forwarded` instead of X-Forwarded-For and its kin."""
    slash_substitute: str = ""
    """What stands for a slash in identifiers; empty: nothing does."""
    image_cache_control: str = "public, max-age=86400"
    information_cache_control: str = "public, no-cache"
    viewer_hosts: tuple[str, ...] = ()
    """Other servers, `host` or `host:port` in lower case, whose images the viewer page may show."""


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks as values; raises `ValueError` for what is neither."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)


def cache_control(visibility: str, max_age_seconds: int, shared_max_age_seconds: int | None = None) -> str:
    """The Cache-Control header for answers that are fresh for so long; 0 is a revalidation each time."""
    if max_age_seconds == 0 and not shared_max_age_seconds:
        return f"{visibility}, no-cache"
    shared = "" if shared_max_age_seconds is None else f", s-maxage={shared_max_age_seconds}"
    return f"{visibility}, max-age={max_age_seconds}{shared}"
