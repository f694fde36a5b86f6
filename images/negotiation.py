"""Which media type and which encoding of an answer the visitor prefers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from django.http import HttpRequest
from django.http.request import MediaType

from iiifserver.iiif.features import context_uri
from iiifserver.iiif.formats import Format
from iiifserver.iiif.manifest import CONTEXT as PRESENTATION_CONTEXT
from iiifserver.iiif.values import ApiVersion

JSON = "application/json"
JSON_LD = "application/ld+json"
JSON_LD_3 = f'{JSON_LD};profile="{context_uri(ApiVersion.V3)}"'

OFFERS = {
    ApiVersion.V1: (JSON, JSON_LD),
    ApiVersion.V2: (JSON, JSON_LD),
    ApiVersion.V3: (JSON_LD_3, JSON),
}
"""The types of each version, the one sent without a preference first."""

REFUSED_QUALITY = -1.0
"""For what a visitor will not have, where another type that he does not name may do (RFC 9110, 12.4.2)."""

PRESENTATION_OFFERS = (f'{JSON_LD};profile="{PRESENTATION_CONTEXT}"', JSON)


def info_media_type(request: HttpRequest, version: ApiVersion) -> str:
    """The visitor's choice; where nothing offered is acceptable, the version's own type, since a JSON that was not
    asked for serves browsers and probes better than an error (Image API 3.0, 5.1; 2.1, 5).
    """
    return preferred_type(request, OFFERS[version])


def presentation_media_type(request: HttpRequest) -> str:
    """The visitor's choice of those in which manifests are served (Presentation API 3.0, 6.2)."""
    return preferred_type(request, PRESENTATION_OFFERS)


def preferred_type(request: HttpRequest, offers: Sequence[str]) -> str:
    ranges = accepted_ranges(request)
    return max(offers, key=lambda offer: quality_of(MediaType(offer), ranges))


def preferred_format(request: HttpRequest, formats: Iterable[Format]) -> Format:
    """The format for an address that names none: JPEG unless the visitor likes another better (Image API 1.1, 4.5)."""
    ranges = accepted_ranges(request)
    return max((Format.JPG, *formats), key=lambda offer: quality_of(MediaType(offer.media_type), ranges))


def accepted_ranges(request: HttpRequest) -> list[MediaType]:
    return [MediaType(text) for text in request.headers.get("Accept", "*/*").split(",")]


def quality_of(offer: MediaType, ranges: list[MediaType]) -> float:
    """What the most specific range that covers the offer says of it; 0 where none does, and less where it is refused.

    Django's own choice forgets what is excluded by `q=0` and wants parameters to be equal, which `charset` never is.
    """
    covering = [(accepted.specificity, accepted.quality) for accepted in ranges if covers(accepted, offer)]
    quality = max(covering, default=(0, 0.0))[1]
    return quality if quality or not covering else REFUSED_QUALITY


def covers(accepted: MediaType, offer: MediaType) -> bool:
    """Whether the range covers the offer, parameters aside."""
    return accepted.main_type in {"*", offer.main_type} and accepted.sub_type in {"*", offer.sub_type}


# RFC 9110, 12.5.3: a coding, perhaps with a weight; a weight of 0 refuses it.
REFUSED = re.compile(r"\s*;\s*q\s*=\s*0(?:\.0*)?\s*")


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether an answer may be sent compressed."""
    codings = {}
    for text in request.headers.get("Accept-Encoding", "").split(","):
        name, semicolon, weight = text.strip().partition(";")
        codings[name.strip().lower()] = not REFUSED.fullmatch(f"{semicolon}{weight}")
    return codings.get("gzip", codings.get("*", False))
