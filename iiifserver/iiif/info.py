"""The image information document, info.json (Image API 2.1 and 3.0, 5).

What is empty is left out; keys stand in the order of the standard's own examples.
"""

from __future__ import annotations

from .features import (
    PROTOCOL,
    Capabilities,
    context_uri,
    extra_features,
    extra_formats,
    extra_qualities,
    met_profile,
    profile_uri,
)
from .geometry import level_extents, scale_factors, tile_extent
from .values import ApiVersion, Extent, Limits, SizeRules, SourceFacts


def info_document(
    version: ApiVersion,
    *,
    uri: str,
    facts: SourceFacts,
    rules: SizeRules,
    capabilities: Capabilities,
    default_tile: Extent,
) -> dict[str, object]:
    """The document of the image whose address is `uri`; it names no size and no tile above the limits."""
    tile = tile_extent(facts, default_tile, rules.limits)
    write = _version_2 if version is ApiVersion.V2 else _version_3
    return write(uri, facts, rules, capabilities, tile)


def _version_2(
    uri: str, facts: SourceFacts, rules: SizeRules, capabilities: Capabilities, tile: Extent
) -> dict[str, object]:
    profile = met_profile(ApiVersion.V2, facts, capabilities)
    beyond = _without_empty(
        {
            "formats": extra_formats(profile, capabilities),
            "qualities": extra_qualities(profile, facts, capabilities),
            "supports": extra_features(ApiVersion.V2, profile, rules),
            **_limits(rules.limits),
        }
    )
    return {
        "@context": context_uri(ApiVersion.V2),
        "@id": uri,
        "protocol": PROTOCOL,
        **_dimensions(facts.extent),
        **_pyramid(facts.extent, tile, rules.limits),
        "profile": [profile_uri(ApiVersion.V2, profile), beyond],
    }


def _version_3(
    uri: str, facts: SourceFacts, rules: SizeRules, capabilities: Capabilities, tile: Extent
) -> dict[str, object]:
    profile = met_profile(ApiVersion.V3, facts, capabilities)
    return _without_empty(
        {
            "@context": context_uri(ApiVersion.V3),
            "id": uri,
            "type": "ImageService3",
            "protocol": PROTOCOL,
            "profile": f"level{profile.level}",
            **_dimensions(facts.extent),
            **_limits(rules.limits),
            **_pyramid(facts.extent, tile, rules.limits),
            "preferredFormats": [format_.extension for format_ in capabilities.preferred_formats],
            "extraQualities": extra_qualities(profile, facts, capabilities),
            "extraFormats": extra_formats(profile, capabilities),
            "extraFeatures": extra_features(ApiVersion.V3, profile, rules),
        }
    )


def _dimensions(extent: Extent) -> dict[str, object]:
    return {"width": extent.width, "height": extent.height}


def _limits(limits: Limits) -> dict[str, object]:
    return {"maxWidth": limits.max_width, "maxHeight": limits.max_height, "maxArea": limits.max_area}


def _pyramid(extent: Extent, tile: Extent, limits: Limits) -> dict[str, object]:
    factors = scale_factors(extent, tile)
    # OpenSeadragon pairs sizes with scale factors: ascending, one for each, and nothing in between.
    sizes = [_dimensions(level) for level in reversed(level_extents(extent, factors)) if limits.allow(level)]
    return {"sizes": sizes, "tiles": [{**_dimensions(tile), "scaleFactors": list(factors)}]}


def _without_empty(members: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value not in (None, [])}
