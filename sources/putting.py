"""A file put into a folder: the whole of it, or nothing."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from iiifserver.iiif.errors import AlreadyThere, Forbidden, IIIFError, SourceUnavailable

LONGEST_NAME_BYTES = 200
"""Short enough for every file system, a few letters left for what is unfinished."""
PIECE_BYTES = 1_000_000

WITHOUT_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""What a file system says that knows no second name of a file."""
TAKEN = "There is something of this name already: choose another name, or have it replaced."
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
IN_THE_WAY = frozenset({errno.EEXIST, errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY})


def is_fit_for_a_file(name: str) -> bool:
    """Whether a file that is put here may be called so: nothing hidden, and no letters that nobody sees."""
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        return False
    return 0 < length <= LONGEST_NAME_BYTES and name.isprintable() and not name.startswith(".") and "/" not in name


def put_file(folder: Path, name: str, content: BinaryIO, *, replaces: bool) -> None:
    """Copies the bytes into a file of that name. Whoever looks meanwhile finds what was there before.

    The folder is looked at once: what takes its place later is not written to, and a link that has the name is
    replaced, never followed. Raises `AlreadyThere`, `Forbidden` and `SourceUnavailable`.
    """
    with system_errors():
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            draft = f".{secrets.token_hex(16)}.part"
            try:
                write_draft(place, draft, content)
                (replace_by if replaces else place_beside)(place, draft, name)
                os.fsync(place)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(draft, dir_fd=place)
        finally:
            os.close(place)


def write_draft(place: int, draft: str, content: BinaryIO) -> None:
    """Writes the bytes to the disk, under a name that no listing shows."""
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666, dir_fd=place)
    with open(number, "wb") as file:
        shutil.copyfileobj(content, file, PIECE_BYTES)
        file.flush()
        os.fsync(number)


def replace_by(place: int, draft: str, name: str) -> None:
    os.replace(draft, name, src_dir_fd=place, dst_dir_fd=place)


def place_beside(place: int, draft: str, name: str) -> None:
    """Gives the draft its name, unless something has that name already."""
    try:
        os.link(draft, name, src_dir_fd=place, dst_dir_fd=place, follow_symlinks=False)
    except OSError as error:
        if error.errno not in WITHOUT_LINKS:
            raise
        # Takes the name first, so that of two who want it one is refused.
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666, dir_fd=place))
        try:
            replace_by(place, draft, name)
        except OSError:
            os.unlink(name, dir_fd=place)
            raise


@contextmanager
def system_errors() -> Iterator[None]:
    """Turns what the system refuses into errors of the tree."""
    try:
        yield
    except OSError as error:
        raise meaning_of(error) from error


def meaning_of(error: OSError) -> IIIFError:
    if error.errno in IN_THE_WAY:
        return AlreadyThere(TAKEN)
    if error.errno in NOT_ALLOWED:
        return Forbidden("The server may not write into this folder. Change the permissions of the folder.")
    if error.errno in NO_ROOM:
        return SourceUnavailable("There is no room left for this image.")
    return SourceUnavailable("The folder cannot be written to at present.")
