"""A meeting place for the processes of one machine: a file without content, of which they lock single bytes.

The kernel frees what a process has locked when it dies, however it dies. A byte for each picture, at a place that
follows from its name, takes no room on the disk.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

from .base import CacheUnavailable, MeetingPlace
from .keys import digest

DIGITS = 15
"""Of the name's digest: as many as a place in a file can have."""


class LockFile(MeetingPlace):
    """The locks of this process. There must be one object for each file: the locks of a process end when it closes the
    file, through whichever handle.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor: int | None = None

    def claim(self, name: str) -> Callable[[], None] | None:
        place = int(digest(name)[:DIGITS], 16)
        descriptor = self._opened()
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except (BlockingIOError, PermissionError):
            # Systems differ in how they say that somebody else has it.
            return None
        except OSError as error:
            raise unusable(error) from error
        return lambda: fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, place)

    def _opened(self) -> int:
        if self._descriptor is None:
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise unusable(error) from error
        return self._descriptor


@cache
def lock_file(file: Path) -> LockFile:
    """The one object for that file."""
    return LockFile(file)


def unusable(error: OSError) -> CacheUnavailable:
    return CacheUnavailable(f"The file of locks in the server's home cannot be used: {error.strerror or error}.")
