"""What each compliance level of each version takes for granted, and what this server does beyond it."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import BadRequest, UnsupportedFormat
from .formats import Format
from .values import ApiVersion, ImageRequest, Quality, SizeRules, SourceFacts

PROTOCOL = "http://iiif.io/api/image"
VERSION_1 = "http://library.stanford.edu/iiif/image-api/1.1"

QUALITY_NAMES = {
    ApiVersion.V1: {
        Quality.DEFAULT: "native",
        Quality.COLOR: "color",
        Quality.GRAY: "grey",
        Quality.BITONAL: "bitonal",
    },
    ApiVersion.V2: {quality: quality.value for quality in Quality},
    ApiVersion.V3: {quality: quality.value for quality in Quality},
}
"""The word for each quality that stands in the URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What can be made of an image, which depends on the processor; `default` and `jpg` always."""

    formats: tuple[Format, ...] = tuple(Format)
    qualities: tuple[Quality, ...] = tuple(Quality)
    preferred_formats: tuple[Format, ...] = ()
    """What viewers should ask for, the best first; each is one of `formats`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a compliance level promises, in the words of info.json."""

    level: int
    features: frozenset[str]
    formats: frozenset[Format]
    qualities: frozenset[Quality]


LEVEL_1_FEATURES = frozenset({"baseUriRedirect", "cors", "jsonldMediaType", "regionByPx", "sizeByH", "sizeByW"})
LEVEL_2_FEATURES = LEVEL_1_FEATURES | {"regionByPct", "rotationBy90s", "sizeByConfinedWh", "sizeByPct", "sizeByWh"}

# Version 1 does not name its features: these are the names that later versions gave them.
VERSION_1_LEVEL_1_FEATURES = frozenset({"regionByPx", "rotationBy90s", "sizeByH", "sizeByPct", "sizeByW"})

LEVEL_1_FORMATS = frozenset({Format.JPG})
LEVEL_2_FORMATS = frozenset({Format.JPG, Format.PNG})

DEFAULT_ONLY = frozenset({Quality.DEFAULT})

LEVEL_0 = Profile(level=0, features=frozenset(), formats=LEVEL_1_FORMATS, qualities=DEFAULT_ONLY)
LEVEL_1 = {
    ApiVersion.V1: Profile(
        level=1,
        features=VERSION_1_LEVEL_1_FEATURES,
        formats=LEVEL_1_FORMATS,
        qualities=DEFAULT_ONLY,
    ),
    ApiVersion.V2: Profile(
        level=1,
        features=LEVEL_1_FEATURES | {"sizeByPct"},
        formats=LEVEL_1_FORMATS,
        qualities=DEFAULT_ONLY,
    ),
    ApiVersion.V3: Profile(
        level=1,
        features=LEVEL_1_FEATURES | {"regionSquare", "sizeByWh"},
        formats=LEVEL_1_FORMATS,
        qualities=DEFAULT_ONLY,
    ),
}
LEVEL_2 = {
    ApiVersion.V1: Profile(
        level=2,
        features=VERSION_1_LEVEL_1_FEATURES | {"regionByPct", "sizeByConfinedWh", "sizeByDistortedWh", "sizeByWh"},
        formats=LEVEL_2_FORMATS,
        qualities=DEFAULT_ONLY | {Quality.BITONAL},
    ),
    ApiVersion.V2: Profile(
        level=2,
        features=LEVEL_2_FEATURES | {"sizeByDistortedWh"},
        formats=LEVEL_2_FORMATS,
        qualities=DEFAULT_ONLY | {Quality.BITONAL},
    ),
    ApiVersion.V3: Profile(
        level=2,
        features=LEVEL_2_FEATURES | {"regionSquare"},
        formats=LEVEL_2_FORMATS,
        qualities=DEFAULT_ONLY,
    ),
}

FEATURES_OF_ALL = LEVEL_2_FEATURES | {"canonicalLinkHeader", "profileLinkHeader", "rotationArbitrary"}
FEATURES_OF_BOTH = FEATURES_OF_ALL | {"mirroring", "regionSquare"}
FEATURES = {
    ApiVersion.V1: FEATURES_OF_ALL | {"sizeByDistortedWh"},
    # The last two are what version 2.0 called its sizes; old viewers look for them.
    ApiVersion.V2: FEATURES_OF_BOTH | {"sizeByDistortedWh", "sizeByForcedWh", "sizeByWhListed"},
    ApiVersion.V3: FEATURES_OF_BOTH,
}
UPSCALING_FEATURE = {
    ApiVersion.V1: "sizeAboveFull",
    ApiVersion.V2: "sizeAboveFull",
    ApiVersion.V3: "sizeUpscaling",
}
FEATURES_OF_LISTED_SIZES = {
    *("baseUriRedirect", "canonicalLinkHeader", "cors", "jsonldMediaType", "mirroring", "profileLinkHeader"),
    *("rotationArbitrary", "rotationBy90s", "sizeByWhListed"),
}
"""What is left where only the listed sizes and tiles are answered."""


def context_uri(version: ApiVersion) -> str:
    """The JSON-LD context of info.json."""
    if version is ApiVersion.V1:
        return f"{VERSION_1}/context.json"
    return f"{PROTOCOL}/{version.value}/context.json"


def profile_uri(version: ApiVersion, profile: Profile) -> str:
    """The address of a profile, for the info.json of versions 1 and 2 and for the Link header of all."""
    if version is ApiVersion.V1:
        return f"{VERSION_1}/compliance.html#level{profile.level}"
    return f"{PROTOCOL}/{version.value}/level{profile.level}.json"


def met_profile(version: ApiVersion, facts: SourceFacts, capabilities: Capabilities, rules: SizeRules) -> Profile:
    """The highest level whose every promise is kept for this image (Image API 1.1, 2.1 and 3.0, Compliance)."""
    if rules.restricts_to_sizes:
        return LEVEL_0
    level_2 = LEVEL_2[version]
    applicable = {Quality.GRAY, Quality.COLOR} if facts.has_color else {Quality.GRAY}
    has_formats = level_2.formats.issubset(capabilities.formats)
    has_qualities = (level_2.qualities | applicable).issubset(capabilities.qualities)
    return level_2 if has_formats and has_qualities else LEVEL_1[version]


def extra_features(version: ApiVersion, profile: Profile, rules: SizeRules) -> list[str]:
    """What works beyond the profile, in alphabetical order.

    Enlarging is named only where a limit says how far: the standard demands one of who names it (Image API 3.0, 5.3).
    """
    features = set(FEATURES[version])
    if rules.restricts_to_sizes:
        return sorted(features & FEATURES_OF_LISTED_SIZES)
    if rules.allows_upscaling and (rules.limits.edges or rules.max_scale):
        features.add(UPSCALING_FEATURE[version])
    return sorted(features - profile.features)


def extra_formats(profile: Profile, capabilities: Capabilities) -> list[str]:
    """The extensions that work beyond the profile."""
    return [format_.extension for format_ in capabilities.formats if format_ not in profile.formats]


def extra_qualities(profile: Profile, facts: SourceFacts, capabilities: Capabilities) -> list[str]:
    """The qualities that work beyond the profile; `color` works without colour, but is not worth a word there."""
    silent = profile.qualities if facts.has_color else profile.qualities | {Quality.COLOR}
    return [quality.value for quality in capabilities.qualities if quality not in silent]


def refuse_what_is_not_offered(request: ImageRequest, capabilities: Capabilities) -> None:
    """Raise `BadRequest` or its kin for a format or a quality that is known, but cannot be made of this image."""
    if request.format not in capabilities.formats:
        offered = ", ".join(format_.extension for format_ in capabilities.formats)
        raise refused_format(
            request.version, f"The format {request.format.extension} is not made here: write one of {offered}."
        )
    if request.quality not in capabilities.qualities:
        names = QUALITY_NAMES[request.version]
        offered = ", ".join(names[quality] for quality in capabilities.qualities)
        raise BadRequest(f"The quality {names[request.quality]} is not made here: write one of {offered}.")


def refused_format(version: ApiVersion, sentence: str) -> BadRequest:
    """The error for a format that is not made."""
    return UnsupportedFormat(sentence) if version is ApiVersion.V1 else BadRequest(sentence)
