"""What makes two answers different."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from iiifserver.iiif.values import RenderPlan


@dataclass(frozen=True, slots=True)
class CacheKey:
    """Names one picture made of one image: equal keys are equal bytes, however they were asked for."""

    image: str
    """The digest of the identifier, so that all that was made of one image can be found."""
    picture: str
    """The digest of everything that decides the bytes."""

    def __str__(self) -> str:
        return f"{self.image}/{self.picture}"


def cache_key(identifier: str, version: str, plan: RenderPlan, *settings: object) -> CacheKey:
    """The key for a plan on one version of an image, under these settings of encoders, colours and overlays."""
    return CacheKey(digest(identifier), digest(repr((version, plan, settings))))


def digest(text: str) -> str:
    """32 hexadecimal digits."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
