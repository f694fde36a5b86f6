"""Finished pictures in a folder of this machine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django import forms

from ..base import ByteCache, DerivativeCache, Entry
from ..bounded_folder import new_file, touch
from ..folder_store import TOUCH_SECONDS, FolderOptions, FolderStore, folder_of, store_errors
from ..keys import CacheKey
from ..seal import SEAL_BYTES, sealed, unsealed, without_seal
from ..shards import StoredFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesystemOptions(FolderOptions):
    limit_megabytes: int = 2_000
    limit_files: int = 500_000


class FilesystemForm(forms.Form):
    folder = forms.CharField(
        label="Folder",
        required=False,
        help_text="A name below the folder “cache” in the server's home, which no other cache has. Empty: "
        "“derivatives”.",
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
    ttl_seconds = forms.IntegerField(
        label="Time to live",
        initial=2_592_000,
        min_value=0,
        max_value=10**9,
        help_text="In seconds since a picture was asked for last; 0 for no end. A picture that was last asked for "
        "longer ago is removed by the maintenance.",
    )

    free_megabytes = forms.IntegerField(
        label="Left free on the disk",
        initial=500,
        min_value=0,
        max_value=1_000_000_000,
        help_text="In megabytes. With less than this free, whoever took it, nothing more is put here and what was not "
        "asked for lately makes room. On a disk smaller than twenty times as much a twentieth is left free. "
        "0: the cache may fill the disk.",
    )

    def clean_folder(self) -> str:
        name: str = self.cleaned_data["folder"]
        try:
            folder_of(name or "usual")
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return name


class FolderCache(FolderStore, ByteCache):
    """Keeps each entry in a file of its own, sealed."""

    def get(self, key: CacheKey) -> bytes | None:
        place = self._place(key)
        with store_errors():
            try:
                raw, used_at = read(place)
            except (FileNotFoundError, NotADirectoryError):
                return None
            if self._is_expired(used_at):
                return None
            content = unsealed(raw)
            if content is None:
                self._remove_torn(key)
            elif time.time() - used_at > TOUCH_SECONDS:
                touch(place)
            return content

    def put(self, key: CacheKey, content: bytes) -> None:
        raw = sealed(content)
        if len(raw) > self.limit_bytes:
            return
        with store_errors():
            self._leave_room_to_others(len(raw))
            with written_aside(self._place(key).parent, raw) as temporary:
                self._bounded.take_in(key, temporary, len(raw))

    def _entry(self, file: StoredFile) -> Entry:
        return Entry(
            size=file.size,
            is_expired=self._is_expired(file.used_at / 1e9),
            beginning=lambda count: without_seal(beginning_of(file.path, count)),
            is_whole=lambda: is_whole(file.path),
        )

    def _remove_torn(self, key: CacheKey) -> None:
        # A folder that cannot be written does not make the picture any less missing.
        with suppress(OSError):
            self._bounded.remove(key)


class FilesystemCache(FolderCache, DerivativeCache):
    """Keeps each picture in a file of its own."""

    label = "FilesystemCache"
    used_for = "Most servers: finished pictures on a local disk, kept over a restart, shared by all workers."
    options_class = FilesystemOptions
    form_class = FilesystemForm
    usual_folder = "derivatives"


def read(place: Path) -> tuple[bytes, float]:
    """A file's bytes, and when it was used last."""
    # Python's own files ask the system twice as often.
    descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        return os.read(descriptor, status.st_size), status.st_mtime
    finally:
        os.close(descriptor)


def beginning_of(path: str, count: int) -> bytes:
    """So many bytes of an entry and its seal; none where it is gone."""
    try:
        with open(path, "rb") as handle:
            return handle.read(SEAL_BYTES + count)
    except FileNotFoundError:
        return b""


def is_whole(path: str) -> bool:
    """Whether the entry is as it was written; one that has gone meanwhile needs no care."""
    try:
        return unsealed(Path(path).read_bytes()) is not None
    except FileNotFoundError:
        return True


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
