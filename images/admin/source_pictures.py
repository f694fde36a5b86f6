"""Small pictures of a source's images, for staff.

Not those of the public address: the source may be switched off, another source may have an image of the same
identifier, and a site may answer listed sizes alone. What is hidden from whoever looks is hidden here too.
"""

from __future__ import annotations

from html import escape
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from iiifserver.backend import BackendError
from iiifserver.iiif.errors import IIIFError
from iiifserver.iiif.formats import Format
from iiifserver.iiif.geometry import scaled
from iiifserver.iiif.values import Box, Extent, InfoRequest, Limits
from iiifserver.iiif.visitor import Visitor
from processors.runtime import SourceImage

from .. import pipeline
from ..looking_up import look_up
from ..pipeline import PlannedImage
from ..responses import NEVER_STORED, OWN_BROWSER_ONLY, status_of, unless_fresh
from ..runtime import Runtime, current_runtime
from ..visitors import visitor_of
from .drawing import asked_by, picture_request
from .source_row import Desk, looking_into, source_in_use

EDGE = 240


def source_picture(desk: Desk, request: HttpRequest) -> HttpResponse:
    """The image that `identifier` names, as a small JPEG; where there is none to show, a picture that says why."""
    try:
        runtime = current_runtime()
        source = source_in_use(desk.row, runtime)
        response = small_picture(request, looking_into(source, runtime, request))
    except BackendError as error:
        response = said_in_a_picture(str(error), HTTPStatus.SERVICE_UNAVAILABLE)
    except IIIFError as error:
        response = said_in_a_picture(error.sentence, status_of(error))
    return response


def small_picture(request: HttpRequest, runtime: Runtime) -> HttpResponse:
    asked, visitor = asked_by(request.GET.get("identifier", "")), visitor_of(request)
    generation = runtime.caches.generation
    source = look_up(asked, runtime, fields=runtime.overlays.field_names)
    planned = planned_picture(asked, source, visitor, runtime, generation)
    etag = f'"{planned.key.picture}"'
    response = unless_fresh(request, etag, None)
    if response is None:
        response = HttpResponse(pipeline.serve(planned, runtime), content_type=Format.JPG.media_type)
    response["ETag"] = etag
    response["Cache-Control"] = OWN_BROWSER_ONLY
    return response


def planned_picture(
    asked: InfoRequest, source: SourceImage, visitor: Visitor, runtime: Runtime, generation: int
) -> PlannedImage:
    """What is to be done for a small picture of all of the image. Raises any error of the tree."""
    extent = source.facts.extent
    size = small_size(extent, runtime.endpoints.rules.limits)
    picture = picture_request(asked, Box(0, 0, extent.width, extent.height), size)
    return pipeline.prepare_from(source, picture, visitor, runtime, generation)


def small_size(extent: Extent, limits: Limits) -> Extent:
    """As large as fits into a square, and into the limits of the server."""
    edge = EDGE
    while True:
        longest = max(extent.width, extent.height, edge)
        size = Extent(scaled(extent.width, edge, longest), scaled(extent.height, edge, longest))
        if limits.allow(size) or edge == 1:
            return size
        edge //= 2


def said_in_a_picture(sentence: str, status: int) -> HttpResponse:
    """The sentence as an SVG, which browsers show where they wait for a picture."""
    words, lines = sentence.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 26:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    spans = "".join(f'<tspan x="120" dy="20">{escape(line)}</tspan>' for line in lines)
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 160"><rect width="240" height="160" fill="#7773"/>'
        f'<text y="{80 - 10 * len(lines)}" font-family="sans-serif" font-size="15" text-anchor="middle" '
        f'fill="#777">{spans}</text></svg>'
    )
    response = HttpResponse(drawing, content_type="image/svg+xml", status=status)
    response["Cache-Control"] = NEVER_STORED
    return response
