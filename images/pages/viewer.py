"""The page that shows one image in a viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from iiifserver.iiif.errors import BadRequest, IIIFError, TryAgainLater

from ..addresses import public_origin
from ..content_security import EMPTY_STYLE, HEADER, policy
from ..http import Http
from ..responses import status_of
from ..runtime import Runtime, current_runtime
from .info_address import check_info_address
from .links import viewer_link
from .showing import shown_samples
from .site import page

VENDOR = "iiif_images/vendor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A viewer that visitors can choose, and the files that it is made of."""

    name: str
    title: str
    scripts: tuple[str, ...]
    styles: tuple[str, ...] = ()
    fills_styles: bool = False
    """Whether its scripts fill style elements of their own."""

    @property
    def is_installed(self) -> bool:
        return all(is_static(file) for file in (*self.scripts, *self.styles))


OPENSEADRAGON = Viewer(
    name="openseadragon", title="OpenSeadragon", scripts=(f"{VENDOR}/openseadragon/openseadragon.min.js",)
)
LEAFLET = Viewer(
    name="leaflet",
    title="Leaflet",
    scripts=(f"{VENDOR}/leaflet/leaflet.js", f"{VENDOR}/leaflet-iiif/leaflet-iiif.js"),
    styles=(f"{VENDOR}/leaflet/leaflet.css",),
)
MIRADOR = Viewer(name="mirador", title="Mirador", scripts=(f"{VENDOR}/mirador/mirador.min.js",), fills_styles=True)
VIEWERS: Mapping[str, Viewer] = MappingProxyType({viewer.name: viewer for viewer in (OPENSEADRAGON, LEAFLET, MIRADOR)})


@cache
def is_static(path: str) -> bool:
    return finders.find(path) is not None


@never_cache
@require_safe
def viewer(request: HttpRequest) -> HttpResponse:
    """The image whose info.json is at `iiif`, in the viewer that `viewer` names; without an image, images to choose."""
    runtime = current_runtime()
    address = request.GET.get("iiif", "").strip()
    if not address:
        return page(request, "viewer.html", runtime, {"samples": shown_samples(request, runtime)})
    try:
        chosen = chosen_viewer(request.GET.get("viewer", OPENSEADRAGON.name))
        check_info_address(address, own_origins(request, runtime.http), runtime.http.viewer_hosts)
    except IIIFError as error:
        told = {"address": address, "sentence": error.sentence}
        return page(request, "viewer.html", runtime, told, status_of(error))
    return viewer_page(request, runtime, chosen, address)


def viewer_page(request: HttpRequest, runtime: Runtime, chosen: Viewer, address: str) -> HttpResponse:
    http = runtime.http
    link = f"{public_origin(request, http.public_url)}{viewer_link(request, http, address, viewer=chosen.name)}"
    choices = viewer_choices(request, http, address, chosen)
    context = {"address": address, "link": link, "chosen": chosen, "choices": choices}
    response = page(request, "viewer.html", runtime, context)
    response[HEADER] = viewer_policy(request, http, chosen)
    return response


def chosen_viewer(name: str) -> Viewer:
    """Raises `BadRequest` for an unknown name, and `TryAgainLater` for one whose files are not there."""
    if name not in VIEWERS:
        raise BadRequest(f"There is no such viewer here: write one of {', '.join(VIEWERS)}.")
    if not VIEWERS[name].is_installed:
        raise TryAgainLater(f"{VIEWERS[name].title} is not installed on this server: “make install” fetches it.")
    return VIEWERS[name]


def viewer_choices(request: HttpRequest, http: Http, address: str, chosen: Viewer) -> list[dict[str, Any]]:
    """Each viewer with the link that shows the same image in it."""
    return [
        {"title": one.title, "link": viewer_link(request, http, address, viewer=one.name), "is_chosen": one is chosen}
        for one in VIEWERS.values()
    ]


def own_origins(request: HttpRequest, http: Http) -> tuple[str, ...]:
    """By which origins this server is known: its public one, and the one that was asked."""
    return (public_origin(request, http.public_url), public_origin(request, None))


def viewer_policy(request: HttpRequest, http: Http, chosen: Viewer) -> str:
    """The policy of the page: pictures and info.json also from where the image may be."""
    # Content policies cannot name an IPv6 address; 'self' stands for the one that was asked.
    named = tuple(origin for origin in own_origins(request, http) if "[" not in origin)
    elsewhere = tuple(dict.fromkeys(named + http.viewer_hosts))
    styles = (EMPTY_STYLE,) if chosen.fills_styles else ()
    return policy({"img-src": elsewhere, "connect-src": elsewhere, "style-src": styles})
