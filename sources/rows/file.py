"""A value in a row as a file to read and seek."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, cast

from iiifserver.watching.watch import watch

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK_BYTES = 256 * 1024
"""What one question to the database brings at least: most headers, and a few tiles."""


class RowFile(io.RawIOBase):
    """Asks for a part whenever one is read."""

    def __init__(self, size: int, part: Callable[[int, int], bytes]) -> None:
        super().__init__()
        self._size = size
        self._part = part
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        length = min(len(view), max(0, self._size - self._position))
        if length == 0:
            return 0
        with watch.waiting():
            part = self._part(self._position, length)
        view[: len(part)] = part
        self._position += len(part)
        return len(part)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("There is nothing before the beginning of a file.")
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        return self._position


def opened(size: int, part: Callable[[int, int], bytes]) -> BinaryIO:
    """The whole value as a file that asks for large parts."""
    return cast("BinaryIO", io.BufferedReader(RowFile(size, part), BLOCK_BYTES))
