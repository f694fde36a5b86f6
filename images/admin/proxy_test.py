"""The page that calls the server back from the browser, to see what the proxies on the way make of a request."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from sources.models import Source

from ..addresses import public_origin, public_root
from ..arrival import new_pass
from ..content_security import HEADER, policy
from ..proxy_examples import PROXIES, ProxyExample, proxy_configuration
from ..runtime import current_runtime

if TYPE_CHECKING:
    from .settings import HttpSettingsAdmin


@dataclass(frozen=True, slots=True)
class Probe:
    """A piece of an address that proxies are known to spoil."""

    name: str
    sent: str
    segments: tuple[str, ...]
    """What must arrive, decoded once."""
    advice: str


PROBES = (
    Probe(
        "An encoded slash",
        "a%2Fb",
        ("a/b",),
        "The proxy decodes the path, so that identifiers with a slash are not found. Take the lines below, or set a "
        "slash substitute.",
    ),
    Probe("A percent sign", "50%2525", ("50%25",), "The proxy decodes the path twice. Pass it on as it came."),
    Probe(
        "Other characters",
        "a%20b;3,%5Emax!%3A",
        ("a b;3,^max!:",),
        "The proxy changes characters of the path. Pass it on as it came.",
    ),
    Probe("Other alphabets", "M%C3%BCnchen", ("München",), "The proxy writes names in another encoding than UTF-8."),
    Probe(
        "Two slashes in a row",
        "a//b",
        ("a", "", "b"),
        "The proxy makes one slash of two. For nginx write merge_slashes off, for Apache MergeSlashes Off.",
    ),
)


def proxy_test(admin: HttpSettingsAdmin, request: HttpRequest) -> HttpResponse:
    """Shows the page; its script does the calls."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    http = current_runtime().http
    address = f"{public_origin(request, http.public_url)}{public_root(request, http.public_url)}"
    request.current_app = admin.admin_site.name
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.model._meta,
        "title": "Test the way through the proxies",
        "public_url": http.public_url,
        "plan": plan(request, address if http.public_url else None),
        "probes": PROBES,
        "examples": examples(request, address),
    }
    response = TemplateResponse(request, "admin/iiif_images/httpsettings/proxy_test.html", context)
    response[HEADER] = policy({"connect-src": (public_origin(request, http.public_url),)})
    return response


def plan(request: HttpRequest, address: str | None) -> dict[str, object]:
    """What the script is to do; without a public URL it is the browser that knows the site's address."""
    own_root = request.path.removesuffix(request.path_info)
    service = reverse("iiif:arrival", args=[f"{new_pass()}/-"]).removesuffix("-")
    return {
        "address": address,
        "page": request.path_info,
        "service": service.removeprefix(own_root),
        "probes": [asdict(probe) for probe in PROBES],
    }


def examples(request: HttpRequest, address: str) -> list[tuple[str, str]]:
    """The configuration for each kind of proxy, with the addresses of this very server."""
    server = f"http://127.0.0.1:{request.META['SERVER_PORT']}"
    example = ProxyExample.at(secure(address), server, largest_upload())
    return [(name, proxy_configuration(name, example)) for name in PROXIES]


def largest_upload() -> int:
    """In megabytes, of the sources that take images; 0 where none does."""
    takers = Source.objects.filter(enabled=True, accepts_uploads=True)
    return takers.aggregate(most=Max("largest_upload_megabytes", default=0))["most"]  # type: ignore[no-any-return]


def secure(address: str) -> str:
    """The address as visitors should know it: over TLS, on the usual port."""
    parts = urlsplit(address)
    return address if parts.scheme == "https" else f"https://{quote(parts.hostname or '', safe=':[]')}{parts.path}"
