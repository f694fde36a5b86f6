"""What a request says, and what is known of an image, as frozen values."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction

from .formats import Format
from .parameters import Region, Size


class ApiVersion(enum.IntEnum):
    """A major version of the IIIF Image API. Version 1 is answered as 1.1, version 2 as 2.1.1."""

    V1 = 1
    V2 = 2
    V3 = 3


@dataclass(frozen=True, slots=True)
class Extent:
    """A width and a height in pixels, both at least 1."""

    width: int
    height: int

    @property
    def area(self) -> int:
        return self.width * self.height

    def turned(self) -> Extent:
        """The same extent lying on its side."""
        return Extent(self.height, self.width)

    def fits_into(self, other: Extent) -> bool:
        """Whether neither edge is longer than the other's."""
        return self.width <= other.width and self.height <= other.height

    def clipped_to(self, other: Extent) -> Extent:
        """Each edge no longer than the other's."""
        return Extent(min(self.width, other.width), min(self.height, other.height))


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of pixels inside an image; the origin is the image's top left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def extent(self) -> Extent:
        return Extent(self.width, self.height)

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Identifier:
    """The name under which an image is asked for: percent-decoded exactly once, slashes and all."""

    value: str

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Rotation:
    """Degrees clockwise, at least 0 and below 360, after an optional mirroring left to right."""

    degrees: Fraction = Fraction(0)
    mirrored: bool = False

    @property
    def is_right_angle(self) -> bool:
        return self.degrees % 90 == 0


class Quality(enum.Enum):
    """The value is the word that stands in the URL."""

    DEFAULT = "default"
    COLOR = "color"
    GRAY = "gray"
    BITONAL = "bitonal"


FULL_SCALE = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """What a viewer asked for, before any image has been looked at."""

    version: ApiVersion
    identifier: Identifier
    region: Region
    size: Size
    rotation: Rotation
    quality: Quality
    format: Format
    page: int = 1
    scale: Fraction = FULL_SCALE
    """The share of its size at which the image is given out; see `reduction`."""


@dataclass(frozen=True, slots=True)
class InfoRequest:
    """A viewer asks for the info.json of an image."""

    version: ApiVersion
    identifier: Identifier
    page: int = 1
    scale: Fraction = FULL_SCALE


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The largest output, before rotation: each of the three holds on its own; `None` is no limit.

    With `max_width` alone the height is held to the same number (Image API 3.0, 5.3).
    """

    max_width: int | None = None
    max_height: int | None = None
    """Only together with `max_width`."""
    max_area: int | None = None

    def __post_init__(self) -> None:
        if self.max_height is not None and self.max_width is None:
            raise ValueError("max_height needs max_width (Image API 3.0, 5.3)")

    @property
    def edges(self) -> Extent | None:
        """The largest width and the largest height that can be; `None` where nothing is limited."""
        if self.max_width is not None:
            return Extent(self.max_width, self.max_width if self.max_height is None else self.max_height)
        return None if self.max_area is None else Extent(self.max_area, self.max_area)

    def allow(self, extent: Extent) -> bool:
        """Whether an output of this extent may be made."""
        edges_fit = self.edges is None or extent.fits_into(self.edges)
        return edges_fit and (self.max_area is None or extent.area <= self.max_area)

    def narrowed_to(self, box: Extent) -> Limits:
        """These limits, and no wider or higher than the box."""
        edges = box if self.edges is None else self.edges.clipped_to(box)
        return Limits(max_width=edges.width, max_height=edges.height, max_area=self.max_area)


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRules:
    """How sizes are resolved where the standard leaves a choice."""

    limits: Limits = Limits()
    allows_upscaling: bool = True
    """Whether an output edge may be longer than the region's: `^` in version 3, any size before it."""
    refuses_oversized_box: bool = False
    """Whether `!w,h` with a box larger than the region is an error in version 3 instead of the region's own size."""
    max_scale: Fraction | None = None
    """How many times as long as the region's own an edge may be, from 1 on; `None` is no limit."""
    min_size: int = 1
    """What the shorter edge of every size that info.json lists has at least, in pixels; the full size apart."""
    default_tile: Extent = Extent(512, 512)
    """What is listed for images that are not stored in tiles of a sensible size."""
    restricts_to_sizes: bool = False
    """Whether nothing is answered but the sizes and tiles that info.json lists."""
    is_reduced: bool = False
    """Whether the image is given out smaller than it is; see `reduction`."""
    is_lenient: bool = False
    """Whether a size that is too large is made smaller instead of refused."""


@dataclass(frozen=True, slots=True)
class Level:
    """One resolution of a pyramid, and the tiles that it is stored in."""

    extent: Extent
    tile: Extent | None
    """`None` where the level is not tiled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What is known of an image without decoding it, as a viewer sees it: turned the way its orientation tag says."""

    extent: Extent
    format_name: str
    """What the bytes really are, in lower case: `jpeg`, `tiff`."""
    has_color: bool
    has_alpha: bool
    orientation: int = 1
    """The EXIF orientation that the stored pixels have, 1 to 8."""
    levels: tuple[Level, ...] = ()
    """From the full size downwards, turned; empty where the image is stored as one piece."""
    page_count: int = 1

    @property
    def tile(self) -> Extent | None:
        """The tile grid of the full-size level."""
        return self.levels[0].tile if self.levels else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderPlan:
    """What a processor is to make: everything is resolved, nothing depends on how the request was spelled."""

    box: Box
    """The region, in pixels of the full image as a viewer sees it."""
    size: Extent
    """What the region is scaled to, before rotation."""
    rotation: Rotation
    quality: Quality
    format: Format
    page: int = 1
