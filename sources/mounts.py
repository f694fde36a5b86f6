"""Whether a folder has what was mounted there: an empty mount point looks like a folder from which all is gone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

FSTAB = Path("/etc/fstab")
"""Where the system lists what belongs on which mount point."""


class MountWatch:
    """Looks after one folder. Used by many threads at once."""

    def __init__(self) -> None:
        self._filled: tuple[int, int] | None = None
        """The folder in which something was last seen: its device and its number there."""

    def note(self, folder: Path) -> None:
        """Remembers the folder as the one that is meant, if there is something in it."""
        identity = identity_of(folder)
        if identity != self._filled and not is_empty(folder):
            self._filled = identity

    def is_gone(self, folder: Path) -> bool:
        """Whether something else should be in this place, going by what was seen here or by the system's list."""
        if not is_empty(folder):
            return False
        return self._filled not in {None, identity_of(folder)} or lacks_its_mount(folder)


def identity_of(folder: Path) -> tuple[int, int] | None:
    """`None` where there is no such folder."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def is_empty(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except OSError:
        return True


def lacks_its_mount(folder: Path) -> bool:
    """Whether the folder is, or lies in, a mount point that the system lists and on which nothing is."""
    return any(folder.is_relative_to(place) and not os.path.ismount(place) for place in listed_mount_points())


def listed_mount_points() -> Iterator[Path]:
    try:
        lines = FSTAB.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        fields = line.split()
        if len(fields) > 1 and not fields[0].startswith("#") and fields[1].startswith("/"):
            # A space in the path is written as its octal number.
            yield Path(fields[1].replace("\\040", " "))
