"""What an overlay that is being set up does to an image, before it is saved."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST
from PIL import Image, ImageChops

from caching.runtime import Caches
from iiifserver.backend import BackendError
from iiifserver.iiif.errors import IIIFError
from iiifserver.iiif.geometry import scaled
from iiifserver.iiif.values import ApiVersion, Box, Extent, InfoRequest, SourceFacts
from iiifserver.iiif.visitor import Visitor
from iiifserver.shelf import build
from overlays.applied import ActiveOverlay, Applied
from overlays.base import Words
from overlays.models import Overlay
from overlays.registry import overlays
from overlays.runtime import Overlays, active_overlay
from overlays.uploads import drafts

from .. import pipeline
from ..runtime import Runtime, current_runtime
from ..visitors import visitor_of
from .drawing import asked_by, for_who_sets_up_overlays, in_any_size, picture_request

WIDTHS = (200, 480, 960)
TILE = 256
MOST_TILES_ACROSS = 3
NO_MARK = (1, 2, 3)
"""A colour that hardly any mark has."""


def preview_urls(site: AdminSite) -> list[URLPattern]:
    """What the form of an overlay asks for while somebody types."""

    @require_POST
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        return for_who_sets_up_overlays(lambda request: preview(request, site, pk))(request)

    return [path("preview/<int:pk>", site.admin_view(view), name="iiif_images_overlay_preview")]


def preview(request: HttpRequest, site: AdminSite, pk: int) -> HttpResponse:
    """The pictures of a sample under the unsaved form; or what is wrong with it, in sentences."""
    row = get_object_or_404(Overlay, pk=pk)
    name = row.name
    with drafts():
        problems = list(fill_in(row, request, site))
        if problems:
            return JsonResponse({"problems": problems})
        try:
            draft = active_overlay(row, build(overlays, row))
        except BackendError as error:
            return JsonResponse({"problems": [str(error)]})
        runtime = in_any_size(with_draft(current_runtime(), name, draft))
        asked = replace(asked_by(request.POST.get("preview_identifier", "")), version=shown_version(row, runtime))
        facts = pipeline.describe(asked, runtime).facts
        shown_to = visitor_of(request) if request.POST.get("preview_as") == "me" else Visitor()
        pictures = [made.document() for made in made_pictures(asked, facts, runtime, shown_to)]
    return JsonResponse({"problems": [], "pictures": pictures})


def shown_version(row: Overlay, runtime: Runtime) -> ApiVersion:
    """The version of the Image API that the rule is for, else the newest that is served."""
    return ApiVersion(row.api_version) if row.api_version else max(runtime.endpoints.versions, default=ApiVersion.V3)


def fill_in(row: Overlay, request: HttpRequest, site: AdminSite) -> Iterator[str]:
    """Sets the row to what the form says, without saving it; yields what is wrong with the form."""
    form_class = site.get_model_admin(Overlay).get_form(request, row, change=True)
    form: Any = form_class(request.POST, request.FILES, instance=row)
    for name, errors in form.errors.items():
        label = form[name].label if name in form.fields else ""
        yield from (f"{label}: {error}" if label else str(error) for error in errors)


def with_draft(runtime: Runtime, name: str, draft: ActiveOverlay) -> Runtime:
    """The runtime with the draft in the place of the row of that name; nothing is remembered."""
    active = list(runtime.overlays.active)
    places = [place for place, overlay in enumerate(active) if overlay.name == name]
    active[places[0] if places else len(active) : places[0] + 1 if places else len(active)] = [draft]
    return replace(runtime, overlays=Overlays(tuple(active)), caches=Caches())


@dataclass(frozen=True, slots=True)
class Made:
    """One picture of the preview."""

    kind: str
    box: Box
    size: Extent
    content: bytes
    is_touched: bool
    """Whether something of an overlay shows on it: there may be no room for one that applies."""
    words: tuple[Words, ...]
    """What rules write into it besides its pixels."""

    def document(self) -> dict[str, Any]:
        address = f"data:image/jpeg;base64,{base64.b64encode(self.content).decode()}"
        return {
            "kind": self.kind,
            "x": self.box.x,
            "y": self.box.y,
            "width": self.size.width,
            "height": self.size.height,
            "address": address,
            "isTouched": self.is_touched,
            "words": [sentence for words in self.words for sentence in sentences_on(words)],
        }


def sentences_on(words: Words) -> Iterator[str]:
    if words.keep:
        yield f"Kept of the file's own words: {words.keep}."
    if words.copyright_notice:
        yield f"Copyright notice: {words.copyright_notice}"
    if words.credit:
        yield f"Credit: {words.credit}"
    if words.source:
        yield f"Source: {words.source}"


def made_pictures(asked: InfoRequest, facts: SourceFacts, runtime: Runtime, visitor: Visitor) -> Iterator[Made]:
    """The whole image in a few sizes, then the tiles of one resolution; without what may not be asked for."""
    whole = Box(0, 0, facts.extent.width, facts.extent.height)
    wanted = [("whole", whole, size) for size in sizes_of(facts.extent)]
    wanted += [("tile", box, size) for box, size in tiles_of(facts.extent)]
    for kind, box, size in wanted:
        try:
            planned = pipeline.prepare(picture_request(asked, box, size), visitor, runtime)
        except IIIFError:
            continue
        content = pipeline.render(planned, runtime)
        yield Made(kind, box, size, content, is_touched(planned.overlays), planned.overlays.words)


def is_touched(applied: Applied) -> bool:
    return bool(applied.coverings) or draws(applied)


def draws(applied: Applied) -> bool:
    """Whether anything of the overlays is seen on an empty picture of the same size."""
    if applied.answer is None or not applied.drawn:
        return False
    output = applied.answer.output
    empty = Image.new("RGB", (output.width, output.height), NO_MARK)
    return ImageChops.difference(empty, applied.draw(empty).convert("RGB")).getbbox() is not None


def sizes_of(extent: Extent) -> list[Extent]:
    """A few widths, none above the image's own."""
    widths = sorted({min(width, extent.width) for width in WIDTHS})
    return [Extent(width, scaled(extent.height, width, extent.width)) for width in widths]


def tiles_of(extent: Extent) -> Iterator[tuple[Box, Extent]]:
    """The tiles of the largest resolution that has few enough of them."""
    factor = 1
    while max(extent.width, extent.height) > MOST_TILES_ACROSS * TILE * factor:
        factor *= 2
    step = TILE * factor
    for y in range(0, extent.height, step):
        for x in range(0, extent.width, step):
            box = Box(x, y, min(step, extent.width - x), min(step, extent.height - y))
            yield box, Extent(-(-box.width // factor), -(-box.height // factor))
