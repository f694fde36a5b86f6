"""Which media type an info.json is sent as."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.request import MediaType

from iiifserver.iiif.features import context_uri
from iiifserver.iiif.values import ApiVersion

JSON = "application/json"
JSON_LD = "application/ld+json"
JSON_LD_3 = f'{JSON_LD};profile="{context_uri(ApiVersion.V3)}"'

OFFERS = {
    ApiVersion.V2: (JSON, JSON_LD),
    ApiVersion.V3: (JSON_LD_3, JSON),
}
"""The types of each version, the one sent without a preference first."""


def info_media_type(request: HttpRequest, version: ApiVersion) -> str:
    """The visitor's choice; where nothing offered is acceptable, the version's own type, since a JSON that was not
    asked for serves browsers and probes better than an error (Image API 3.0, 5.1; 2.1, 5).
    """
    ranges = [MediaType(text) for text in request.headers.get("Accept", "*/*").split(",")]
    return max(OFFERS[version], key=lambda offer: quality_of(MediaType(offer), ranges))


def quality_of(offer: MediaType, ranges: list[MediaType]) -> float:
    """What the most specific range that covers the offer says of it; 0 where none does.

    Django's own choice forgets what is excluded by `q=0` and wants parameters to be equal, which `charset` never is.
    """
    covering = [(accepted.specificity, accepted.quality) for accepted in ranges if covers(accepted, offer)]
    return max(covering, default=(0, 0.0))[1]


def covers(accepted: MediaType, offer: MediaType) -> bool:
    """Whether the range covers the offer, parameters aside."""
    return accepted.main_type in {"*", offer.main_type} and accepted.sub_type in {"*", offer.sub_type}
