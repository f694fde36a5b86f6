"""Requests that show what the Image API can do, made to measure for an image. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from iiifserver.iiif.errors import BadRequest
from iiifserver.iiif.features import QUALITY_NAMES, Capabilities
from iiifserver.iiif.formats import Format
from iiifserver.iiif.geometry import plan
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import ImagePath, parse_path
from iiifserver.iiif.values import ApiVersion, Box, Extent, Quality, SizeRules, SourceFacts

PICTURE_WIDTH = 400
BUILDER_WIDTH = 600
SHOWN_BY_BROWSERS = frozenset({"jpg", "png", "gif", "webp", "avif"})

QUALITIES = {
    Quality.DEFAULT: "As the server thinks best; here, in the colours of the original.",
    Quality.COLOR: "In full colour.",
    Quality.GRAY: "In shades of grey.",
    Quality.BITONAL: "In black and white alone.",
}
FORMATS = {
    "jpg": "JPEG, which everything reads.",
    "png": "PNG: without loss, and transparent where the original is.",
    "gif": "GIF, with at most 256 colours.",
    "webp": "WebP: smaller than JPEG, and transparent where the original is.",
    "avif": "AVIF: smaller still, and slower to make.",
    "tif": "TIFF, for printing and for editing; browsers save it.",
    "jp2": "JPEG 2000, for archives; browsers save it.",
    "pdf": "A page in a PDF.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRequest:
    """One request, with a sentence on what it gives."""

    parameters: str
    """What follows the identifier in the address."""
    explanation: str
    picture: str = ""
    """The parameters of the picture to show beside it; empty where browsers cannot show any."""


@dataclass(frozen=True, slots=True)
class Group:
    """Requests that differ in one parameter."""

    title: str
    explanation: str
    requests: tuple[SampleRequest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What may be asked of one image."""

    version: ApiVersion
    facts: SourceFacts
    rules: SizeRules
    capabilities: Capabilities

    @property
    def extent(self) -> Extent:
        return self.facts.extent

    @property
    def enlarges(self) -> bool:
        """Whether a caret before the size is understood and allowed."""
        return self.version is ApiVersion.V3 and self.rules.allows_upscaling

    @property
    def builder_width(self) -> int:
        """The width that the builder of addresses begins with."""
        return self.width_for(self.extent, BUILDER_WIDTH)

    @property
    def formats(self) -> list[str]:
        return [format_.extension for format_ in self.capabilities.formats]

    @property
    def qualities(self) -> list[str]:
        return [self.word_for(quality) for quality in self.capabilities.qualities]

    @property
    def plain_quality(self) -> str:
        """The word for the quality that is the server's choice."""
        return self.word_for(Quality.DEFAULT)

    @property
    def has_newer_forms(self) -> bool:
        """Whether squares and mirrored images may be asked for, which version 1 does not know."""
        return self.version is not ApiVersion.V1

    @property
    def largest(self) -> str:
        """The word for the largest size."""
        return "full" if self.version is ApiVersion.V1 else "max"

    def word_for(self, quality: Quality) -> str:
        return QUALITY_NAMES[self.version][quality]

    def spelled(self, parameters: str) -> str:
        """Parameters of the later versions, in the words of this one."""
        if self.version is not ApiVersion.V1 or not parameters:
            return parameters
        region, size, rotation, last = parameters.split("/")
        quality, _, extension = last.partition(".")
        whole = self.largest if size == "max" else size
        return f"{region}/{whole}/{rotation}/{self.word_for(Quality(quality))}.{extension}"

    def width_for(self, region: Extent, most: int = PICTURE_WIDTH) -> int:
        """A width at which the region is neither enlarged nor larger than the limits allow."""
        width = min(most, region.width)
        while width > 1 and not self.rules.limits.allow(Extent(width, -(-width * region.height // region.width))):
            width //= 2
        return width

    def gives(self, parameters: str) -> bool:
        """Whether the server answers such a request, within its limits."""
        path = parse_path(f"-/{parameters}")
        return isinstance(path, ImagePath) and self._fits(path)

    def _fits(self, path: ImagePath) -> bool:
        try:
            plan(parse_image_request(self.version, path), self.facts, self.rules)
        except BadRequest:
            return False
        return True


def sample_groups(offer: Offer) -> tuple[Group, ...]:
    """The requests of the page, one group for each parameter of the address; each is one that the server answers."""
    return (
        Group("Region", "Which part of the image.", given(offer, regions(offer))),
        Group("Size", "How large the part becomes, in pixels.", given(offer, sizes(offer))),
        Group("Rotation", "Degrees clockwise; ! mirrors first.", given(offer, rotations(offer))),
        Group("Quality", "With or without colour.", given(offer, qualities(offer))),
        Group("Format", "The kind of file.", given(offer, formats(offer))),
    )


def given(offer: Offer, requests: Iterable[SampleRequest]) -> tuple[SampleRequest, ...]:
    """Those that the limits allow: in very narrow ones, no angle and no percentage may be left."""
    spelled = (
        replace(one, parameters=offer.spelled(one.parameters), picture=offer.spelled(one.picture)) for one in requests
    )
    return tuple(one for one in spelled if all(map(offer.gives, filter(None, (one.parameters, one.picture)))))


def shown(parameters: str, explanation: str) -> SampleRequest:
    return SampleRequest(parameters=parameters, explanation=explanation, picture=parameters)


def middle(extent: Extent, share: int = 3) -> Box:
    """The part around the middle whose edges are a share of the image's."""
    width, height = max(1, extent.width // share), max(1, extent.height // share)
    return Box((extent.width - width) // 2, (extent.height - height) // 2, width, height)


def in_pixels(box: Box) -> str:
    return f"{box.x},{box.y},{box.width},{box.height}"


def regions(offer: Offer) -> Iterator[SampleRequest]:
    box, extent = middle(offer.extent), offer.extent
    square = Extent(min(extent.width, extent.height), min(extent.width, extent.height))
    corner = Extent(max(1, extent.width // 2), max(1, extent.height // 2))
    yield shown(f"full/{offer.width_for(extent)},/0/default.jpg", "The whole image.")
    yield shown(f"square/{offer.width_for(square)},/0/default.jpg", "The largest square around the middle.")
    yield shown(
        f"{in_pixels(box)}/{offer.width_for(box.extent)},/0/default.jpg",
        f"From {box.x} pixels right and {box.y} down, {box.width} wide and {box.height} high.",
    )
    yield shown(
        f"pct:50,50,50,50/{offer.width_for(corner)},/0/default.jpg", "In percent: the last quarter, right and below."
    )


def sizes(offer: Offer) -> Iterator[SampleRequest]:
    width = offer.width_for(offer.extent)
    small, percent = max(1, width // 2), max(1, min(50, 100 * width // offer.extent.width))
    yield SampleRequest(
        parameters="full/max/0/default.jpg",
        explanation="As large as the server gives it; shown smaller here.",
        picture=f"full/{width},/0/default.jpg",
    )
    yield shown(f"full/{small},/0/default.jpg", f"{small} pixels wide, as high as fits.")
    height = max(1, small * offer.extent.height // offer.extent.width)
    yield shown(f"full/,{height}/0/default.jpg", f"{height} pixels high, as wide as fits.")
    yield shown(f"full/pct:{percent}/0/default.jpg", f"{percent} percent of the original.")
    edge = min(small, height)
    yield shown(f"full/!{edge},{edge}/0/default.jpg", f"As large as fits into {edge} by {edge}.")
    yield shown(f"full/{edge},{edge}/0/default.jpg", f"Exactly {edge} by {edge}, distorted.")
    if offer.enlarges:
        yield enlarged(offer)


def enlarged(offer: Offer) -> SampleRequest:
    box = middle(offer.extent, 10)
    width = offer.width_for(Extent(3 * box.width, 3 * box.height))
    return shown(f"{in_pixels(box)}/^{width},/0/default.jpg", "With a caret, also larger than the original.")


def rotations(offer: Offer) -> Iterator[SampleRequest]:
    size = f"full/{offer.width_for(offer.extent)},"
    yield shown(f"{size}/90/default.jpg", "A quarter turn.")
    yield shown(f"{size}/180/default.jpg", "Upside down.")
    yield shown(f"{size}/!0/default.jpg", "Mirrored.")
    yield shown(f"{size}/22.5/default.png", "Any angle; PNG leaves the corners transparent.")


def qualities(offer: Offer) -> Iterator[SampleRequest]:
    width = offer.width_for(offer.extent)
    for quality in offer.capabilities.qualities:
        yield shown(f"full/{width},/0/{quality.value}.jpg", QUALITIES[quality])


def formats(offer: Offer) -> Iterator[SampleRequest]:
    width = offer.width_for(offer.extent)
    for format_ in offer.capabilities.formats:
        yield format_request(f"full/{width},/0/default", format_)


def format_request(start: str, format_: Format) -> SampleRequest:
    extension = format_.extension
    parameters = f"{start}.{extension}"
    return SampleRequest(
        parameters=parameters,
        explanation=FORMATS.get(extension, f"A file of the type {format_.media_type}."),
        picture=parameters if extension in SHOWN_BY_BROWSERS else "",
    )
