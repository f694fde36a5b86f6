"""How visitors reach the server, and what may be kept of its answers, as a frozen value."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from .cache_control import CacheControl

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
    image_cache_control: str | None = CacheControl().header
    """The header of images; `None` where none is sent."""
    information_cache_control: str = CacheControl(max_age_seconds=0).header
    cache_steering: tuple[Network, ...] = ()
    """From where the argument `cache` is obeyed without signing in."""
    viewer_hosts: tuple[str, ...] = ()
    """Other servers, `host` or `host:port` in lower case, whose images the viewer page may show."""


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks as values; raises `ValueError` for what is neither."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
