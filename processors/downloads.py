"""Files from elsewhere in temporary files, for as long as they are read."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from iiifserver.conf import conf
from iiifserver.iiif.errors import Overloaded
from iiifserver.iiif.found import Found
from iiifserver.iiif.pouring import pour, write_all
from iiifserver.watching.watch import watch

NO_ROOM = "The server has no room for a copy of this image at present."


@dataclass(slots=True)
class _Copy:
    """A file that is being fetched or has been."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    readers: int = 0
    file: BinaryIO | None = None


class Downloads:
    """The copies of this process. Whoever wants an image that is being fetched waits for it, and reads the same copy;
    the last who reads it lets it go.

    Copies have no names, so that nothing is left behind by a process that dies.
    """

    def __init__(self) -> None:
        self._copies: dict[str, _Copy] = {}
        self._lock = threading.Lock()

    @contextmanager
    def copy_of(self, found: Found, handle: BinaryIO, most_bytes: int) -> Iterator[BinaryIO]:
        """A handle of one's own on the copy."""
        copy = self._joined(found.version)
        try:
            with watch.waiting(), copy.lock:
                copy.file = copy.file or fetched(handle, most_bytes)
            with open(path_of(copy.file), "rb") as own:
                yield own
        finally:
            self._left(found.version, copy)

    def _joined(self, version: str) -> _Copy:
        with self._lock:
            copy = self._copies.setdefault(version, _Copy())
            copy.readers += 1
            return copy

    def _left(self, version: str, copy: _Copy) -> None:
        with self._lock:
            copy.readers -= 1
            if copy.readers:
                return
            del self._copies[version]
        if copy.file:
            copy.file.close()


downloads = Downloads()


def path_of(handle: BinaryIO) -> str:
    """A path that leads to the opened file itself, wherever its name may lead by now."""
    return f"/dev/fd/{handle.fileno()}"


def fetched(handle: BinaryIO, most_bytes: int) -> BinaryIO:
    """All bytes of the handle in a file without a name; raises `Overloaded`, and as `pour` does."""
    copy = nameless_file()
    try:
        pour(handle, lambda content: append(copy, content), most_bytes)
    except BaseException:
        copy.close()
        raise
    return copy


def nameless_file() -> BinaryIO:
    folder = conf.home / "downloads"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=folder, buffering=0)
    except OSError as error:
        raise Overloaded(NO_ROOM) from error


def append(copy: BinaryIO, content: bytes) -> None:
    try:
        write_all(copy, content)
    except OSError as error:
        raise Overloaded(NO_ROOM) from error
