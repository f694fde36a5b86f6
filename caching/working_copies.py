"""Working copies as files in a bounded folder of this machine: each one proves whose it is, and since when."""

from __future__ import annotations

import os
import shutil
import struct
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from cachetools import LRUCache

from iiifserver.conf import conf
from iiifserver.iiif.errors import SourceUnavailable

from .base import CacheBackend, CacheUnavailable, Entry, Judge, Swept, Tier, Usage
from .bounded_folder import BoundedFolder, new_file, touch
from .folder_store import WORKING_COPIES, problems_of, store_errors
from .keys import CacheKey, Subject, digest
from .purges import Purges
from .shards import StoredFile
from .stamp import Age, Stamp, age_of

NAME = "Working copies"
FOOTER = struct.Struct(">8sI")
MAGIC = b"iiifcopy"
"""Stands with the length of the stamp at the end of the file, where readers of TIFF do not look."""
TOUCH_SECONDS = 3600
REMEMBERED_AGES = 10_000
MOST_FILES = 10_000_000
SPARE_BYTES = 500_000_000
"""So much of the disk is left to others."""
GONE = "The working copy of this image has just been removed. Ask again."
FULL = "The disk with the server's home is nearly full: no working copy is begun."
TOO_LARGE = "The working copy is larger than all the room that working copies may take."


def copy_key(subject: Subject, page: int, version: str, recipe: str) -> CacheKey:
    """The key of the copy of one page of one version, made in one way. Keys of one page begin alike."""
    return CacheKey(subject.image, f"{digest(f'page {page}')[:16]}{digest(f'{version} {recipe}')[:16]}", subject)


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """A copy that is there."""

    place: Path
    age: Age

    def open(self) -> BinaryIO:
        """Raises `SourceUnavailable` where it has just made room for another."""
        try:
            return open(self.place, "rb")
        except OSError as error:
            raise SourceUnavailable(GONE) from error


class CopyStore(CacheBackend):
    """Keeps whole files. What finds and puts raises `CacheUnavailable` alone."""

    label = NAME
    used_for = "Slow images: pyramids of tiles that are read in their place."
    tier = Tier.COPY
    is_shared = True
    is_on_this_machine = True

    def __init__(self, limit_bytes: int = sys.maxsize) -> None:
        super().__init__(None)
        self.folder = conf.home / "cache" / WORKING_COPIES
        self.limit_bytes = limit_bytes
        self._bounded = BoundedFolder(self.folder, limit_bytes, MOST_FILES)
        self.counts.name = NAME
        self._bounded.note_evicted = self.counts.note_evicted
        self._ages: LRUCache[tuple[str, int, int], Age | None] = LRUCache(REMEMBERED_AGES)
        self._lock = threading.Lock()

    def find(self, key: CacheKey, purges: Purges) -> KeptCopy | None:
        """The copy, unless it has been purged; costs one look at the folder."""
        place = self._bounded.place(key)
        try:
            status = os.stat(place)
        except OSError:
            return None
        age = self._age((str(place), status.st_ino, status.st_mtime_ns))
        if age is None or not purges.allow(key.subject, key.image, age.generation, time.time()):
            return None
        if time.time() - status.st_mtime > TOUCH_SECONDS:
            touch(place)
        return KeptCopy(place, age)

    @contextmanager
    def writing(self, key: CacheKey, generation: int) -> Iterator[Path]:
        """The place of a new file, which is kept when the block ends well, and gone when it does not; earlier copies of
        the page go. The generation is the number of the newest purge when the work began.

        Raises `CacheUnavailable` where there is no room; `OSError` of the block is its own.
        """
        folder = self._bounded.place(key).parent
        with store_errors():
            descriptor, name = new_file(folder)
        os.close(descriptor)
        temporary = Path(name)
        try:
            if shutil.disk_usage(folder).free < SPARE_BYTES:
                raise CacheUnavailable(FULL)
            yield temporary
            with store_errors():
                self._take_in(key, temporary, generation)
        finally:
            with suppress(OSError):
                temporary.unlink()

    def purge(self) -> int:
        with store_errors():
            return self._bounded.empty()

    def purge_image(self, image: str) -> int:
        with store_errors():
            return self._bounded.remove_image(image)

    def remove(self, key: CacheKey) -> None:
        """One that cannot be read, so that it is not tried again."""
        with store_errors(), suppress(FileNotFoundError):
            self._bounded.remove(key)

    def sweep(self, judge: Judge, *, image: str = "", removes: bool = True) -> Iterator[Swept]:
        with store_errors():
            yield from self._bounded.sweep(judge, entry_of, image=image, removes=removes)

    def usage(self) -> Usage:
        with store_errors():
            return self._bounded.usage()

    def problems(self) -> Iterable[str]:
        return problems_of(self.folder)

    def _age(self, known_as: tuple[str, int, int]) -> Age | None:
        with self._lock:
            if known_as in self._ages:
                return self._ages[known_as]
        age = age_of(stamp_at_end(known_as[0]))
        with self._lock:
            self._ages[known_as] = age
        return age

    def _take_in(self, key: CacheKey, temporary: Path, generation: int) -> None:
        add_stamp(temporary, Stamp(generation, int(time.time()), key.subject))
        size = temporary.stat().st_size
        if size > self.limit_bytes:
            raise CacheUnavailable(TOO_LARGE)
        for file in self._bounded.files_of(key.image):
            name = Path(file.path).name
            if name[:16] == key.picture[:16] and name != key.picture:
                self._bounded.remove(CacheKey(key.image, name))
        self._bounded.take_in(key, temporary, size)


def add_stamp(file: Path, stamp: Stamp) -> None:
    """Puts the stamp at the end, and has the disk hold all of it before anybody can find it."""
    content = stamp.before(b"")
    with open(file, "ab") as handle:
        handle.write(content + FOOTER.pack(MAGIC, len(content)))
        handle.flush()
        os.fsync(handle.fileno())


def stamp_at_end(path: str) -> bytes:
    """The stamp as bytes; none where the file has none, is cut off, or has gone."""
    with suppress(OSError), open(path, "rb") as handle:
        size = os.fstat(handle.fileno()).st_size
        footer = os.pread(handle.fileno(), FOOTER.size, max(0, size - FOOTER.size))
        if len(footer) == FOOTER.size:
            magic, length = FOOTER.unpack(footer)
            if magic == MAGIC and length <= size - FOOTER.size:
                return os.pread(handle.fileno(), length, size - FOOTER.size - length)
    return b""


def entry_of(file: StoredFile) -> Entry:
    return Entry(
        size=file.size,
        beginning=partial(beginning_of_stamp, file.path),
        is_whole=lambda: bool(stamp_at_end(file.path)) or not os.path.exists(file.path),
    )


def beginning_of_stamp(path: str, count: int) -> bytes:
    return stamp_at_end(path)[:count]


_limit_bytes = sys.maxsize


def active_copy_store(limit_bytes: int) -> CopyStore:
    """The store with the limit that staff have set, which from now on holds for maintenance too."""
    global _limit_bytes
    _limit_bytes = limit_bytes
    return CopyStore(limit_bytes)


def copy_store() -> CopyStore:
    """A store of its own for purges and maintenance."""
    return CopyStore(_limit_bytes)
