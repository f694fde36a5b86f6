"""What of a request arrives here after every proxy on the way: the server's half of the page that tests them."""

from __future__ import annotations

from urllib.parse import unquote

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host

from iiifserver.iiif.errors import NotFound

from .addresses import public_origin, public_root, raw_path_of

SALT = "iiif.arrival"
LIFETIME_SECONDS = 3600
ARRIVAL = "iiifserver.arrival"
"""Where the middleware for proxies notes what it did, in `request.META`."""


def new_pass() -> str:
    """Lets its holder ask what arrives, for an hour; has no character that an address spells in two ways."""
    return signer().sign("arrival")


def check_pass(text: str) -> None:
    """Raises `NotFound` for a pass that was not given out here, or too long ago."""
    try:
        signer().unsign(text, max_age=LIFETIME_SECONDS)
    except signing.BadSignature:
        raise NotFound("This test of the way here is over: load the page in the admin again.") from None


def signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=SALT, sep=".")


def arrival_document(request: HttpRequest, path: str, public_url: str | None) -> dict[str, object]:
    """The request as the service sees it, fit for JSON; `path` is the decoded part from the pass on."""
    noted = request.META.get(ARRIVAL)
    host = request.META.get("HTTP_HOST", "")
    is_allowed = validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
    return {
        "scheme": request.scheme,
        "host": host,
        "address": f"{public_origin(request, public_url)}{public_root(request, public_url)}" if is_allowed else "",
        "segments": segments_behind_pass(request, path),
        "client": request.META.get("REMOTE_ADDR", ""),
        "sender": noted.sender if noted else request.META.get("REMOTE_ADDR", ""),
        "trusted_hops": noted.trusted_hops if noted else 0,
        "refused": [header_name(name) for name in noted.refused] if noted else [],
    }


def segments_behind_pass(request: HttpRequest, path: str) -> list[str] | None:
    """The path's segments, each decoded once; `None` where the server in front does not tell the raw path."""
    raw_path = raw_path_of(request)
    if raw_path is None:
        return None
    own_pass = path.partition("/")[0]
    return [unquote(segment) for segment in raw_path.partition(f"/{own_pass}/")[2].split("/")]


def header_name(name: str) -> str:
    """A header as people write it, from its name in WSGI."""
    return "-".join(word.capitalize() for word in name.removeprefix("HTTP_").split("_"))
