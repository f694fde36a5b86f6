"""What a delegate is told of a request. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from iiifserver.iiif.values import Extent, Limits, Quality, RenderPlan, SourceFacts

from .metadata import Metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A part of the image is taken, in pixels of the source."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """It is made this large, before it is turned."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Mirror:
    """It is mirrored, left to right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotate:
    """It is turned clockwise."""

    degrees: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeColor:
    """It becomes gray or bitonal."""

    quality: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Encode:
    """It is written in a format."""

    format: str
    """The extension, such as `jpg`."""


Operation = Crop | Scale | Mirror | Rotate | ChangeColor | Encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One request, as far as it is known when a method is called. What is not known yet is `None`."""

    identifier: str = ""
    """Decoded, without page and scale. Empty while `deserialize_meta_identifier` is asked what it is."""
    page_number: int = 1
    scale_constraint: tuple[int, int] = (1, 1)
    """Numerator and denominator of the scale in the address."""
    api_version: int | None = None
    """Of the Image API; `None` where the server itself looks at the image."""
    client_ip: str = ""
    """The visitor's address, behind trusted proxies too; empty where the server itself asks."""
    request_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By name, in whatever case."""
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    request_uri: str = ""
    """The address as the visitor wrote it, public scheme and host included."""
    local_uri: str = ""
    """The address as it reached this server."""
    user_id: str | None = None
    """The primary key of the account that has signed in; `None` for a stranger."""
    groups: frozenset[str] = frozenset()
    """The names of the account's groups."""
    full_size: Extent | None = None
    """Of the page, once its source was read."""
    page_count: int | None = None
    source_format: str | None = None
    """What the image's first bytes say that it is, such as `TIFF`."""
    metadata: Metadata | None = field(default=None, compare=False, repr=False)
    """What the file says of itself, read when it is first looked at."""
    limits: Limits | None = None
    """The largest answer that the settings allow."""
    operations: tuple[Operation, ...] | None = None
    """What is done to the image, in order, without what changes nothing."""
    output_format: str | None = None
    """The media type of the answer."""
    resulting_size: Extent | None = None
    """Of the answer, after turning."""


def operations_of(plan: RenderPlan, facts: SourceFacts) -> tuple[Operation, ...]:
    """What a plan does to an image, without what changes nothing."""
    box, size, rotation = plan.box, plan.size, plan.rotation
    steps: list[tuple[bool, Operation]] = [
        (
            (box.x, box.y, box.width, box.height) != (0, 0, facts.extent.width, facts.extent.height),
            Crop(x=box.x, y=box.y, width=box.width, height=box.height),
        ),
        ((size.width, size.height) != (box.width, box.height), Scale(width=size.width, height=size.height)),
        (rotation.mirrored, Mirror()),
        (rotation.degrees != 0, Rotate(degrees=float(rotation.degrees))),
        (plan.quality in {Quality.GRAY, Quality.BITONAL}, ChangeColor(quality=plan.quality.value)),
        (True, Encode(format=plan.format.extension)),
    ]
    return tuple(operation for changes, operation in steps if changes)
