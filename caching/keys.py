"""What makes two answers different."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from iiifserver.iiif.values import RenderPlan


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose an entry is, in every way in which a purge can name it."""

    identifier: str
    source: str = ""
    """The name of the source that had the image; empty where that is not known."""

    @property
    def image(self) -> str:
        """The digest of the identifier."""
        return digest(self.identifier)


@dataclass(frozen=True, slots=True)
class CacheKey:
    """Names one picture made of one image, or what is known of a page: equal keys are equal bytes, however they were
    asked for.
    """

    image: str
    """The digest of the identifier, so that all that was made of one image can be found."""
    picture: str
    """The digest of everything that decides the picture's bytes, or of the page."""
    subject: Subject = field(default=Subject(""), compare=False)
    """Follows from the image; what is put under the key tells it to later purges."""

    def __str__(self) -> str:
        return f"{self.image}/{self.picture}"


def cache_key(subject: Subject, version: str, plan: RenderPlan, *settings: object) -> CacheKey:
    """The key for a plan on one version of an image, under these settings of encoders, colours and overlays."""
    return CacheKey(subject.image, digest(repr((version, plan, settings))), subject)


def info_key(subject: Subject, page: int) -> CacheKey:
    """The key for what is known of a page of an image."""
    return CacheKey(subject.image, digest(f"page {page}"), subject)


def source_key(subject: Subject, version: str) -> CacheKey:
    """The key for all bytes of one version of an image."""
    return CacheKey(subject.image, digest(repr((subject.source, version))), subject)


def digest(text: str) -> str:
    """32 hexadecimal digits."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
