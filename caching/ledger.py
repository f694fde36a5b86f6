"""How much each shard of a folder holds, in one small file that all processes share."""

from __future__ import annotations

import fcntl
import heapq
import os
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHARDS = 256
EMPTY = 2**63 - 1
"""Stands for the age of a shard that holds nothing: younger than anything."""
SIZE = 3 * SHARDS * 8


class Books:
    """For each shard its entries, their bytes, and a time before which none of them was used last, in nanoseconds."""

    def __init__(self, raw: bytes) -> None:
        self.is_known = len(raw) == SIZE
        """Whether somebody has counted before."""
        self._numbers = array("q", raw if self.is_known else array("q", [0, 0, EMPTY] * SHARDS).tobytes())
        self.entries = sum(self._numbers[0::3])
        self.bytes = sum(self._numbers[1::3])

    def raw(self) -> bytes:
        return self._numbers.tobytes()

    def add(self, shard: int, entries: int, size: int) -> None:
        """Counts so many more, or fewer."""
        self._numbers[3 * shard] += entries
        self._numbers[3 * shard + 1] += size
        self.entries += entries
        self.bytes += size

    def note_use(self, shard: int, used_at: int) -> None:
        """An entry was put that was used at that time."""
        self._numbers[3 * shard + 2] = min(self._numbers[3 * shard + 2], used_at)

    def correct(self, shard: int, entries: int, size: int, oldest: int) -> None:
        """Replaces what was written of a shard by what was found."""
        self.add(shard, entries - self._numbers[3 * shard], size - self._numbers[3 * shard + 1])
        self._numbers[3 * shard + 2] = oldest

    def oldest_shard(self) -> tuple[int, int]:
        """The shard whose entries may be the oldest, and the time of the next such shard."""
        first, second = heapq.nsmallest(2, range(SHARDS), key=lambda shard: self._numbers[3 * shard + 2])
        return first, self._numbers[3 * second + 2]


class Ledger:
    """Hands out the books of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "ledger"

    @contextmanager
    def opened(self) -> Iterator[Books]:
        """The books, to one holder at a time among all threads of all processes; what was noted is kept."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # Opened anew each time: a lock belongs to the opened file, which a fork would share.
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            books = Books(os.pread(descriptor, SIZE + 1, 0))
            try:
                yield books
            finally:
                # On a full disk nothing is written: then there are no books, rather than empty ones.
                os.pwrite(descriptor, books.raw(), 0)
                os.ftruncate(descriptor, SIZE)
        finally:
            os.close(descriptor)

    def glance(self) -> Books:
        """The books as they were a moment ago, to look at."""
        try:
            return Books(self._file.read_bytes())
        except FileNotFoundError:
            return Books(b"")
