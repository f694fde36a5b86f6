"""From the name of an object in a store back to the identifiers under which it is an image here."""

from __future__ import annotations

from sources.lookup import Affixes, Everything, WithPrefix
from sources.runtime import ActiveSource, Sources


def identifiers_of(key: str, sources: Sources) -> list[str]:
    """Every identifier that a source may turn into this key; the key itself in any case.

    A source whose lookup is a template or the site's delegate cannot be asked backwards: for it, whoever tells the
    news must tell identifiers.
    """
    found = [key, *(name for source in sources.active for name in own_names(key, source))]
    return list(dict.fromkeys(found))


def own_names(key: str, source: ActiveSource) -> list[str]:
    """The identifiers under which this source would look for the key."""
    if not isinstance(source.lookup, Affixes) or source.backend is None:
        return []
    begins = f"{folder_of(source)}{source.lookup.prefix}"
    if not (key.startswith(begins) and key.endswith(source.lookup.suffix)):
        return []
    rest = key[len(begins) : len(key) - len(source.lookup.suffix)]
    match source.scope:
        case Everything():
            return [rest] if rest else []
        case WithPrefix(prefix, is_kept):
            return ([rest] if rest.startswith(prefix) else []) if is_kept else [f"{prefix}{rest}"]
        case _:
            return [rest] if rest and source.scope.claim(rest) is not None else []


def folder_of(source: ActiveSource) -> str:
    """What the source puts before every name, where it says so in its options."""
    options = source.backend.options if source.backend is not None else None
    for name in ("path_prefix", "key_prefix"):
        prefix = getattr(options, name, "")
        if isinstance(prefix, str) and prefix and not prefix.startswith("/"):
            return prefix
    return ""
