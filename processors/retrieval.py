"""How a library gets at the bytes of an image: from where they are, piece by piece, or from a copy on this machine."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from iiifserver.iiif.errors import Unreadable
from iiifserver.iiif.found import Found
from iiifserver.watching.watch import watch

from .downloads import downloads
from .retrieval_options import Retrieval, RetrievalRule


class Refused(Unreadable):
    """The image is no file of this machine, and staff want it left alone."""


@contextmanager
def seekable(found: Found, rule: RetrievalRule) -> Iterator[BinaryIO]:
    """A handle for reading and seeking, for a library that reads from Python.

    Raises `ImageTooLarge` for a file that is too large to fetch, `Refused` where nothing may be fetched, and what
    opening and reading raise.
    """
    with found.open() as handle:
        if is_local(handle):
            yield handle
        elif (kept := kept_copy(found, handle, rule)) is not None:
            with kept:
                yield kept
        elif rule.uncached is Retrieval.STREAM:
            yield handle
        else:
            with downloaded(found, handle, rule) as copy:
                yield copy


@contextmanager
def local_file(found: Found, rule: RetrievalRule) -> Iterator[BinaryIO]:
    """A handle of a real file, for a library that reads by itself: see `path_of`. Fetched unless that is refused.

    Raises as `seekable` does.
    """
    with seekable(found, rule.for_files) as file:
        yield file


def is_local(handle: BinaryIO) -> bool:
    """Whether the handle's bytes are those of an ordinary file; not so of one that unpacks what it reads."""
    raw = handle.raw if isinstance(handle, io.BufferedReader) else handle
    return isinstance(raw, io.FileIO) and stat.S_ISREG(os.fstat(raw.fileno()).st_mode)


def kept_copy(found: Found, handle: BinaryIO, rule: RetrievalRule) -> BinaryIO | None:
    """The whole file in the source cache; `None` where it is not to be kept there, or cannot be."""
    if rule.way is not Retrieval.CACHE or found.keep is None:
        return None
    with watch.waiting():
        return found.keep(handle, rule.most_bytes)


@contextmanager
def downloaded(found: Found, handle: BinaryIO, rule: RetrievalRule) -> Iterator[BinaryIO]:
    """A copy of the image on this machine, for as long as it is read."""
    if rule.uncached is Retrieval.REFUSE:
        raise Refused("Images of this kind are read here only where they are files of this server.")
    with downloads.copy_of(found, handle, rule.most_bytes) as copy:
        yield copy
