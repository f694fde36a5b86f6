"""The arithmetic between a parsed request and the pixels that answer it.

Lengths are whole numbers throughout. What follows from another length is rounded half up and is at least 1; levels of a
pyramid are rounded up.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, cos, isqrt, radians, sin

from .errors import BadRequest, FeatureMissing, Forbidden
from .formats import Format
from .parameters import (
    ConfinedSize,
    ExactSize,
    FullRegion,
    FullSize,
    HeightSize,
    MaxSize,
    PercentRegion,
    PercentSize,
    PixelRegion,
    Region,
    Size,
    SquareRegion,
    WidthSize,
)
from .values import (
    ApiVersion,
    Box,
    Extent,
    ImageRequest,
    Limits,
    Quality,
    RenderPlan,
    Rotation,
    SizeRules,
    SourceFacts,
)

MAX_CANVAS_GROWTH = 2
"""How many times the area limit a rotated picture may cover: no square needs more."""


def plan(request: ImageRequest, facts: SourceFacts, rules: SizeRules) -> RenderPlan:
    """Resolve everything that the request leaves open; equal plans are equal pictures, however they were asked for."""
    box = resolve_region(request.region, facts.extent)
    size = resolve_size(request.size, box.extent, request.version, rules)
    _check_canvas(rotated_extent(size, request.rotation), request.format, rules.limits)
    return RenderPlan(
        box=box,
        size=size,
        rotation=request.rotation,
        quality=resolve_quality(request.quality, facts),
        format=request.format,
        page=request.page,
    )


def resolve_quality(quality: Quality, facts: SourceFacts) -> Quality:
    """`default` for a quality that changes nothing: `color`, and `gray` of an image that has no colour."""
    changes_nothing = quality is Quality.COLOR or (quality is Quality.GRAY and not facts.has_color)
    return Quality.DEFAULT if changes_nothing else quality


def _check_canvas(canvas: Extent, output: Format, limits: Limits) -> None:
    if output.max_edge is not None and max(canvas.width, canvas.height) > output.max_edge:
        raise BadRequest(
            f"The format {output.extension} cannot hold {canvas.width}x{canvas.height} pixels: "
            f"ask for a smaller size, at most {output.max_edge} on the longer edge."
        )
    if limits.max_area is not None and canvas.area > MAX_CANVAS_GROWTH * limits.max_area:
        raise BadRequest("The rotated image is larger than this server makes: ask for a smaller size.")


# --- Regions -----------------------------------------------------------------------------------------------------


def resolve_region(region: Region, extent: Extent) -> Box:
    """The part of the image that the region covers, cut at the image's edges (Image API 2.1 and 3.0, 4.1)."""
    match region:
        case FullRegion():
            return Box(0, 0, extent.width, extent.height)
        case SquareRegion():
            side = min(extent.width, extent.height)
            return Box((extent.width - side) // 2, (extent.height - side) // 2, side, side)
        case PixelRegion():
            return _cut(Box(region.x, region.y, region.width, region.height), extent)
        case PercentRegion():
            return _cut(_percent_box(region, extent), extent)


def _percent_box(region: PercentRegion, extent: Extent) -> Box:
    return Box(
        _percent_start(region.x, extent.width),
        _percent_start(region.y, extent.height),
        percent_of(extent.width, region.width),
        percent_of(extent.height, region.height),
    )


def _percent_start(percent: Fraction, length: int) -> int:
    start = half_up(length * percent.numerator, 100 * percent.denominator)
    # Below 100 percent is inside, even where rounding steps over the edge.
    return min(start, length - 1) if percent < 100 else length


def _cut(box: Box, extent: Extent) -> Box:
    left, top = max(0, box.x), max(0, box.y)
    right, bottom = min(box.right, extent.width), min(box.bottom, extent.height)
    if left >= right or top >= bottom:
        raise BadRequest(
            f"The region lies outside the image: the image is {extent.width}x{extent.height} pixels, counted from 0,0."
        )
    return Box(left, top, right - left, bottom - top)


# --- Sizes -------------------------------------------------------------------------------------------------------


def resolve_size(size: Size, region: Extent, version: ApiVersion, rules: SizeRules) -> Extent:
    """What the region is scaled to (Image API 1.1, 2.1 and 3.0, 4.2).

    `max`, `!w,h` and the `full` of versions 1 and 2 shrink to the limits; every other size above them is refused, or
    made smaller where the rules are lenient.
    """
    limits = limits_of(region, rules)
    match size:
        case FullSize():
            return largest_within(region, limits, upscale=False)
        case MaxSize():
            return largest_within(region, limits, upscale=size.upscale and rules.allows_upscaling)
        case ConfinedSize():
            wanted = _confined(size, region, version, rules)
        case _:
            wanted = _wanted(size, region)
    if rules.is_lenient:
        return _clamped(size, wanted, region, version, rules)
    if not wanted.fits_into(region):
        _check_enlarging(wanted, region, size.upscale, version, rules)
    if not limits.allow(wanted):
        _refuse_above_limits(wanted, region, limits)
    return wanted


def limits_of(region: Extent, rules: SizeRules) -> Limits:
    """The limits for outputs of this region: those for all, and so many times the region's own size."""
    if rules.max_scale is None:
        return rules.limits
    scale = rules.max_scale.numerator, rules.max_scale.denominator
    return rules.limits.narrowed_to(Extent(scaled(region.width, *scale), scaled(region.height, *scale)))


def _wanted(size: WidthSize | HeightSize | PercentSize | ExactSize, region: Extent) -> Extent:
    match size:
        case WidthSize():
            return Extent(size.width, scaled(region.height, size.width, region.width))
        case HeightSize():
            return Extent(scaled(region.width, size.height, region.height), size.height)
        case PercentSize():
            return Extent(percent_of(region.width, size.percent), percent_of(region.height, size.percent))
        case ExactSize():
            return Extent(size.width, size.height)


def _confined(size: ConfinedSize, region: Extent, version: ApiVersion, rules: SizeRules) -> Extent:
    box = Extent(size.width, size.height)
    limits = limits_of(region, rules).narrowed_to(box)
    if version is not ApiVersion.V3:
        return largest_within(region, limits, upscale=rules.allows_upscaling)
    is_oversized = box.width > region.width and box.height > region.height
    if is_oversized and rules.refuses_oversized_box and not (size.upscale or rules.is_lenient):
        raise BadRequest("The box of the size is larger than the region: write max, or ^ in front to enlarge.")
    return largest_within(region, limits, upscale=size.upscale and not rules.is_reduced)


def _clamped(
    size: WidthSize | HeightSize | PercentSize | ExactSize | ConfinedSize,
    wanted: Extent,
    region: Extent,
    version: ApiVersion,
    rules: SizeRules,
) -> Extent:
    """What was asked for where that may be made; else the largest that may, as large as that at most.

    It is in the proportions of the region, and of the size itself where that names both edges.
    """
    may_enlarge = rules.allows_upscaling and (size.upscale or version is not ApiVersion.V3)
    limits = limits_of(region, rules)
    allowed = wanted if may_enlarge else wanted.clipped_to(region)
    if allowed == wanted and limits.allow(wanted):
        return wanted
    proportions = allowed if isinstance(size, ExactSize) else region
    return largest_within(proportions, limits.narrowed_to(allowed), upscale=True)


def _check_enlarging(wanted: Extent, region: Extent, upscale: bool, version: ApiVersion, rules: SizeRules) -> None:
    if version is ApiVersion.V3 and not upscale:
        raise BadRequest("The size is larger than the region: write ^ in front of it to enlarge, or max.")
    if rules.is_reduced:
        _check_reduction(wanted, region)
    elif not rules.allows_upscaling:
        refusal = BadRequest if version is ApiVersion.V2 else FeatureMissing
        raise refusal("This server does not enlarge images: ask for max, or for a size within the region's.")


def _check_reduction(wanted: Extent, region: Extent) -> None:
    # A viewer that rounds in another way than we do may be a pixel off, and more along the edge that follows from it.
    shorter = min(region.width, region.height)
    if not wanted.fits_into(Extent(region.width - -region.width // shorter, region.height - -region.height // shorter)):
        raise Forbidden("The image is given out at a reduced size: ask for no more than the size of the region in it.")


def _refuse_above_limits(wanted: Extent, region: Extent, limits: Limits) -> None:
    largest = largest_within(region, limits, upscale=True)
    raise BadRequest(
        f"{wanted.width}x{wanted.height} pixels are more than this server makes of this region: "
        f"ask for max, or for at most {largest.width},{largest.height}."
    )


def largest_within(extent: Extent, limits: Limits, *, upscale: bool) -> Extent:
    """The largest size in proportion that satisfies every limit, enlarged to touch one if `upscale` says so.

    Without any limit there is nothing to enlarge to: the extent itself.
    """
    edges = limits.edges or extent
    by_edges = _fit(extent, edges if upscale else edges.clipped_to(extent))
    if limits.max_area is None or by_edges.area <= limits.max_area:
        return by_edges
    # Where only rounding up went over the area, the size that fits the area may be a pixel over an edge.
    return _fit_area(extent, limits.max_area).clipped_to(by_edges)


def _fit(extent: Extent, box: Extent) -> Extent:
    if box.width * extent.height <= box.height * extent.width:
        return Extent(box.width, scaled(extent.height, box.width, extent.width))
    return Extent(scaled(extent.width, box.height, extent.height), box.height)


def _fit_area(extent: Extent, area: int) -> Extent:
    width = isqrt(area * extent.width // extent.height)
    height = isqrt(area * extent.height // extent.width)
    # A line one pixel thin may be no longer than the area.
    return Extent(min(area, max(1, width)), min(area, max(1, height)))


def half_up(numerator: int, denominator: int) -> int:
    """The quotient as the nearest whole number; the upper one halfway between two."""
    return (2 * numerator + denominator) // (2 * denominator)


def scaled(length: int, numerator: int, denominator: int) -> int:
    """The length times a ratio, rounded half up, at least 1."""
    return max(1, half_up(length * numerator, denominator))


def percent_of(length: int, percent: Fraction) -> int:
    """So many percent of the length, rounded half up, at least 1."""
    return scaled(length, percent.numerator, 100 * percent.denominator)


# --- Rotation and orientation ------------------------------------------------------------------------------------


def rotated_extent(extent: Extent, rotation: Rotation) -> Extent:
    """The smallest canvas that shows the whole rotated picture (Image API 3.0, 4.3)."""
    if rotation.is_right_angle:
        return extent if rotation.degrees % 180 == 0 else extent.turned()
    angle = radians(rotation.degrees)
    across, along = abs(cos(angle)), abs(sin(angle))
    return Extent(
        ceil(extent.width * across + extent.height * along),
        ceil(extent.height * across + extent.width * along),
    )


def to_stored(box: Box, extent_as_viewed: Extent, orientation: int) -> Box:
    """Where a box of the upright image lies among the stored pixels, for an EXIF orientation from 1 to 8."""
    x = extent_as_viewed.width - box.right if orientation in {2, 3, 6, 7} else box.x
    y = extent_as_viewed.height - box.bottom if orientation in {3, 4, 7, 8} else box.y
    return Box(y, x, box.height, box.width) if orientation >= 5 else Box(x, y, box.width, box.height)
