"""Folders of object stores, which have none: what stands in keys before a slash. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ..base import FolderEntry


def first_entries(pages: Iterable[Iterable[str]], prefix: str, behind: str, limit: int) -> list[FolderEntry]:
    """So many of the entries of the folder of that prefix at most, in the order of their keys, which the pages keep to.

    A page has the keys of objects and, each with its slash, of folders; what is not behind that key is passed over,
    and so is an object that is called like the folder itself. No more pages are asked for than are needed.
    """
    found: list[FolderEntry] = []
    for page in pages:
        keys = sorted({key for key in page if key > behind and key.removeprefix(prefix) not in {"", "/"}})
        found += (entry_of(key.removeprefix(prefix)) for key in keys)
        if len(found) >= limit:
            break
        behind = max([behind, *keys])
    return found[:limit]


def entry_of(name: str) -> FolderEntry:
    return FolderEntry(name.removesuffix("/"), is_folder=name.endswith("/"))
