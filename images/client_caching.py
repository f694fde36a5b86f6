"""What browsers and proxies may keep: as is set for all images, for those of a source, and as the site says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from .http import ClientHeaders

if TYPE_CHECKING:
    from sources.models import Source

    from .models import HttpSettings
    from .runtime import Runtime


def headers_by_source(settings: HttpSettings, rows: Iterable[Source]) -> dict[str, ClientHeaders]:
    """The headers of those sources that have some of their own, by name."""
    return {row.name: headers_for(settings, row) for row in rows if has_own(row)}


def has_own(row: Source) -> bool:
    return bool(row.own_directives()) or row.client_information_max_age_seconds is not None


def headers_for(settings: HttpSettings, row: Source) -> ClientHeaders:
    """What the row says goes before what is set for all; a directive of its own is sent even where those are not."""
    own = row.own_directives()
    images = replace(settings.images_cache_control(), **own)
    information = replace(settings.information_cache_control(), visibility=images.visibility)
    if row.client_information_max_age_seconds is not None:
        information = replace(information, max_age_seconds=row.client_information_max_age_seconds)
    return ClientHeaders(images.header if own or settings.images_are_cached else None, information.header)


def site_says(runtime: Runtime) -> str | None:
    """The header that the site's delegate wants for the answer to this visitor; `None` where it leaves it to us."""
    return runtime.consultation.cache_control if runtime.consultation is not None else None
