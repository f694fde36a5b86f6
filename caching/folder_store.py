"""What caches in a folder of this machine have in common: where it is, how full it may get, and how it is swept."""

from __future__ import annotations

import os
import time
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from iiifserver.conf import conf

from .base import MEGABYTE, CacheBackend, CacheUnavailable, Entry, Judge, Swept, Usage
from .bounded_folder import PATIENT_WALKS, BoundedFolder
from .disk_room import DiskRoom
from .keys import CacheKey
from .registry import caches
from .shards import StoredFile

WORKING_COPIES = "working-copies"
"""The name of a folder that is no cache's."""
TOUCH_SECONDS = 3600
"""How old the note on when an entry was used last may grow before it is written again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderOptions:
    """What every such cache is asked."""

    folder: str = ""
    """Below `cache` in the server's home; empty for the usual one."""
    limit_megabytes: int
    """Megabytes of a million bytes."""
    limit_files: int
    ttl_seconds: int = 2_592_000
    """Since an entry was asked for last; 0 for no end."""
    free_megabytes: int = 500
    """What is left to others on the disk; 0 for nothing."""


class FolderStore(CacheBackend):
    """Entries as files. Several processes may use the folder at once."""

    is_shared = True
    is_on_this_machine = True
    usual_folder: ClassVar[str]
    patient_walks: ClassVar[int] = PATIENT_WALKS
    """See `BoundedFolder`."""
    options: FolderOptions

    def __init__(self, options: FolderOptions) -> None:
        super().__init__(options)
        self.folder = self.own_folder(options.folder)
        self.limit_bytes = options.limit_megabytes * MEGABYTE
        self._bounded = BoundedFolder(self.folder, self.limit_bytes, options.limit_files, self.patient_walks)
        self._bounded.note_evicted = self.counts.note_evicted
        self._room = DiskRoom(self.folder, options.free_megabytes * MEGABYTE)

    @classmethod
    def own_folder(cls, name: str) -> Path:
        """The folder of that name, or the usual one; raises `ValueError` for one that cannot be a cache's, or that
        belongs to another kind.
        """
        folder = folder_of(name or cls.usual_folder)
        kinds = [kind for kind in map(caches.get, caches) if issubclass(kind, FolderStore)]
        for other in sorted({WORKING_COPIES, *(kind.usual_folder for kind in kinds)} - {cls.usual_folder}):
            if overlap(folder, folder_of(other)):
                raise ValueError(f"The folder “{other}” holds files of another kind. Write another name.")
        return folder

    def purge(self) -> int:
        with store_errors():
            return self._bounded.empty()

    def purge_image(self, image: str) -> int:
        with store_errors():
            return self._bounded.remove_image(image)

    def sweep(self, judge: Judge, *, image: str = "", removes: bool = True) -> Iterator[Swept]:
        with store_errors():
            yield from self._bounded.sweep(judge, self._entry, image=image, removes=removes)

    def usage(self) -> Usage:
        with store_errors():
            return self._bounded.usage()

    def problems(self) -> Iterable[str]:
        if problems := problems_of(self.folder):
            return problems
        shortage = self._room.shortage()
        return [f"{shortage} Free some of it, or let the cache leave less free."] if shortage else []

    @abstractmethod
    def _entry(self, file: StoredFile) -> Entry:
        """The file as a sweep looks at it."""

    def _leave_room_to_others(self, coming_bytes: int = 0) -> None:
        """Raises `CacheUnavailable` when the disk is so full that nothing more, or not so much, may be put there."""
        if self._room.shortage(coming_bytes):
            self._bounded.relieve(lambda: bool(self._room.shortage(coming_bytes)))
            if shortage := self._room.shortage(coming_bytes):
                raise CacheUnavailable(shortage)

    def _is_expired(self, used_at: float) -> bool:
        # What is asked for is touched once an hour: it may have been used that much later than it says.
        ttl = self.options.ttl_seconds
        return ttl > 0 and time.time() - used_at > ttl + min(ttl, TOUCH_SECONDS)

    def _place(self, key: CacheKey) -> Path:
        return self._bounded.place(key)


def folder_of(name: str) -> Path:
    """The folder of that name below `cache` in the home; raises `ValueError` when it would lie elsewhere."""
    home = (conf.home / "cache").resolve()
    folder = (home / name).resolve()
    if folder == home or not folder.is_relative_to(home):
        raise ValueError("Write the name of a folder inside “cache” in the server's home, such as derivatives.")
    return folder


def overlap(one: Path, other: Path) -> bool:
    """Whether the folders are the same, or one lies in the other."""
    return one.is_relative_to(other) or other.is_relative_to(one)


def problems_of(folder: Path) -> list[str]:
    """What keeps the folder from being used, in sentences for staff."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return ["Its folder cannot be made: let the server's user write to “cache” in the server's home."]
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return ["Its folder cannot be written: let the server's user write there."]
    return []


@contextmanager
def store_errors() -> Iterator[None]:
    """Turns what the file system refuses into `CacheUnavailable`."""
    try:
        yield
    except OSError as error:
        raise CacheUnavailable(f"The folder of the cache cannot be used: {error.strerror or error}.") from error
