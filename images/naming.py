"""What the identifier in an address says, and how it is written in answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from django.conf import settings
from django.http import HttpRequest

from iiifserver.iiif.meta_identifier import MetaIdentifier
from iiifserver.iiif.paths import BaseUriPath, ImagePath, InfoPath, ManifestPath, legal_segment

from .arguments import page_argument
from .grammar import Grammar

TRUSTED_PROXIES = "iiifserver.proxies.TrustedProxies"
"""The middleware that takes what strangers say of proxies out of a request."""


@dataclass(frozen=True, slots=True)
class Name:
    """An identifier that has been read."""

    meta: MetaIdentifier
    published: str
    """The percent-encoded identifier that stands in answers."""
    is_normal: bool
    """Whether it was written as it is published, aside from a page that an argument names."""
    grammar: Grammar

    @property
    def has_others(self) -> bool:
        """Whether there are addresses of other pages and scales."""
        return self.grammar.writes

    def with_page(self, page: int) -> str:
        """The identifier for answers of another page, where the address names none."""
        return self.grammar.with_page(self.published, page)

    def with_scale(self, scale: Fraction) -> str:
        """The identifier for answers at another scale."""
        return self.grammar.with_scale(self.published, scale)


def name_of(
    request: HttpRequest,
    path: BaseUriPath | InfoPath | ImagePath | ManifestPath,
    arguments: Mapping[str, str],
    grammar: Grammar,
    *,
    reads_page_arguments: bool,
) -> Name:
    """What the identifier of an address says. Raises `BadRequest` for a page or a scale that cannot be."""
    meta = grammar.read(path.identifier.value)
    sent = forwarded(request, "ID")
    raw = legal_segment(sent) if sent else path.raw_identifier
    published = grammar.normal(raw)
    name = Name(meta, published, is_normal=published == raw, grammar=grammar)
    page = page_argument(arguments) if reads_page_arguments and meta.page is None else None
    return with_argument(name, page) if page else name


def with_argument(name: Name, page: int) -> Name:
    """The same with the page of an argument, which stands in the answer where an address can name it."""
    published = name.with_page(page) if name.has_others else name.published
    return replace(name, meta=replace(name.meta, page=page), published=published)


def forwarded(request: HttpRequest, what: str) -> str:
    """What a trusted proxy says in X-Forwarded-{what}; empty where it says nothing, or nobody checks who says it."""
    return request.META.get(f"HTTP_X_FORWARDED_{what}", "") if TRUSTED_PROXIES in settings.MIDDLEWARE else ""
