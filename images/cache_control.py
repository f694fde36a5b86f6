"""The header Cache-Control (RFC 9111, 5.2.2): what browsers and proxies may do with an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheControl:
    """The directives of an answer."""

    visibility: str = "public"
    """`public` or `private`."""
    max_age_seconds: int = 86_400
    """How long a copy is fresh; 0: it is asked about each time."""
    shared_max_age_seconds: int | None = None
    """The same for caches of many visitors, where that differs."""
    stale_while_revalidate_seconds: int = 0
    """For how long an old copy may be shown while a new one is fetched; RFC 5861, 3."""
    no_cache: bool = False
    no_store: bool = False
    must_revalidate: bool = False
    proxy_revalidate: bool = False
    no_transform: bool = False

    @property
    def header(self) -> str:
        """The value of the header."""
        return ", ".join([*self.freshness(), *self.restrictions()])

    def freshness(self) -> list[str]:
        if self.no_store:
            return ["no-store"]
        if self.no_cache or (self.max_age_seconds == 0 and not self.shared_max_age_seconds):
            return [self.visibility, "no-cache"]
        directives = [self.visibility, f"max-age={self.max_age_seconds}"]
        if self.shared_max_age_seconds is not None:
            directives.append(f"s-maxage={self.shared_max_age_seconds}")
        if self.stale_while_revalidate_seconds:
            directives.append(f"stale-while-revalidate={self.stale_while_revalidate_seconds}")
        return directives

    def restrictions(self) -> list[str]:
        wanted = {
            "must-revalidate": self.must_revalidate,
            "proxy-revalidate": self.proxy_revalidate,
            "no-transform": self.no_transform,
        }
        return [directive for directive, is_wanted in wanted.items() if is_wanted]
