"""From a request to the image: who may see it, which source has it, and what it is. Plain values: no Django."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from caching.infos import Topic
from caching.keys import Subject
from iiifserver.iiif.errors import DecoderCrashed, DecodingTooSlow, ImageTooLarge
from iiifserver.watching.work import File, Kind

from . import policy
from .finding import find
from .site_additions import metadata_of

if TYPE_CHECKING:
    from iiifserver.iiif.found import Found
    from iiifserver.iiif.values import ImageRequest, InfoRequest
    from processors.runtime import Inspected, SourceImage

    from .runtime import Runtime

READ_FROM_COPIES = (DecoderCrashed, DecodingTooSlow, ImageTooLarge)
"""Why an image is not opened whose working copy can be read all the same."""


def look_up(
    request: ImageRequest | InfoRequest,
    runtime: Runtime,
    *,
    fields: Collection[str] = (),
    most_pages: int = 0,
    confirms_later: bool = False,
) -> SourceImage:
    """The image with the facts of the page, for a visitor who may see it; where they are asked for, with fields of what
    it says of itself, and the facts of so many of its pages. Who calls its `confirm` later may have it as it was known
    long ago. Raises any error of the tree.
    """
    generation = runtime.caches.generation
    runtime = asking_about(request, runtime)
    policy.admit(runtime.consultation)
    page = found_page(request, runtime, generation, confirms_later=confirms_later)
    try:
        inspected = page.inspected()
    except READ_FROM_COPIES:
        copy = page.copy_alone()
        if copy is None:
            raise
        source = copy
    else:
        source = page.image(page.enriched(inspected, fields, most_pages))
    tell_facts(source, page.file, request.page, runtime)
    return source


def admit(request: InfoRequest, runtime: Runtime) -> None:
    """Raises an error of the tree unless the visitor may see the image, whether there is one or not."""
    policy.admit(asking_about(request, runtime).consultation)


def asking_about(request: ImageRequest | InfoRequest, runtime: Runtime) -> Runtime:
    """The runtime, whose delegate, if there is one, knows what is asked for."""
    runtime = runtime.consulting()
    if runtime.consultation is not None:
        runtime.consultation.learn(
            identifier=request.identifier.value,
            page_number=request.page,
            scale_constraint=request.scale.as_integer_ratio(),
            api_version=int(request.version),
            limits=runtime.endpoints.rules.limits,
        )
    return runtime


def tell_facts(source: SourceImage, file: File, page: int, runtime: Runtime) -> None:
    """Tells the delegate, if there is one, what is known of the image."""
    if runtime.consultation is not None:
        runtime.consultation.learn(
            full_size=source.facts.extent,
            page_count=source.facts.page_count,
            source_format=source.facts.format_name,
            metadata=metadata_of(source, file, page, runtime.guard),
        )


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of an image that a source has, and the ways to know more of it."""

    found: Found
    file: File
    topic: Topic
    generation: int
    """The newest purge when the work began."""
    runtime: Runtime

    def inspected(self) -> Inspected:
        """What is known of it, remembered or read now. Raises any error of the tree."""
        self.runtime.guard.check(self.file)
        return self.runtime.caches.known(self.topic, self.generation, self._inspect)

    def _inspect(self) -> Inspected:
        with self.runtime.guard.decoding(self.file, Kind.HEADER):
            return self.runtime.processors.inspect(self.found, self.topic.page)

    def enriched(self, inspected: Inspected, fields: Collection[str], most_pages: int) -> Inspected:
        """The same with what is asked for besides, which is remembered from now on. Raises any error of the tree."""
        known = inspected
        if fields and known.fields is None:
            with self.runtime.guard.decoding(self.file, Kind.WORDS):
                known = known.with_fields(self.found, self.topic.page, self.runtime.field_names)
        if most_pages and known.pages is None:
            with self.runtime.guard.decoding(self.file, Kind.HEADER):
                known = known.with_pages(self.found, most_pages)
        if known is not inspected:
            self.runtime.caches.infos.put(self.topic, known, self.generation)
        return known

    def image(self, inspected: Inspected) -> SourceImage:
        """The image with its working copy, as far as there is one."""
        source, runtime = inspected.of(self.found), self.runtime
        return runtime.copies.of(source, self.file.identifier, self.topic.page, runtime.caches.purges, runtime.guard)

    def copy_alone(self) -> SourceImage | None:
        """The image as its working copy shows it; `None` where there is none."""
        runtime = self.runtime
        return runtime.copies.alone(
            self.found, self.file.identifier, self.topic.page, runtime.caches.purges, runtime.guard
        )


def found_page(
    request: ImageRequest | InfoRequest, runtime: Runtime, generation: int, *, confirms_later: bool
) -> FoundPage:
    """Where the image is. Raises as `find` does."""
    identifier = request.identifier.value
    found = find(request.identifier, runtime, confirms_later=confirms_later)
    found = runtime.caches.source_files.keeping(found, identifier, generation)
    topic = topic_of(found, Subject(identifier, found.source), request.page, runtime)
    return FoundPage(found, File(identifier, found.version), topic, generation, runtime)


def topic_of(found: Found, subject: Subject, page: int, runtime: Runtime) -> Topic:
    """What is remembered of a page: until the file changes, or a setting on which it depends."""
    formats = None if found.formats is None else tuple(sorted(found.formats))
    version = (found.version, runtime.info_settings, formats)
    return Topic(subject, version, page, runtime.processors.form_of(found, page))
