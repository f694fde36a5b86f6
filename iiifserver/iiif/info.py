"""The image information document, info.json (Image API 1.1, 2.1 and 3.0, 5).

What is empty is left out; keys stand in the order of the standard's own examples.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .description import NOTHING_SAID, LinkKind, Statements, attribution_2
from .features import (
    PROTOCOL,
    QUALITY_NAMES,
    Capabilities,
    Profile,
    context_uri,
    extra_features,
    extra_formats,
    extra_qualities,
    met_profile,
    profile_uri,
)
from .geometry import limits_of
from .pyramid import Pyramid, pyramid_of
from .reduction import reduced_facts, reduced_rules
from .values import FULL_SCALE, ApiVersion, Extent, Quality, SizeRules, SourceFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a document is about."""

    uri: str
    facts: SourceFacts
    rules: SizeRules
    capabilities: Capabilities
    statements: Statements
    profile: Profile
    pyramid: Pyramid


def info_document(
    version: ApiVersion,
    *,
    uri: str,
    facts: SourceFacts,
    rules: SizeRules,
    capabilities: Capabilities,
    scale: Fraction = FULL_SCALE,
    statements: Statements = NOTHING_SAID,
) -> dict[str, object]:
    """The document of the image whose address is `uri`; it names no size and no tile above the limits."""
    virtual, virtual_rules = reduced_facts(facts, scale), reduced_rules(rules, scale)
    return WRITERS[version](
        Subject(
            uri=uri,
            facts=virtual,
            rules=virtual_rules,
            capabilities=capabilities,
            statements=statements,
            profile=met_profile(version, virtual, capabilities, virtual_rules),
            pyramid=pyramid_of(virtual, virtual_rules),
        )
    )


def _version_1(subject: Subject) -> dict[str, object]:
    names = QUALITY_NAMES[ApiVersion.V1]
    silent = None if subject.facts.has_color else Quality.COLOR
    tile = subject.pyramid.tile
    return {
        "@context": context_uri(ApiVersion.V1),
        "@id": subject.uri,
        **_dimensions(subject.facts.extent),
        "scale_factors": list(subject.pyramid.factors),
        "tile_width": tile.width,
        "tile_height": tile.height,
        "formats": [format_.extension for format_ in subject.capabilities.formats],
        "qualities": [names[quality] for quality in subject.capabilities.qualities if quality is not silent],
        "profile": profile_uri(ApiVersion.V1, subject.profile),
    }


def _version_2(subject: Subject) -> dict[str, object]:
    beyond = _without_empty(
        {
            "formats": extra_formats(subject.profile, subject.capabilities),
            "qualities": extra_qualities(subject.profile, subject.facts, subject.capabilities),
            "supports": extra_features(ApiVersion.V2, subject.profile, subject.rules),
            **_limits(subject),
        }
    )
    return _without_empty(
        {
            "@context": context_uri(ApiVersion.V2),
            "@id": subject.uri,
            "protocol": PROTOCOL,
            **_dimensions(subject.facts.extent),
            **_pyramid(subject),
            "profile": [profile_uri(ApiVersion.V2, subject.profile), beyond],
            "attribution": attribution_2(subject.statements.attribution),
            "license": subject.statements.rights,
            "logo": subject.statements.logo,
            "service": [link.member_2() for link in subject.statements.links_of(LinkKind.SERVICE)],
        }
    )


def _version_3(subject: Subject) -> dict[str, object]:
    return _without_empty(
        {
            "@context": _contexts(subject),
            "id": subject.uri,
            "type": "ImageService3",
            "protocol": PROTOCOL,
            "profile": f"level{subject.profile.level}",
            **_dimensions(subject.facts.extent),
            **_limits(subject),
            **_pyramid(subject),
            "rights": subject.statements.known_rights,
            "preferredFormats": [format_.extension for format_ in subject.capabilities.preferred_formats],
            "extraQualities": extra_qualities(subject.profile, subject.facts, subject.capabilities),
            "extraFormats": extra_formats(subject.profile, subject.capabilities),
            "extraFeatures": extra_features(ApiVersion.V3, subject.profile, subject.rules),
            **{kind.value: [link.member() for link in subject.statements.links_of(kind)] for kind in LinkKind},
        }
    )


WRITERS = {ApiVersion.V1: _version_1, ApiVersion.V2: _version_2, ApiVersion.V3: _version_3}


def _contexts(subject: Subject) -> str | list[str]:
    """The standard's own context comes last, behind those of other services (Image API 3.0, 5.9)."""
    own = context_uri(ApiVersion.V3)
    links = subject.statements.links_of(LinkKind.SERVICE)
    others = list(dict.fromkeys(link.context for link in links if link.context and not link.is_old))
    return [*others, own] if others else own


def _dimensions(extent: Extent) -> dict[str, object]:
    return {"width": extent.width, "height": extent.height}


def _limits(subject: Subject) -> dict[str, object]:
    limits = limits_of(subject.facts.extent, subject.rules)
    return {"maxWidth": limits.max_width, "maxHeight": limits.max_height, "maxArea": limits.max_area}


def _pyramid(subject: Subject) -> dict[str, object]:
    # OpenSeadragon pairs sizes with scale factors: ascending, one for each, and nothing in between.
    levels = reversed(subject.pyramid.levels)
    sizes = [_dimensions(level) for level in levels if subject.rules.limits.allow(level)]
    tile = {**_dimensions(subject.pyramid.tile), "scaleFactors": list(subject.pyramid.factors)}
    return {"sizes": sizes, "tiles": [tile]}


def _without_empty(members: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value not in (None, [], "")}
