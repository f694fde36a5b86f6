"""What a folder of a storage holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.files.storage import Storage as AnyStorage

from iiifserver.iiif.errors import SourceMissing

from ..listing import is_named_like_an_image
from .errors import storage_errors
from .names import local_root

if TYPE_CHECKING:
    from django.core.files.storage import Storage


def can_list(storage: Storage) -> bool:
    """Whether a storage can tell what it has: Django asks that of none."""
    return type(storage).listdir is not AnyStorage.listdir


def names_below(storage: Storage, prefix: str, folder: str) -> dict[str, bool] | None:
    """The names in a folder below the prefix, each with whether it is a folder; those of images and folders alone,
    and none that is hidden. `None` where a storage that is elsewhere has no such folder.
    """
    whole = prefix + folder
    # The prefix may end in the middle of a name.
    place, beginning = (whole, "") if folder else (prefix.rpartition("/")[0], prefix.rpartition("/")[2])
    try:
        with storage_errors():
            folders, files = storage.listdir(place)
    except SourceMissing:
        folders, files = [], []
    names = dict.fromkeys(shown(folders, beginning), True)
    names |= dict.fromkeys(filter(is_named_like_an_image, shown(files, beginning)), False)
    return names if folders or files or not folder or local_root(storage, prefix) else None


def shown(names: Iterable[str], beginning: str) -> Iterable[str]:
    """What is left of the names that begin like that, of those that are text and not hidden."""
    # A name with a NUL is nobody's, and nothing sorts it.
    left = (name.removeprefix(beginning) for name in names if name.startswith(beginning) and not name.startswith("."))
    return (name for name in left if name.isprintable() and name)
