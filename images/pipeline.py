"""The order of work from a request to bytes. Plain values in, plain values out: no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from caching.keys import CacheKey, cache_key, digest
from iiifserver.iiif.features import met_profile, profile_uri, refuse_what_is_not_offered
from iiifserver.iiif.geometry import rotated_extent
from iiifserver.iiif.resolution import resolve
from iiifserver.iiif.values import ImageRequest, InfoRequest, RenderPlan
from processors.encoders import encode
from processors.operations import picture

from .metrics import handed_out_total, renders_total

if TYPE_CHECKING:
    from iiifserver.iiif.visitor import Visitor
    from overlays.runtime import Applied
    from processors.runtime import SourceImage

    from .runtime import Runtime


@dataclass(frozen=True, slots=True)
class PlannedImage:
    """Everything that is decided about an answer before a pixel is read."""

    source: SourceImage
    plan: RenderPlan
    overlays: Applied
    key: CacheKey
    generation: int
    """The newest purge when the work began."""
    canonical: str
    """The canonical parameters: `{region}/{size}/{rotation}/{quality}.{format}`."""
    profile: str
    """The address of the compliance level that this image keeps."""
    last_modified: datetime | None


def look_up(request: ImageRequest | InfoRequest, visitor: Visitor, runtime: Runtime) -> SourceImage:
    """The image with the facts of the page, for a visitor who may see it. Raises any error of the tree."""
    identifier, page = request.identifier, request.page
    generation = runtime.caches.generation
    runtime.policy.admit(visitor, identifier)
    found = runtime.sources.find(identifier)
    state = (found.version, runtime.revision, page)
    inspected = runtime.caches.known(
        digest(identifier.value), state, generation, lambda: runtime.processors.inspect(found, page)
    )
    return inspected.of(found)


def describe(request: InfoRequest, visitor: Visitor, runtime: Runtime) -> SourceImage:
    """The image that an info.json is about."""
    runtime.endpoints.check_enabled(request.version)
    return look_up(request, visitor, runtime)


def prepare(request: ImageRequest, visitor: Visitor, runtime: Runtime) -> PlannedImage:
    """Everything but the pixels. Raises any error of the tree."""
    generation = runtime.caches.generation
    runtime.endpoints.check_enabled(request.version)
    refuse_what_is_not_offered(request, runtime.capabilities)
    source = look_up(request, visitor, runtime)
    rules = runtime.endpoints.rules
    resolved = resolve(request, source.facts, rules)
    render_plan = resolved.plan
    overlays = runtime.overlays.applying(request.identifier, rotated_extent(render_plan.size, render_plan.rotation))
    return PlannedImage(
        source=source,
        plan=render_plan,
        overlays=overlays,
        key=cache_key(
            request.identifier.value, source.found.version, render_plan, runtime.output, overlays.fingerprints
        ),
        generation=generation,
        canonical=resolved.canonical,
        profile=profile_uri(request.version, met_profile(request.version, source.facts, runtime.capabilities, rules)),
        last_modified=runtime.newest(source.found.last_modified),
    )


def serve(planned: PlannedImage, runtime: Runtime) -> bytes:
    """The encoded picture: as the source stores it, remembered, or made now. Raises any error of the tree."""
    stored = stored_picture(planned, runtime)
    if stored is not None:
        handed_out_total.inc()
        return stored
    return runtime.caches.picture(planned.key, planned.generation, lambda: render(planned, runtime))


def stored_picture(planned: PlannedImage, runtime: Runtime) -> bytes | None:
    """The picture as the source's file holds it, where that is all that was asked for. Quicker than any cache."""
    return None if planned.overlays.backends else planned.source.stored(planned.plan, runtime.output)


def render(planned: PlannedImage, runtime: Runtime) -> bytes:
    """The encoded picture, made from the source's pixels."""
    renders_total.inc()
    raster = planned.source.read(planned.plan)
    image = picture(raster, planned.plan, planned.source.facts.orientation, runtime.output)
    marked = planned.overlays.draw(image, planned.plan.quality)
    return encode(marked, planned.plan.format, runtime.output.encoder)
