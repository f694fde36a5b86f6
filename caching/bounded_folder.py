"""A folder of entries that keeps its limits: what was used least recently makes room. Raises `OSError`."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from . import shards
from .base import Entry, Judge, Swept, Usage
from .keys import CacheKey
from .ledger import EMPTY, SHARDS, Books, Ledger
from .shards import StoredFile

PUTS_BETWEEN_TIDYINGS = 100
"""At least."""
WALKED_FOR_A_PUT = 10 * SHARDS
"""Where there are very many entries, tidying looks at no more than ten of them for each put."""
SMALLEST_SHARE = 8
"""Where room is made, at least one of so many entries goes, so that a shard is not walked for each picture."""
PATIENT_WALKS = 3
"""How many shards are looked at in vain, because what was oldest in them was used again, before one gives way."""
MOST_WALKS = 16
"""How many shards may be walked at once for a disk that others fill."""
ATTEMPTS = 5


class BoundedFolder:
    """Entries as files, with books on how much there is. Several processes may use the folder at once."""

    def __init__(self, path: Path, limit_bytes: int, limit_files: int, patient_walks: int = PATIENT_WALKS) -> None:
        """With few entries a walk costs nothing: as many patient ones as there are shards find the very oldest."""
        self.path = path
        self.limit_bytes = limit_bytes
        self.limit_files = limit_files
        self._patient_walks = patient_walks
        self.note_evicted: Callable[[int, int], None] = count_nothing
        """Is told how many files, and how many bytes, had to make room."""
        self._ledger = Ledger(path)
        self._puts = itertools.count(1)

    def place(self, key: CacheKey) -> Path:
        return shards.place_of(self.path, key.image, key.picture)

    def files_of(self, image: str) -> list[StoredFile]:
        return shards.files_of_image(shards.image_folder(self.path, image))

    def take_in(self, key: CacheKey, temporary: Path, size: int) -> None:
        """Moves a file that was written aside to its place, and makes room for it."""
        place, shard = self.place(key), shards.shard_of(key.image)
        with self._books() as books:
            replaced = size_of(place)
            used_at = temporary.stat().st_mtime_ns
            os.replace(temporary, place)
            books.add(shard, 0 if replaced else 1, size - replaced)
            books.note_use(shard, used_at)
            self._keep_to_limits(books)
            # The fuller a shard, the longer it takes to walk, and the less often one is walked.
            tidying, remainder = divmod(next(self._puts), max(PUTS_BETWEEN_TIDYINGS, books.entries // WALKED_FOR_A_PUT))
            if remainder == 0:
                self._recount(books, tidying % SHARDS)

    def relieve(self, is_short: Callable[[], bool]) -> None:
        """Removes what was used least recently until the disk is not short of room any more, or for a while."""
        with self._books() as books:
            self._make_room(books, lambda: books.entries > 0 and is_short(), MOST_WALKS)

    def held_bytes(self) -> int:
        """As much as would become free if everything went; counted where that is not known."""
        with self._books() as books:
            return books.bytes

    def remove(self, key: CacheKey) -> None:
        with self._books() as books:
            size = size_of(self.place(key))
            self.place(key).unlink()
            books.add(shards.shard_of(key.image), -1, -size)

    def remove_image(self, image: str) -> int:
        """How many entries went."""
        with self._books() as books:
            removed = [file for file in self.files_of(image) if file.remove()]
            books.add(shards.shard_of(image), -len(removed), -sum(file.size for file in removed))
            shards.files_left_in(shards.image_folder(self.path, image))
            return len(removed)

    def empty(self) -> int:
        """How many entries went."""
        return sum(self._empty_shard(shard) for shard in range(SHARDS))

    def sweep(
        self, judge: Judge, entry_of: Callable[[StoredFile], Entry], *, image: str = "", removes: bool = True
    ) -> Iterator[Swept]:
        """See `CacheBackend.sweep`."""
        if image:
            yield self._sweep_files(self.files_of(image), judge, entry_of, removes, shards.shard_of(image), (1, 1))
            return
        for shard in range(SHARDS):
            files = shards.files_of_shard(self.path, shard)
            yield self._sweep_files(files, judge, entry_of, removes, shard, (shard + 1, SHARDS))
        if removes:
            yield self._keep_limits()

    def usage(self) -> Usage:
        books = self._ledger.glance()
        return Usage(
            entries=books.entries,
            bytes=books.bytes,
            limit_bytes=self.limit_bytes,
            limit_entries=self.limit_files,
            unit="files",
        )

    def _sweep_files(
        self,
        files: list[StoredFile],
        judge: Judge,
        entry_of: Callable[[StoredFile], Entry],
        removes: bool,
        shard: int,
        progress: tuple[int, int],
    ) -> Swept:
        gone = [file for file in files if judge(entry_of(file))]
        if removes:
            gone = self._remove(shard, gone)
        done, total = progress
        size = sum(file.size for file in gone)
        return Swept(done=done, total=total, looked_at=len(files), entries=len(gone), bytes=size)

    def _keep_limits(self) -> Swept:
        with self._books() as books:
            entries, size = books.entries, books.bytes
            self._keep_to_limits(books)
            return Swept(done=SHARDS, total=SHARDS, entries=entries - books.entries, bytes=size - books.bytes)

    def _remove(self, shard: int, doomed: list[StoredFile]) -> list[StoredFile]:
        """Removes the files and has the books say what is left; those that were still there."""
        with self._books() as books:
            removed = [file for file in doomed if file.remove()]
            self._recount(books, shard)
        return removed

    @contextmanager
    def _books(self) -> Iterator[Books]:
        """The books of the folder, counted first when they were lost."""
        with self._ledger.opened() as books:
            if not books.is_known:
                for shard in range(SHARDS):
                    self._recount(books, shard)
            yield books

    def _keep_to_limits(self, books: Books) -> None:
        """Removes what was used least recently until the limits are kept."""
        self._make_room(books, lambda: books.bytes > self.limit_bytes or books.entries > self.limit_files)

    def _make_room(self, books: Books, is_over: Callable[[], bool], most_walks: int | None = None) -> None:
        """Removes what was used least recently until there is room, or that many shards have been walked."""
        walks_in_vain = itertools.count(1)
        for walks in itertools.count():
            if walks == most_walks or not is_over():
                return
            shard, next_oldest = books.oldest_shard()
            files = sorted(shards.files_of_shard(self.path, shard))
            is_oldest = bool(files) and files[0].used_at <= next_oldest
            if is_oldest or next(walks_in_vain) > self._patient_walks:
                files = self._thin(books, shard, files, next_oldest, is_over)
            correct(books, shard, files)

    def _thin(
        self, books: Books, shard: int, files: list[StoredFile], next_oldest: int, is_over: Callable[[], bool]
    ) -> list[StoredFile]:
        """Removes the oldest files, at least one; what is left."""
        share = len(files) // SMALLEST_SHARE
        for index, file in enumerate(files):
            is_due = index == 0 or file.used_at <= next_oldest
            if index >= share and not (is_due and is_over()):
                return files[index:]
            if file.remove():
                books.add(shard, -1, -file.size)
                self.note_evicted(1, file.size)
        return []

    def _recount(self, books: Books, shard: int) -> None:
        correct(books, shard, shards.files_of_shard(self.path, shard))

    def _empty_shard(self, shard: int) -> int:
        with self._books() as books:
            removed = sum(file.remove() for file in shards.files_of_shard(self.path, shard))
            self._recount(books, shard)
            return removed


def count_nothing(entries: int, size: int) -> None:
    """Where nobody wants to know."""


def correct(books: Books, shard: int, files: list[StoredFile]) -> None:
    """Has the books say of a shard that it holds these files."""
    oldest = min((file.used_at for file in files), default=EMPTY)
    books.correct(shard, len(files), sum(file.size for file in files), oldest)


def touch(place: Path) -> None:
    # Recency is worth having, but not worth failing for.
    with suppress(OSError):
        os.utime(place)


def size_of(place: Path) -> int:
    """In bytes; 0 when there is no such file."""
    try:
        return place.stat().st_size
    except FileNotFoundError:
        return 0


def new_file(folder: Path) -> tuple[int, str]:
    """A new file in the folder, which is made; somebody who tidies up may remove it in between."""
    for _ in range(ATTEMPTS):
        with suppress(FileNotFoundError):
            return tempfile.mkstemp(prefix=".", suffix=shards.UNFINISHED, dir=folder)
        with suppress(FileNotFoundError, FileExistsError):
            folder.mkdir(parents=True, exist_ok=True)
    raise FileNotFoundError(str(folder))
