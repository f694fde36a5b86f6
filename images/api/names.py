"""From the name of an object in a store back to the identifiers under which it is an image here."""

from __future__ import annotations

from sources.backends.filesystem import FilesystemSource
from sources.lookup import Affixes, Lookup, Scope, Template, WithPrefix
from sources.runtime import ActiveSource, Sources


def identifiers_of(key: str, sources: Sources) -> list[str]:
    """Every identifier that a source may turn into this key; the key itself in any case.

    A source whose lookup is the site's delegate, or a template without the identifier, cannot be asked backwards: for
    it, whoever tells the news must tell identifiers.
    """
    found = [key, *(name for source in sources.active for name in own_names(key, source))]
    return list(dict.fromkeys(found))


def own_names(key: str, source: ActiveSource) -> list[str]:
    """The identifiers under which this source would look for the key."""
    folder = folder_of(source)
    if source.backend is None or not key.startswith(folder):
        return []
    rest = looked_up(key[len(folder) :], source.lookup)
    return named_in(source.scope, rest) if rest else []


def looked_up(name: str, lookup: Lookup | None) -> str:
    """Of which part of an identifier the lookup makes that name; empty where it makes it of none, or nobody knows."""
    match lookup:
        case Affixes(prefix, suffix) if name.startswith(prefix) and name.endswith(suffix):
            return name[len(prefix) : len(name) - len(suffix)]
        case Template():
            return lookup.identifier_in(name) or ""
        case _:
            return ""


def named_in(scope: Scope, rest: str) -> list[str]:
    """The identifiers of which the scope leaves that part to the lookup."""
    match scope:
        case WithPrefix(prefix, is_kept):
            return ([rest] if rest.startswith(prefix) else []) if is_kept else [f"{prefix}{rest}"]
        case _:
            return [rest] if scope.claim(rest) is not None else []


def folder_of(source: ActiveSource) -> str:
    """What the source puts before every name, where it says so in its options."""
    if isinstance(source.backend, FilesystemSource):
        # Where the folder of this machine is stands in no name.
        return ""
    options = source.backend.options if source.backend is not None else None
    for name in ("path_prefix", "key_prefix"):
        prefix = getattr(options, name, "")
        if isinstance(prefix, str) and prefix and not prefix.startswith("/"):
            return prefix
    return ""
