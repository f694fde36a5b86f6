"""Copying the bytes of an opened image: all of them, and no more than there may be. Pure."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol, cast

from .errors import ImageTooLarge, SourceUnavailable

PIECE_BYTES = 4 * 1024 * 1024
"""Large enough that a file far away comes in few requests."""

TOO_LARGE = "The file of this image is larger than the server fetches from elsewhere."
STOPPED = "The source stopped in the middle of this image."


class GivesPieces(Protocol):
    """What a file offers for which every read is a request to another server."""

    def in_pieces(self, most_bytes: int) -> Iterator[bytes]:
        """All bytes from the beginning to the end, in pieces of at most so many."""


def length_of(handle: BinaryIO) -> int | None:
    """How many bytes the image has; `None` where only reading it to its end would tell."""
    try:
        length = handle.seek(0, io.SEEK_END)
    except (io.UnsupportedOperation, ValueError):
        return None
    handle.seek(0)
    return length


def pour(handle: BinaryIO, write: Callable[[bytes], object], most_bytes: int) -> None:
    """Has every byte written, from the first to the last, wherever the handle stands.

    Raises `ImageTooLarge` as soon as it is known that there are more than so many, `SourceUnavailable` where the handle
    ends before its end, and what reading and `write` raise.
    """
    length, poured = length_of(handle), 0
    if length is not None and length > most_bytes:
        raise ImageTooLarge(TOO_LARGE)
    for piece in pieces_of(handle):
        poured += len(piece)
        if poured > most_bytes:
            raise ImageTooLarge(TOO_LARGE)
        write(piece)
    if length is not None and poured != length:
        raise SourceUnavailable(STOPPED)


def write_all(file: BinaryIO, content: bytes) -> None:
    """Writes every byte into a file that has no buffer, which may take less at once. Raises `OSError`."""
    while content:
        content = content[file.write(content) :]


def pieces_of(handle: BinaryIO) -> Iterator[bytes]:
    if hasattr(handle, "in_pieces"):
        return cast(GivesPieces, handle).in_pieces(PIECE_BYTES)
    handle.seek(0)
    return iter(lambda: handle.read(PIECE_BYTES), b"")
