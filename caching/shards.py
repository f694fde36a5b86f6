"""Entries as files: `{shard}/{rest of the image's digest}/{picture's digest}`, 256 shards in a folder."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LEFTOVER_SECONDS = 600
"""A file that is still being written after this time belongs to a writer that died."""
UNFINISHED = ".tmp"


@dataclass(frozen=True, slots=True, order=True)
class StoredFile:
    """An entry on disk; sorted, the least recently used comes first."""

    used_at: int
    """In nanoseconds."""
    size: int
    path: str

    def remove(self) -> bool:
        """Whether it was there to be removed."""
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            return False
        return True


def shard_of(image: str) -> int:
    return int(image[:2], 16)


def image_folder(root: Path, image: str) -> Path:
    return root.joinpath(image[:2], image[2:])


def place_of(root: Path, image: str, picture: str) -> Path:
    """Where an entry stands. Made in one piece: every request for what is remembered asks."""
    return Path(f"{root}/{image[:2]}/{image[2:]}/{picture}")


def files_of_shard(root: Path, shard: int) -> list[StoredFile]:
    """Every entry of a shard; what dead writers and removed images have left there is cleaned away."""
    found: list[StoredFile] = []
    for folder in folders_in(root / f"{shard:02x}"):
        files = files_of_image(Path(folder))
        found.extend(files)
        if not files:
            remove_if_empty(Path(folder))
    return found


def files_of_image(folder: Path) -> list[StoredFile]:
    """Every entry of an image."""
    return [file for file in stored_files(folder) if not is_leftover(file)]


def folders_in(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []


def stored_files(folder: Path) -> Iterator[StoredFile]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    status = entry.stat(follow_symlinks=False)
                    yield StoredFile(status.st_mtime_ns, status.st_size, entry.path)
    except FileNotFoundError:
        return


def is_leftover(file: StoredFile) -> bool:
    """Whether the file is no entry; one that nobody writes any more is removed."""
    if not file.path.endswith(UNFINISHED):
        return False
    if time.time() - file.used_at / 1e9 > LEFTOVER_SECONDS:
        file.remove()
    return True


def remove_if_empty(folder: Path) -> None:
    # A writer may have put something into it since: then it stays.
    with suppress(OSError):
        folder.rmdir()
