"""Names in a storage: which there may be, and which of them a source may give out."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.exceptions import SuspiciousOperation

from iiifserver.conf import conf

if TYPE_CHECKING:
    from django.core.files.storage import Storage

LONGEST_NAME = 1024
"""What the object stores allow in bytes; a longer name is nobody's."""


def can_be_a_name(name: str) -> bool:
    try:
        return "\0" not in name and len(name.encode()) <= LONGEST_NAME
    except UnicodeEncodeError:
        return False


def climbs(name: str) -> bool:
    """Whether a name has a step that is empty, stays or goes up.

    A backslash counts as a slash here: some storages turn it into one.
    """
    return any(step in {"", ".", ".."} for step in name.replace("\\", "/").split("/"))


def open_aliases() -> list[str]:
    """The aliases that the fence names, each once."""
    return list(dict.fromkeys(alias for alias, _ in open_places()))


def is_open(alias: str, name: str) -> bool:
    """Whether the fence lets a source give out the file of that name."""
    return any(alias == known and name.startswith(folder) for known, folder in open_places())


def leads_to_open(alias: str, beginning: str) -> bool:
    """Whether the fence lets a source give out anything whose name begins like that."""
    return any(beginning.startswith(folder) or folder.startswith(beginning) for folder in open_folders(alias))


def open_folders(alias: str) -> list[str]:
    """The folders of a storage that the fence opens, each with its last slash; an empty one for all of it."""
    return [folder for known, folder in open_places() if known == alias]


def open_places() -> Iterator[tuple[str, str]]:
    """The aliases of the fence, each with the folder in it that may be read; `default:scans` names one."""
    for text in conf.storage_aliases:
        alias, _, folder = text.partition(":")
        yield alias, f"{folder.strip('/')}/" if folder.strip("/") else ""


def local_path(storage: Storage, name: str) -> Path | None:
    """Where a name is on this machine, every link resolved; `None` for a storage that is elsewhere.

    Raises what a storage raises for a name that it does not take.
    """
    try:
        return Path(storage.path(name)).resolve()
    except NotImplementedError:
        return None


def local_root(storage: Storage, prefix: str) -> Path | None:
    """The folder on this machine that nothing may lead out of; `None` for a storage that is elsewhere."""
    return local_path(storage, posixpath.dirname(prefix))


def leads_out(storage: Storage, name: str, prefix: str) -> bool:
    """Whether a storage on this machine has something else there than a plain file below the prefix."""
    try:
        root, path = local_root(storage, prefix), local_path(storage, name)
    except (OSError, RuntimeError, SuspiciousOperation, ValueError):
        return True
    if root is None or path is None:
        return False
    try:
        return not (path.is_relative_to(root) and path.is_file())
    except PermissionError:
        return False
    except OSError:
        return True


def has_folder(storage: Storage, name: str, prefix: str) -> bool:
    """Whether a storage on this machine has a folder there that is below the prefix; one that is elsewhere has any."""
    try:
        root, path = local_root(storage, prefix), local_path(storage, name)
        return root is None or path is None or (path.is_relative_to(root) and path.is_dir())
    except (OSError, RuntimeError, SuspiciousOperation, ValueError):
        return False
