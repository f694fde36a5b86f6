"""The forms that the region and the size of an image request have, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class FullRegion:
    """`full`: the whole image."""


@dataclass(frozen=True, slots=True)
class SquareRegion:
    """`square`: the largest centred square."""


@dataclass(frozen=True, slots=True)
class PixelRegion:
    """`x,y,w,h`: a box in pixels, which may run past the image's right and bottom edges."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PercentRegion:
    """`pct:x,y,w,h`: a box in percent of the image's width and height."""

    x: Fraction
    y: Fraction
    width: Fraction
    height: Fraction


Region = FullRegion | SquareRegion | PixelRegion | PercentRegion


@dataclass(frozen=True, slots=True)
class FullSize:
    """`full` (version 2 only): the region's own size."""


@dataclass(frozen=True, slots=True)
class MaxSize:
    """`max` and `^max`: as large as the limits allow."""

    upscale: bool = False


@dataclass(frozen=True, slots=True)
class WidthSize:
    """`w,`: exactly so wide, height in proportion."""

    width: int
    upscale: bool = False


@dataclass(frozen=True, slots=True)
class HeightSize:
    """`,h`: exactly so high, width in proportion."""

    height: int
    upscale: bool = False


@dataclass(frozen=True, slots=True)
class PercentSize:
    """`pct:n`: both edges n percent of the region's."""

    percent: Fraction
    upscale: bool = False


@dataclass(frozen=True, slots=True)
class ExactSize:
    """`w,h`: exactly so, whatever that does to the proportions."""

    width: int
    height: int
    upscale: bool = False


@dataclass(frozen=True, slots=True)
class ConfinedSize:
    """`!w,h`: as large as fits into the box, in proportion."""

    width: int
    height: int
    upscale: bool = False


Size = FullSize | MaxSize | WidthSize | HeightSize | PercentSize | ExactSize | ConfinedSize
