"""Whole files from elsewhere, in a folder of this machine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from django import forms

from iiifserver.iiif.pouring import write_all

from ..base import CacheUnavailable, Entry, KeptFile, Pour, SourceCache
from ..bounded_folder import new_file, touch
from ..folder_store import FolderOptions, FolderStore, store_errors
from ..keys import CacheKey
from ..ledger import SHARDS
from ..shards import NOTE, StoredFile
from ..source_notes import Note, is_whole, new_digest, note_of, raw_note
from ..stamp import Age, Stamp
from .filesystem import FilesystemForm, written_aside

NOTED_USE_SECONDS = 60
"""How old the note on when a file was used last may grow: files are few and large, and it matters which one goes."""
NO_ROOM = "The disk is too full for this file, even if everything else in the cache made room for it."


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFilesystemOptions(FolderOptions):
    limit_megabytes: int = 10_000
    limit_files: int = 100_000


class SourceFilesystemForm(FilesystemForm):
    folder = forms.CharField(
        label="Folder",
        required=False,
        help_text="A name below the folder “cache” in the server's home, which no other cache has. Empty: “sources”.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    limit_megabytes = forms.IntegerField(
        label="Largest size",
        initial=10_000,
        min_value=1,
        max_value=1_000_000_000,
        help_text="In megabytes. When it is reached, files that were not used lately make room. A file that is larger "
        "than all of it is not kept.",
    )
    limit_files = forms.IntegerField(
        label="Most files", initial=100_000, min_value=1, max_value=100_000_000, help_text="How many files at most."
    )
    ttl_seconds = forms.IntegerField(
        label="Time to live",
        initial=2_592_000,
        min_value=0,
        max_value=10**9,
        help_text="In seconds since a file was used last; 0 for no end. A file that was last used longer ago is "
        "removed by the maintenance. A file whose original has changed is never used, however long it stays.",
    )
    free_megabytes = forms.IntegerField(
        label="Left free on the disk",
        initial=500,
        min_value=0,
        max_value=1_000_000_000,
        help_text="In megabytes. A file is fetched only if so much stays free when it is there; what was not used "
        "lately makes room. On a disk smaller than twenty times as much a twentieth is left free. 0: the cache may "
        "fill the disk.",
    )


class SourceFilesystemCache(FolderStore, SourceCache):
    """Keeps each file as it is, with a note beside it."""

    label = "FilesystemCache"
    used_for = "Images on web servers and in buckets: whole files for processors that need one, fetched once."
    options_class = SourceFilesystemOptions
    form_class = SourceFilesystemForm
    usual_folder = "sources"
    patient_walks = SHARDS

    def open(self, key: CacheKey) -> KeptFile | None:
        place = self._place(key)
        with store_errors(), suppress(FileNotFoundError, NotADirectoryError), ExitStack() as stack:
            handle = stack.enter_context(open(place, "rb"))
            age = self._age(place, os.fstat(handle.fileno()))
            if age is not None:
                stack.pop_all()
                return KeptFile(handle, age)
        return None

    def put(self, key: CacheKey, stamp: Stamp, size: int, pour: Pour) -> BinaryIO | None:
        if size > self.limit_bytes:
            return None
        self._make_room_for(size)
        with self._new_file(key) as (temporary, handle):
            seen = new_digest()

            def write(piece: bytes) -> None:
                with store_errors():
                    write_all(handle, piece)
                seen.update(piece)

            pour(write)
            with store_errors():
                return self._taken_in(key, temporary, handle, Note(stamp, size, seen.digest()))

    def _age(self, place: Path, status: os.stat_result) -> Age | None:
        """Since when an opened file stands; `None` for one that is not whole, or that was not used for too long."""
        note = note_of(str(place))
        if note is None or note.size != status.st_size or self._is_expired(status.st_mtime):
            return None
        if os.stat(place).st_ino != status.st_ino:
            # Somebody has just put another in its place, whose note this is.
            return None
        if time.time() - status.st_mtime > NOTED_USE_SECONDS:
            touch(place)
        return Age(note.stamp.generation, note.stamp.made_at)

    def _make_room_for(self, size: int) -> None:
        with store_errors():
            missing = self._room.missing_bytes(size)
            if missing > 0 and missing > self._bounded.held_bytes():
                raise CacheUnavailable(NO_ROOM)
            self._leave_room_to_others(size)

    @contextmanager
    def _new_file(self, key: CacheKey) -> Iterator[tuple[Path, BinaryIO]]:
        """A file aside, to be moved to its place; gone at the end if it was not."""
        with store_errors():
            descriptor, name = new_file(self._place(key).parent)
        try:
            with open(descriptor, "wb", buffering=0) as handle:
                yield Path(name), handle
        finally:
            with suppress(OSError):
                os.unlink(name)

    def _taken_in(self, key: CacheKey, temporary: Path, written: BinaryIO, note: Note) -> BinaryIO:
        """Has the disk hold all of it before anybody can find it. The note comes last: a file without its own is
        passed by.
        """
        os.fsync(written.fileno())
        opened = open(temporary, "rb")  # noqa: SIM115 - handed out
        try:
            self._bounded.take_in(key, temporary, note.size)
            with written_aside(temporary.parent, note.written()) as aside:
                os.replace(aside, f"{self._place(key)}{NOTE}")
        except BaseException:
            opened.close()
            raise
        return opened

    def _entry(self, file: StoredFile) -> Entry:
        return Entry(
            size=file.size,
            is_expired=self._is_expired(file.used_at / 1e9),
            beginning=partial(beginning_of_note, file.path),
            is_whole=partial(is_whole, file.path),
        )


def beginning_of_note(path: str, count: int) -> bytes:
    return raw_note(path)[:count]
