"""The one spelling of a request among all that ask for the same picture (Image API 2.1 and 3.0, 4.7)."""

from __future__ import annotations

from .features import QUALITY_NAMES
from .geometry import largest_within, limits_of, scaled
from .parsing import MAX_DIGITS
from .values import ApiVersion, Box, Extent, RenderPlan, Rotation, SizeRules, SourceFacts


def canonical_parameters(plan: RenderPlan, facts: SourceFacts, version: ApiVersion, rules: SizeRules) -> str:
    """`{region}/{size}/{rotation}/{quality}.{format}`; parsed and planned again it gives an equal plan."""
    size = _version_3_size if version is ApiVersion.V3 else _version_2_size
    return "/".join(
        [
            _region(plan.box, facts.extent),
            size(plan.size, plan.box.extent, rules),
            _rotation(plan.rotation),
            f"{QUALITY_NAMES[version][plan.quality]}.{plan.format.extension}",
        ]
    )


def _region(box: Box, extent: Extent) -> str:
    return "full" if box.extent == extent else f"{box.x},{box.y},{box.width},{box.height}"


def _version_2_size(size: Extent, region: Extent, rules: SizeRules) -> str:
    if size == largest_within(region, limits_of(region, rules), upscale=False):
        return "full"
    # An edge tile is seldom quite in proportion: there the height has to be said.
    is_in_proportion = size.height == scaled(region.height, size.width, region.width)
    return f"{size.width}," if is_in_proportion else f"{size.width},{size.height}"


def _version_3_size(size: Extent, region: Extent, rules: SizeRules) -> str:
    limits = limits_of(region, rules)
    if size == largest_within(region, limits, upscale=False):
        return "max"
    if size == largest_within(region, limits, upscale=rules.allows_upscaling):
        return "^max"
    caret = "" if size.fits_into(region) else "^"
    return f"{caret}{size.width},{size.height}"


def _rotation(rotation: Rotation) -> str:
    whole, rest = divmod(rotation.degrees * 10**MAX_DIGITS, 10**MAX_DIGITS)
    degrees = f"{whole}.{int(rest):0{MAX_DIGITS}}".rstrip("0").rstrip(".")
    return f"!{degrees}" if rotation.mirrored else degrees
