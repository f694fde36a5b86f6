"""Files of this machine as images: which version one is, and its bytes as long as it stays that version."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from iiifserver.iiif.errors import Forbidden, IIIFError, SourceMissing, SourceReplaced, SourceUnavailable
from iiifserver.iiif.found import Found

from .steady_file import SteadyFile

NOT_THERE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP})


def status_of(path: Path) -> os.stat_result | None:
    """What the system says of the file; `None` when it is not there."""
    try:
        return path.stat()
    except OSError as error:
        if error.errno in NOT_THERE:
            return None
        raise refused(error) from error


def found(path: Path, status: os.stat_result) -> Found:
    version = version_of(path, status)
    return Found(
        open=lambda: opened(path, version),
        version=version,
        last_modified=datetime.fromtimestamp(int(status.st_mtime), UTC),
    )


def version_of(path: Path, status: os.stat_result) -> str:
    """Differs between files, and between two states of one file."""
    # Not the time of the last change of status: a backup that makes hard links would make every image a new one.
    state = f"{path}\0{status.st_ino}\0{status.st_size}\0{status.st_mtime_ns}"
    return hashlib.blake2b(os.fsencode(state), digest_size=16).hexdigest()


def opened(path: Path, version: str) -> BinaryIO:
    """The bytes of exactly that version; raises `SourceUnavailable` when the file has changed meanwhile."""
    try:
        file = SteadyFile(io.FileIO(os.fspath(path), opener=open_without_surprise))
    except OSError as error:
        raise refused(error) from error
    if version_of(path, os.fstat(file.fileno())) != version:
        file.close()
        raise SourceReplaced
    return cast("BinaryIO", file)


def open_without_surprise(path: str, flags: int) -> int:
    # A link or a pipe may have taken the file's place since it was looked at: follow neither out, wait for neither.
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def refused(error: OSError) -> IIIFError:
    """What a visitor is told when the system does not let the server at a file."""
    if error.errno in NOT_THERE:
        return SourceMissing("There is no image with this identifier.")
    if error.errno in {errno.EACCES, errno.EPERM}:
        return Forbidden("The source does not give this image out.")
    if error.errno in {errno.EMFILE, errno.ENFILE}:
        return SourceUnavailable("The server has too many files open.")
    return SourceUnavailable("The source cannot read this image at present.")
