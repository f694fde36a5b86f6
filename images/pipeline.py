"""The order of work from a request to bytes. Plain values in, plain values out: no Django."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from caching.keys import CacheKey, Subject, cache_key
from iiifserver.delegates.context import operations_of
from iiifserver.iiif.features import met_profile, profile_uri, refuse_what_is_not_offered
from iiifserver.iiif.geometry import rotated_extent
from iiifserver.iiif.metadata import NOTHING, Embedded
from iiifserver.iiif.resolution import resolve
from iiifserver.iiif.values import ImageRequest, InfoRequest, RenderPlan, SizeRules
from iiifserver.watching.work import File, Kind
from overlays.base import Answer
from processors.encoders import encode
from processors.operations import picture

from . import policy
from .looking_up import look_up, topic_of
from .metrics import handed_out_total, renders_total
from .site_additions import site_xmp, with_site_overlays
from .wording import with_words

if TYPE_CHECKING:
    from iiifserver.iiif.visitor import Visitor
    from overlays.applied import Applied
    from processors.output import Output
    from processors.runtime import SourceImage

    from .runtime import Runtime


@dataclass(frozen=True, slots=True)
class PlannedImage:
    """Everything that is decided about an answer before a pixel is read."""

    source: SourceImage
    plan: RenderPlan
    overlays: Applied
    xmp: bytes
    """The XMP by the site's delegate that it carries; empty where the settings say which."""
    key: CacheKey
    generation: int
    """The newest purge when the work began."""
    canonical: str
    """The canonical parameters: `{region}/{size}/{rotation}/{quality}.{format}`."""
    profile: str
    """The address of the compliance level that this image keeps."""
    last_modified: datetime | None

    def confirm(self) -> None:
        """Makes sure that the source still has this image. Raises `SourceReplaced` where it has not."""
        self.source.found.confirm()

    @property
    def file(self) -> File:
        return File(self.key.subject.identifier, self.source.version)


def describe(request: InfoRequest, runtime: Runtime) -> SourceImage:
    """The image that an info.json is about."""
    runtime.endpoints.check_enabled(request.version)
    needed = runtime.descriptions.mapping.needed_for(request.version)
    return look_up(request, runtime, fields=needed)


def present(request: InfoRequest, runtime: Runtime, most_pages: int) -> SourceImage:
    """The image that a manifest is about, with what it says of itself and the facts of so many of its pages."""
    runtime.endpoints.check_manifests()
    return look_up(request, runtime, fields=runtime.descriptions.mapping.names, most_pages=most_pages)


def prepare(request: ImageRequest, visitor: Visitor, runtime: Runtime, *, confirms_later: bool = False) -> PlannedImage:
    """Everything but the pixels. Who calls `confirm` before he answers may have it of the image as it was known long
    ago. Raises any error of the tree.
    """
    runtime = runtime.consulting()
    generation = runtime.caches.generation
    runtime.endpoints.check_enabled(request.version)
    refuse_what_is_not_offered(request, runtime.capabilities)
    fields = runtime.overlays.field_names
    source = look_up(request, runtime, fields=fields, confirms_later=confirms_later)
    return prepare_from(source, request, visitor, runtime, generation)


def prepare_from(
    source: SourceImage, request: ImageRequest, visitor: Visitor, runtime: Runtime, generation: int
) -> PlannedImage:
    """The same for an image that has been looked up, with the fields that overlays ask for."""
    rules = runtime.endpoints.rules_for(request.version)
    resolved = resolve(request, source.facts, rules)
    render_plan = resolved.plan
    source = source.for_format(render_plan.format)
    release(source, render_plan, runtime)
    overlays = applied_overlays(answer_to(request, visitor, source, render_plan, rules), runtime)
    consultation = runtime.consultation
    xmp = site_xmp(source, render_plan, consultation) if consultation is not None else b""
    may_change = overlays.may_change_by_itself or (consultation is not None and consultation.shapes_pictures)
    return PlannedImage(
        source=source,
        plan=render_plan,
        overlays=overlays,
        xmp=xmp,
        key=cache_key(
            Subject(request.identifier.value, source.found.source),
            source.version,
            render_plan,
            runtime.output,
            overlays.fingerprints,
            *((xmp,) if xmp else ()),
        ),
        generation=generation,
        canonical=resolved.canonical,
        profile=profile_uri(request.version, met_profile(request.version, source.facts, runtime.capabilities, rules)),
        last_modified=None if may_change else runtime.newest(source.last_modified),
    )


def release(source: SourceImage, plan: RenderPlan, runtime: Runtime) -> None:
    """Raises an error of the tree unless the visitor may have just this answer."""
    consultation = runtime.consultation
    if consultation is not None:
        consultation.learn(
            operations=operations_of(plan, source.facts),
            output_format=plan.format.media_type,
            resulting_size=rotated_extent(plan.size, plan.rotation),
        )
    policy.release(consultation)


def answer_to(
    request: ImageRequest, visitor: Visitor, source: SourceImage, plan: RenderPlan, rules: SizeRules
) -> Answer:
    """What the rules of overlays look at."""
    return Answer(
        identifier=request.identifier,
        facts=source.facts,
        plan=plan,
        source=source.found.source,
        version=request.version,
        visitor=visitor,
        rules=rules,
        fields=source.fields,
    )


def applied_overlays(answer: Answer, runtime: Runtime) -> Applied:
    """What is drawn on the answer and hidden from it, by rows and by the site's delegate."""
    applied = runtime.overlays.applying(answer)
    return applied if runtime.consultation is None else with_site_overlays(applied, answer, runtime.consultation)


def serve(planned: PlannedImage, runtime: Runtime) -> bytes:
    """The encoded picture: as the source stores it, remembered, or made now. Raises any error of the tree."""
    content = stored_picture(planned, runtime)
    if content is not None:
        handed_out_total.inc()
    else:
        content = runtime.caches.picture(planned.key, planned.generation, lambda: render(planned, runtime))
    note_what_was_learned(planned, runtime)
    return content


def note_what_was_learned(planned: PlannedImage, runtime: Runtime) -> None:
    """Has the next process know what this one found out about the file while it made the picture."""
    source, page = planned.source, planned.plan.page
    if source.processor.has_learned(source.found, page) and runtime.caches.infos.outlive_processes:
        topic = topic_of(source.found, planned.key.subject, page, runtime)
        runtime.caches.infos.put(topic, source.inspected, planned.generation)


def stored_picture(planned: PlannedImage, runtime: Runtime) -> bytes | None:
    """The picture as the source's file holds it, where that is all that was asked for. Quicker than any cache."""
    is_bare = planned.overlays.is_empty and not planned.xmp
    if not is_bare:
        return None
    with reading(planned, runtime):
        return planned.source.stored(planned.plan, output_for(planned, runtime))


def reading(planned: PlannedImage, runtime: Runtime) -> AbstractContextManager[None]:
    """A `with` block in which the image is read, or its working copy."""
    return runtime.copies.reading(planned.source, planned.key.subject.identifier, planned.plan.page)


def render(planned: PlannedImage, runtime: Runtime) -> bytes:
    """The encoded picture, made from the source's pixels."""
    renders_total.inc()
    overlays = planned.overlays
    with runtime.guard.decoding(planned.file, Kind.PIXELS), reading(planned, runtime):
        raster = planned.source.read(planned.plan, runtime.output, is_drawn_on=not overlays.is_empty)
    covered = replace(raster, image=overlays.cover_read(raster.image, raster.window))
    orientation = planned.source.facts.orientation
    image = picture(covered, planned.plan, orientation, runtime.output, overlays.cover_scaled)
    marked = overlays.draw(image)
    words = words_of(planned, runtime)
    return encode(marked, planned.plan.format, runtime.output.encoder, words, raster.profile)


def words_of(planned: PlannedImage, runtime: Runtime) -> Embedded:
    """What is written into the answer besides its pixels. Raises any error of the tree."""
    words = kept_words(planned, runtime)
    return replace(words, xmp=planned.xmp) if planned.xmp else words


def output_for(planned: PlannedImage, runtime: Runtime) -> Output:
    """The output settings, with words for this image and this answer."""
    return with_words(runtime.output.for_image(planned.key.subject.identifier), planned.overlays.words)


def kept_words(planned: PlannedImage, runtime: Runtime) -> Embedded:
    """What the settings have it carry of what the file says of itself."""
    output = output_for(planned, runtime)
    if not planned.source.has_place_for_words(planned.plan, output):
        return NOTHING
    with runtime.guard.decoding(planned.file, Kind.WORDS):
        return planned.source.words(planned.plan, output)
