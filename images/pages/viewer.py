"""The page that shows one image in a viewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from .info_address import check_shown_address, is_manifest
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
    opens_manifests: bool = False

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
MIRADOR = Viewer(
    name="mirador",
    title="Mirador",
    scripts=(f"{VENDOR}/mirador/mirador.min.js",),
    fills_styles=True,
    opens_manifests=True,
)
VIEWERS: Mapping[str, Viewer] = MappingProxyType({viewer.name: viewer for viewer in (OPENSEADRAGON, LEAFLET, MIRADOR)})


@cache
def is_static(path: str) -> bool:
    return finders.find(path) is not None


@never_cache
@require_safe
def viewer(request: HttpRequest) -> HttpResponse:
    """The image whose info.json is at `iiif`, or the pages of the manifest there, in the viewer that `viewer` names;
    without any, images to choose.
    """
    runtime = current_runtime()
    address = request.GET.get("iiif", "").strip()
    if not address:
        return page(request, "viewer.html", runtime, {"samples": shown_samples(request, runtime)})
    try:
        chosen = chosen_viewer(request.GET.get("viewer"), viewers_for(address))
        check_shown_address(address, own_origins(request, runtime.http), runtime.http.viewer_hosts)
    except IIIFError as error:
        told = {"address": address, "sentence": error.sentence}
        return page(request, "viewer.html", runtime, told, status_of(error))
    return viewer_page(request, runtime, chosen, address)


def viewer_page(request: HttpRequest, runtime: Runtime, chosen: Viewer, address: str) -> HttpResponse:
    http = runtime.http
    link = f"{public_origin(request, http.public_url)}{viewer_link(request, http, address, viewer=chosen.name)}"
    choices = viewer_choices(request, http, address, chosen)
    context = {
        "address": address,
        "is_manifest": is_manifest(address),
        "link": link,
        "chosen": chosen,
        "choices": choices,
    }
    response = page(request, "viewer.html", runtime, context)
    response[HEADER] = viewer_policy(request, http, chosen)
    return response


def viewers_for(address: str) -> list[Viewer]:
    """Those that can show it, the one that does unless another is chosen first."""
    return [viewer for viewer in VIEWERS.values() if viewer.opens_manifests or not is_manifest(address)]


def chosen_viewer(name: str | None, offered: Sequence[Viewer]) -> Viewer:
    """Raises `BadRequest` for a name of none of them, and `TryAgainLater` for one whose files are not there."""
    chosen = next((viewer for viewer in offered if name in {None, viewer.name}), None)
    if chosen is None:
        names = ", ".join(viewer.name for viewer in offered)
        raise BadRequest(f"There is no such viewer for this here: write one of {names}.")
    if not chosen.is_installed:
        raise TryAgainLater(f"{chosen.title} is not installed on this server: “make install” fetches it.")
    return chosen


def viewer_choices(request: HttpRequest, http: Http, address: str, chosen: Viewer) -> list[dict[str, Any]]:
    """Each viewer with the link that shows the same image in it."""
    return [
        {"title": one.title, "link": viewer_link(request, http, address, viewer=one.name), "is_chosen": one is chosen}
        for one in viewers_for(address)
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
