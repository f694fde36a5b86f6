"""The argument `cache`, by which who looks after the caches has an image made without them, or anew."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.conf import settings
from django.http import HttpRequest

from caching.flight import Flights
from caching.meeting import NOWHERE
from caching.runtime import MOST_FOLLOWERS, C, Caches, Derivatives, Infos, Link
from iiifserver.forwarding import address_of

from .api.access import credentials
from .http import Network
from .jobs.tokens import valid_token
from .responses import NEVER_STORED
from .runtime import Runtime

PERMISSION = "iiif_caching.change_cache"


class CacheUse(enum.Enum):
    """How an answer is made."""

    USUAL = "usual"
    WITHOUT = "without"
    """Nothing is read from a cache and nothing is put into one, the visitor's own included."""
    ANEW = "anew"
    """Nothing is read from a cache; what is made takes the place of what was there."""

    def applied_to(self, runtime: Runtime) -> Runtime:
        """The runtime with caches of which just that use is made; its sources are asked whatever is known of them."""
        if self is CacheUse.USUAL:
            return runtime
        caches = Caches() if self is CacheUse.WITHOUT else unread(runtime.caches)
        return replace(runtime, caches=caches, freshness=replace(runtime.freshness, looks_anew=True))

    def cache_control(self, usual: str | None) -> str | None:
        """What the visitor's own caches are told; `None` for nothing."""
        return NEVER_STORED if self is CacheUse.WITHOUT else usual


USES = {"false": CacheUse.WITHOUT, "nocache": CacheUse.WITHOUT, "recache": CacheUse.ANEW}


def cache_use(request: HttpRequest, arguments: Mapping[str, str], steering: Iterable[Network]) -> CacheUse:
    """What the request asks for, if whoever sent it may change caches; the usual for everybody else."""
    use = USES.get(arguments.get("cache", ""), CacheUse.USUAL)
    if use is CacheUse.USUAL or comes_from(request, steering) or may_change_caches(request) or shows_token(request):
        return use
    return CacheUse.USUAL


def comes_from(request: HttpRequest, networks: Iterable[Network]) -> bool:
    """Whether the visitor's own address is in one of the networks."""
    address = address_of(request.META.get("REMOTE_ADDR", ""))
    return address is not None and any(address in network for network in networks)


def may_change_caches(request: HttpRequest) -> bool:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    # Accounts of a host site need not know permissions.
    has_permission = getattr(getattr(request, "user", None), "has_perm", None)
    return has_permission is not None and bool(has_permission(PERMISSION))


def shows_token(request: HttpRequest) -> bool:
    """Whether a program shows a token with which it may purge."""
    scheme, text = credentials(request)
    token = valid_token(text) if scheme == "bearer" else None
    return token is not None and token.may_purge


@dataclass(frozen=True, slots=True)
class UnreadLink(Link[C]):
    """A cache that is written to, and has nothing for who reads."""

    def read(self, source: str, get: object, *, is_first_look: bool = True) -> None:
        return None


def unread(caches: Caches) -> Caches:
    """The same caches, written to but not read."""
    files = caches.source_files
    return Caches(
        derivatives=Derivatives(tuple(unread_link(link) for link in caches.derivatives.links), caches.purges),
        infos=Infos(tuple(unread_link(link) for link in caches.infos.links), caches.purges),
        source_files=replace(files, links=tuple(unread_link(link) for link in files.links), meeting=NOWHERE),
        purges=caches.purges,
        # Who wants a picture made anew must not get one that somebody else just reads.
        flights=Flights(MOST_FOLLOWERS),
    )


def unread_link(link: Link[C]) -> UnreadLink[C]:
    return UnreadLink(link.row, link.name, link.cache, link.reading, link.writing)
