"""Images as pages show them: looked up as a request for their info.json would be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest

from iiifserver.iiif.errors import IIIFError
from iiifserver.iiif.paths import encode_identifier, parse_path
from iiifserver.iiif.values import ApiVersion, Identifier, InfoRequest, SourceFacts

from .. import pipeline
from ..runtime import Runtime
from ..samples import SAMPLES, Sample
from .links import ImageLinks, image_links
from .site import served_versions


@dataclass(frozen=True, slots=True)
class ShownImage:
    """An image that this visitor may see."""

    identifier: str
    facts: SourceFacts
    links: ImageLinks


@dataclass(frozen=True, slots=True)
class ShownSample:
    """A sample with its words."""

    sample: Sample
    image: ShownImage


def show(request: HttpRequest, runtime: Runtime, version: ApiVersion, text: str) -> ShownImage:
    """The image with the identifier that somebody typed. Raises any error of the tree."""
    identifier = typed_identifier(text)
    source = pipeline.describe(InfoRequest(version, identifier), runtime)
    return ShownImage(identifier.value, source.facts, image_links(request, runtime, version, identifier))


def typed_identifier(text: str) -> Identifier:
    """The identifier, refused for the same reasons for which the service refuses it in an address."""
    return parse_path(encode_identifier(text)).identifier


def shown_samples(request: HttpRequest, runtime: Runtime, version: ApiVersion | None = None) -> list[ShownSample]:
    """The samples that are there and that this visitor may see, in the version asked for or the one to prefer."""
    versions = [version] if version else served_versions(runtime.endpoints)
    return list(found_samples(request, runtime, versions[0])) if versions else []


def found_samples(request: HttpRequest, runtime: Runtime, version: ApiVersion) -> Iterator[ShownSample]:
    for sample in SAMPLES:
        try:
            yield ShownSample(sample, show(request, runtime, version, sample.name))
        except IIIFError:
            # Staff may have removed a sample, its source, or the right to see it.
            continue
