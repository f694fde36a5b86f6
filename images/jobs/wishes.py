"""The pictures that viewers will ask for of an image: its listed sizes, its tiles, or what stood in an access log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from iiifserver.iiif.errors import BadRequest, SourceMissing
from iiifserver.iiif.meta_identifier import MetaIdentifier
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import ImagePath, parse_path
from iiifserver.iiif.pyramid import Pyramid, pyramid_of
from iiifserver.iiif.reduction import reduced_facts, reduced_rules
from iiifserver.iiif.values import ApiVersion, ImageRequest, InfoRequest, Limits, SourceFacts

from .. import pipeline
from ..grammar import grammar_of
from ..runtime import Runtime
from ..spelling import decoded


@dataclass(frozen=True, slots=True)
class Extents:
    """Which pictures of each image are wanted."""

    sizes: bool = True
    tiles: bool = True


def requests_of(text: str, extents: Extents, runtime: Runtime) -> Iterator[ImageRequest]:
    """Every request for an image. Raises any error of the tree."""
    runtime = runtime.consulting()
    version = max(runtime.endpoints.versions)
    meta, facts = described(text, version, runtime)
    rules = reduced_rules(runtime.endpoints.rules_for(version), meta.scale)
    pyramid = pyramid_of(reduced_facts(facts, meta.scale), rules)
    if extents.sizes:
        for region, size in listed_sizes(pyramid, rules.limits):
            yield requested(version, meta, region, size, runtime)
    if extents.tiles:
        for region, size in tiles(pyramid):
            yield requested(version, meta, region, size, runtime)


def described(text: str, version: ApiVersion, runtime: Runtime) -> tuple[MetaIdentifier, SourceFacts]:
    """The image of that identifier; where there is none, that of which this is the spelling in an address."""
    try:
        return described_as(text, version, runtime)
    except (SourceMissing, BadRequest):
        respelled = decoded(text, grammar_of(runtime).slash_substitute)
        if respelled == text:
            raise
        return described_as(respelled, version, runtime)


def described_as(text: str, version: ApiVersion, runtime: Runtime) -> tuple[MetaIdentifier, SourceFacts]:
    meta = grammar_of(runtime).read(text)
    request = InfoRequest(version, meta.identifier, meta.page or 1, meta.scale)
    return meta, pipeline.describe(request, runtime).facts


def requested(version: ApiVersion, meta: MetaIdentifier, region: str, size: str, runtime: Runtime) -> ImageRequest:
    """As a viewer would ask: not turned, in the quality that the version calls usual, in the format it would choose."""
    formats = runtime.capabilities.preferred_formats
    path = ImagePath(
        raw_identifier="",
        identifier=meta.identifier,
        region=region,
        size=size,
        rotation="0",
        quality="native" if version is ApiVersion.V1 else "default",
        extension=formats[0].extension if formats else "jpg",
    )
    return parse_image_request(version, path, meta)


def listed_sizes(pyramid: Pyramid, limits: Limits) -> Iterator[tuple[str, str]]:
    """Region and size of each size that info.json lists, the smallest first."""
    for extent in reversed(pyramid.levels):
        if limits.allow(extent):
            yield "full", f"{extent.width},{extent.height}"


def tiles(pyramid: Pyramid) -> Iterator[tuple[str, str]]:
    """Region and size of each tile, the coarsest first: that is how viewers begin."""
    whole, tile = pyramid.extent, pyramid.tile
    for factor in reversed(pyramid.factors):
        for y in range(0, whole.height, tile.height * factor):
            for x in range(0, whole.width, tile.width * factor):
                width = min(tile.width * factor, whole.width - x)
                height = min(tile.height * factor, whole.height - y)
                yield f"{x},{y},{width},{height}", f"{-(-width // factor)},{-(-height // factor)}"


def request_at(version: int, path: str, runtime: Runtime) -> ImageRequest:
    """What an address asked for, by what followed `/iiif/{version}/`. Raises `BadRequest` where that is no picture."""
    found: Any = parse_path(path, needs_format=version > 1)
    meta = grammar_of(runtime.consulting()).read(found.identifier.value)
    return parse_image_request(ApiVersion(version), found, meta)
