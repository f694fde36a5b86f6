"""How visitors reach the server, and what may be kept of its answers, as a frozen value."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .cache_control import CacheControl

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class ClientHeaders:
    """The header Cache-Control, as far as it does not depend on who asks."""

    images: str | None
    """`None` where none is sent."""
    information: str
    """Of info.json and manifests."""


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
    by_source: Mapping[str, ClientHeaders] = field(default_factory=dict)
    """For the sources whose images have headers of their own, by the source's name."""
    cache_steering: tuple[Network, ...] = ()
    """From where the argument `cache` is obeyed without signing in."""
    viewer_hosts: tuple[str, ...] = ()
    """Other servers, `host` or `host:port` in lower case, whose images the viewer page may show."""

    def headers_of(self, source: str) -> ClientHeaders:
        """Those of the images of a source."""
        return self.by_source.get(source) or ClientHeaders(self.image_cache_control, self.information_cache_control)

    @property
    def list_cache_control(self) -> str:
        """Of lists that may name images of every source: private where those of one are."""
        private = (own.information for own in self.by_source.values() if own.information.startswith("private"))
        return next(private, self.information_cache_control)


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Addresses and networks as values; raises `ValueError` for what is neither."""
    return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
