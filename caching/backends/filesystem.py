"""Finished pictures in a folder of this machine."""

from __future__ import annotations

import itertools
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django import forms

from iiifserver.conf import conf

from .. import shards
from ..base import MEGABYTE, CacheUnavailable, DerivativeCache, Usage
from ..keys import CacheKey
from ..ledger import EMPTY, SHARDS, Books, Ledger
from ..seal import sealed, unsealed

TOUCH_SECONDS = 3600
"""How old the note on when an entry was used last may grow before it is written again."""
PUTS_BETWEEN_TIDYINGS = 100
SMALLEST_SHARE = 8
"""Where room is made, at least one of so many entries goes, so that a shard is not walked for each picture."""
PATIENT_WALKS = 3
"""How many shards are looked at in vain, because what was oldest in them was used again, before one gives way."""
ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesystemOptions:
    folder: str = ""
    """Below `cache` in the server's home; empty for `derivatives`."""
    limit_megabytes: int = 2_000
    """Megabytes of a million bytes."""
    limit_files: int = 500_000


class FilesystemForm(forms.Form):
    folder = forms.CharField(
        label="Folder",
        required=False,
        help_text="A name below the folder “cache” in the server's home. Empty: “derivatives”.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    limit_megabytes = forms.IntegerField(
        label="Largest size",
        initial=2_000,
        min_value=1,
        max_value=1_000_000_000,
        help_text="In megabytes. When it is reached, pictures that were not asked for lately make room.",
    )
    limit_files = forms.IntegerField(
        label="Most files", initial=500_000, min_value=1, max_value=100_000_000, help_text="How many pictures at most."
    )

    def clean_folder(self) -> str:
        name: str = self.cleaned_data["folder"]
        try:
            folder_of(name)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return name


class FilesystemCache(DerivativeCache):
    """Keeps each picture in a file of its own. Several processes may use the folder at once."""

    label = "FilesystemCache"
    used_for = "Most servers: finished pictures on a local disk, kept over a restart, shared by all workers."
    is_shared = True
    options_class = FilesystemOptions
    form_class = FilesystemForm
    options: FilesystemOptions

    def __init__(self, options: FilesystemOptions) -> None:
        super().__init__(options)
        self.folder = folder_of(options.folder)
        self.limit_bytes = options.limit_megabytes * MEGABYTE
        self._ledger = Ledger(self.folder)
        self._puts = itertools.count(1)

    def get(self, key: CacheKey) -> bytes | None:
        with store_errors():
            try:
                raw, used_at = read(self._place(key))
            except (FileNotFoundError, NotADirectoryError):
                return None
            content = unsealed(raw)
            if content is None:
                self._remove_torn(key)
            elif time.time() - used_at > TOUCH_SECONDS:
                touch(self._place(key))
            return content

    def put(self, key: CacheKey, content: bytes) -> None:
        raw = sealed(content)
        if len(raw) > self.limit_bytes:
            return
        with store_errors(), written_aside(self._place(key).parent, raw) as temporary:
            self._take_in(key, temporary, len(raw))

    def purge(self) -> int:
        with store_errors():
            return sum(self._purge_shard(shard) for shard in range(SHARDS))

    def purge_image(self, image: str) -> int:
        folder, shard = shards.image_folder(self.folder, image), shards.shard_of(image)
        with store_errors(), self._books() as books:
            removed = [file for file in shards.files_of_image(folder) if file.remove()]
            books.add(shard, -len(removed), -sum(file.size for file in removed))
            shards.remove_if_empty(folder)
            return len(removed)

    def usage(self) -> Usage:
        with store_errors():
            books = self._ledger.glance()
        return Usage(
            entries=books.entries,
            bytes=books.bytes,
            limit_bytes=self.limit_bytes,
            limit_entries=self.options.limit_files,
            unit="files",
        )

    def problems(self) -> Iterable[str]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return ["Its folder cannot be made: let the server's user write to “cache” in the server's home."]
        if not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK):
            return ["Its folder cannot be written: let the server's user write there."]
        return []

    def _place(self, key: CacheKey) -> Path:
        return shards.image_folder(self.folder, key.image) / key.picture

    @contextmanager
    def _books(self) -> Iterator[Books]:
        """The books of the folder, counted first when they were lost."""
        with self._ledger.opened() as books:
            if not books.is_known:
                for shard in range(SHARDS):
                    self._recount(books, shard)
            yield books

    def _take_in(self, key: CacheKey, temporary: Path, size: int) -> None:
        place, shard = self._place(key), shards.shard_of(key.image)
        with self._books() as books:
            replaced = size_of(place)
            used_at = temporary.stat().st_mtime_ns
            os.replace(temporary, place)
            books.add(shard, 0 if replaced else 1, size - replaced)
            books.note_use(shard, used_at)
            self._make_room(books)
            put_number = next(self._puts)
            if put_number % PUTS_BETWEEN_TIDYINGS == 0:
                self._recount(books, put_number // PUTS_BETWEEN_TIDYINGS % SHARDS)

    def _make_room(self, books: Books) -> None:
        """Removes what was used least recently until the limits are kept."""
        walks = itertools.count(1)
        while self._is_over(books):
            shard, next_oldest = books.oldest_shard()
            files = sorted(shards.files_of_shard(self.folder, shard))
            is_oldest = bool(files) and files[0].used_at <= next_oldest
            if is_oldest or next(walks) > PATIENT_WALKS:
                files = self._thin(books, shard, files, next_oldest)
            correct(books, shard, files)

    def _thin(
        self, books: Books, shard: int, files: list[shards.StoredFile], next_oldest: int
    ) -> list[shards.StoredFile]:
        """Removes the oldest files, at least one; what is left."""
        share = len(files) // SMALLEST_SHARE
        for index, file in enumerate(files):
            is_due = index == 0 or file.used_at <= next_oldest
            if index >= share and not (is_due and self._is_over(books)):
                return files[index:]
            if file.remove():
                books.add(shard, -1, -file.size)
        return []

    def _is_over(self, books: Books) -> bool:
        return books.bytes > self.limit_bytes or books.entries > self.options.limit_files

    def _recount(self, books: Books, shard: int) -> None:
        correct(books, shard, shards.files_of_shard(self.folder, shard))

    def _purge_shard(self, shard: int) -> int:
        with self._books() as books:
            removed = sum(file.remove() for file in shards.files_of_shard(self.folder, shard))
            self._recount(books, shard)
            return removed

    def _remove_torn(self, key: CacheKey) -> None:
        # A folder that cannot be written does not make the picture any less missing.
        with suppress(OSError), self._books() as books:
            size = size_of(self._place(key))
            self._place(key).unlink()
            books.add(shards.shard_of(key.image), -1, -size)


def folder_of(name: str) -> Path:
    """The folder of that name below `cache` in the home; raises `ValueError` when it would lie elsewhere."""
    home = (conf.home / "cache").resolve()
    folder = (home / (name or "derivatives")).resolve()
    if folder == home or not folder.is_relative_to(home):
        raise ValueError("Write the name of a folder inside “cache” in the server's home, such as derivatives.")
    return folder


def correct(books: Books, shard: int, files: list[shards.StoredFile]) -> None:
    """Has the books say of a shard that it holds these files."""
    oldest = min((file.used_at for file in files), default=EMPTY)
    books.correct(shard, len(files), sum(file.size for file in files), oldest)


def read(place: Path) -> tuple[bytes, float]:
    """A file's bytes, and when it was used last."""
    with open(place, "rb") as handle:
        return handle.read(), os.fstat(handle.fileno()).st_mtime


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


@contextmanager
def written_aside(folder: Path, raw: bytes) -> Iterator[Path]:
    """A file with these bytes in the folder, to be moved to its place; gone at the end if it was not."""
    descriptor, name = new_file(folder)
    try:
        with open(descriptor, "wb") as handle:
            handle.write(raw)
        yield Path(name)
    finally:
        with suppress(OSError):
            os.unlink(name)


def new_file(folder: Path) -> tuple[int, str]:
    """A new file in the folder, which is made; somebody who tidies up may remove it in between."""
    for _ in range(ATTEMPTS):
        with suppress(FileNotFoundError):
            return tempfile.mkstemp(prefix=".", suffix=shards.UNFINISHED, dir=folder)
        with suppress(FileNotFoundError, FileExistsError):
            folder.mkdir(parents=True, exist_ok=True)
    raise FileNotFoundError(str(folder))


@contextmanager
def store_errors() -> Iterator[None]:
    """Turns what the file system refuses into `CacheUnavailable`."""
    try:
        yield
    except OSError as error:
        raise CacheUnavailable(f"The folder of the cache cannot be used: {error.strerror or error}.") from error
