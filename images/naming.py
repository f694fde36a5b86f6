"""What the identifier in an address says, and how it is written in answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.conf import settings
from django.http import HttpRequest

from iiifserver.iiif.meta_identifier import MetaIdentifier, normal_spelling, read_meta_identifier, with_page
from iiifserver.iiif.paths import BaseUriPath, ImagePath, InfoPath, legal_segment

from .arguments import page_argument
from .endpoints import Endpoints

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


def name_of(
    request: HttpRequest,
    path: BaseUriPath | InfoPath | ImagePath,
    arguments: Mapping[str, str],
    endpoints: Endpoints,
) -> Name:
    """What the identifier of an address says. Raises `BadRequest` for a page or a scale that cannot be."""
    delimiter = endpoints.meta_delimiter
    meta = read_meta_identifier(path.identifier.value, delimiter)
    sent = forwarded(request, "ID")
    raw = legal_segment(sent) if sent else path.raw_identifier
    published = normal_spelling(raw, delimiter)
    name = Name(meta, published, is_normal=published == raw)
    page = page_argument(arguments) if endpoints.reads_page_arguments and meta.page is None else None
    return with_argument(name, page, delimiter) if page else name


def with_argument(name: Name, page: int, delimiter: str) -> Name:
    """The same with the page of an argument; without a delimiter no address can name the page."""
    published = with_page(name.published, delimiter, page) if delimiter else name.published
    return replace(name, meta=replace(name.meta, page=page), published=published)


def forwarded(request: HttpRequest, what: str) -> str:
    """What a trusted proxy says in X-Forwarded-{what}; empty where it says nothing, or nobody checks who says it."""
    return request.META.get(f"HTTP_X_FORWARDED_{what}", "") if TRUSTED_PROXIES in settings.MIDDLEWARE else ""
