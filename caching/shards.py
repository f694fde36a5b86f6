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
NOTE = ".note"
"""Ends the name of a file that tells of the entry beside it."""


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
    folders = map(Path, folders_in(root / f"{shard:02x}"))
    return [file for folder in folders for file in files_left_in(folder)]


def files_left_in(folder: Path) -> list[StoredFile]:
    """Every entry of an image; a folder that has none goes."""
    files = files_of_image(folder)
    if not files:
        remove_if_empty(folder)
    return files


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
    """Whether the file is no entry; one that nobody writes any more, or whose entry has gone, is removed."""
    if file.path.endswith(NOTE):
        is_over = not os.path.exists(file.path.removesuffix(NOTE))
    elif file.path.endswith(UNFINISHED):
        is_over = time.time() - file.used_at / 1e9 > LEFTOVER_SECONDS
    else:
        return False
    if is_over:
        file.remove()
    return True


def remove_if_empty(folder: Path) -> None:
    # A writer may have put something into it since: then it stays.
    with suppress(OSError):
        folder.rmdir()
