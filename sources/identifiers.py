"""From a path in a source back to the identifier under which visitors ask for it."""

from __future__ import annotations

from collections.abc import Iterator

from .lookup import Affixes, WithPrefix
from .runtime import ActiveSource


def identifier_of(source: ActiveSource, path: str) -> str | None:
    """The identifier that leads this source to the path; `None` where there is none, or where it cannot be told."""
    return next((one for one in possible(source, path) if leads_to(source, one, path)), None)


def possible(source: ActiveSource, path: str) -> Iterator[str]:
    if isinstance(source.lookup, Affixes):
        inner = path.removeprefix(source.lookup.prefix).removesuffix(source.lookup.suffix)
        yield inner
        if isinstance(source.scope, WithPrefix) and not source.scope.is_kept:
            yield f"{source.scope.prefix}{inner}"


def leads_to(source: ActiveSource, identifier: str, path: str) -> bool:
    claim = source.scope.claim(identifier)
    return claim is not None and source.lookup is not None and source.lookup.name(claim) == path


def can_be_told(source: ActiveSource) -> bool:
    """Whether identifiers follow from paths at all: neither from a template's digests nor from a delegate's mind."""
    return isinstance(source.lookup, Affixes)
