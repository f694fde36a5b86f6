"""Images to draw on: as their sources have them, nothing drawn and nothing hidden, for those who set up overlays."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from http import HTTPStatus

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from caching.runtime import Caches
from iiifserver.iiif.errors import BadRequest, IIIFError
from iiifserver.iiif.formats import Format
from iiifserver.iiif.meta_identifier import read_meta_identifier
from iiifserver.iiif.parameters import ExactSize, PixelRegion
from iiifserver.iiif.values import ApiVersion, Box, Extent, ImageRequest, InfoRequest, Quality, Rotation
from overlays.runtime import Overlays

from .. import pipeline
from ..pages.showing import typed_identifier
from ..responses import NEVER_STORED, status_of
from ..runtime import Runtime, current_runtime
from ..visitors import visitor_of

PERMISSION = "iiif_overlays.change_overlay"
TILE = 512
NUMBERS = re.compile(r"(\d{1,7}),(\d{1,7}),(\d{1,7}),(\d{1,7})/(\d{1,4}),(\d{1,4})")

View = Callable[[HttpRequest], HttpResponse]


def drawing_urls(site: AdminSite) -> list[URLPattern]:
    """What the drawing board asks for."""
    return [
        path("drawing/image", site.admin_view(image_to_draw_on), name="iiif_images_drawing_image"),
        path("drawing/tile", site.admin_view(tile_to_draw_on), name="iiif_images_drawing_tile"),
    ]


def for_who_sets_up_overlays(view: View) -> View:
    """Lets in only those who could take the overlays off, and answers errors of the tree with their sentence."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        try:
            response = view(request)
        except IIIFError as error:
            response = JsonResponse({"sentence": error.sentence}, status=status_of(error))
        response["Cache-Control"] = NEVER_STORED
        return response

    return guarded


def bare(runtime: Runtime) -> Runtime:
    """The runtime with nothing drawn and nothing hidden, and nothing of that remembered."""
    served = in_any_size(runtime)
    endpoints = replace(served.endpoints, versions=served.endpoints.versions | {ApiVersion.V3})
    return replace(served, endpoints=endpoints, overlays=Overlays(), caches=Caches())


def in_any_size(runtime: Runtime) -> Runtime:
    """The runtime that answers sizes besides those that info.json lists, within the same limits."""
    rules = replace(runtime.endpoints.rules, restricts_to_sizes=False)
    return replace(runtime, endpoints=replace(runtime.endpoints, rules=rules))


@require_safe
@for_who_sets_up_overlays
def image_to_draw_on(request: HttpRequest) -> HttpResponse:
    """Width and height of the image that `identifier` names, upright."""
    asked = asked_for(request)
    facts = pipeline.describe(asked, bare(current_runtime())).facts
    return JsonResponse({"width": facts.extent.width, "height": facts.extent.height, "tile": TILE})


@require_safe
@for_who_sets_up_overlays
def tile_to_draw_on(request: HttpRequest) -> HttpResponse:
    """The region `x,y,width,height/width,height` of the image as JPEG."""
    asked, runtime = asked_for(request), bare(current_runtime())
    found = NUMBERS.fullmatch(request.GET.get("region", ""))
    if found is None:
        raise BadRequest("Name a region and a size, such as 0,0,512,512/512,512.")
    x, y, width, height, *size = (int(number) for number in found.groups())
    tile = picture_request(asked, Box(x, y, width, height), Extent(*size))
    if max(size) > TILE:
        raise BadRequest(f"Tiles to draw on have at most {TILE} pixels on each edge.")
    planned = pipeline.prepare(tile, visitor_of(request), runtime)
    return HttpResponse(pipeline.render(planned, runtime), content_type=Format.JPG.media_type, status=HTTPStatus.OK)


def asked_for(request: HttpRequest) -> InfoRequest:
    """The image and page that somebody typed; raises any error of the tree."""
    return asked_by(request.GET.get("identifier", ""))


def asked_by(text: str) -> InfoRequest:
    if not text.strip():
        raise BadRequest("Name an image.")
    delimiter = current_runtime().endpoints.meta_delimiter
    meta = read_meta_identifier(typed_identifier(text.strip()).value, delimiter)
    return InfoRequest(ApiVersion.V3, meta.identifier, meta.page or 1)


def picture_request(asked: InfoRequest, box: Box, size: Extent) -> ImageRequest:
    """A request for that part of the image in that size, as JPEG."""
    return ImageRequest(
        version=asked.version,
        identifier=asked.identifier,
        region=PixelRegion(box.x, box.y, box.width, box.height),
        size=ExactSize(size.width, size.height, upscale=False),
        rotation=Rotation(),
        quality=Quality.DEFAULT,
        format=Format.JPG,
        page=asked.page,
    )
