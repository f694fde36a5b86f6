"""The fence around local folders: which of them a source may read, whatever staff type into the admin."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from pathlib import Path

import iiifserver
from iiifserver.conf import conf

SYSTEM_FOLDERS = tuple(
    Path(name) for name in ("/etc", "/proc", "/sys", "/dev", "/boot", "/run", "/var/run", "/var/lib", "/root")
)


def folder_at(written: str) -> Path:
    """The folder that a row names: a whole path, or one that goes on from the server's home."""
    return Path(written) if written.startswith("/") else conf.home / written


def as_written(folder: Path) -> str:
    """How a row names the folder: what lies in the server's home without the home, so that it moves along with it."""
    for home in (conf.home, conf.home.resolve()):
        if folder != home and folder.is_relative_to(home) and ".." not in folder.parts:
            return f"{folder.relative_to(home)}/"
    return str(folder)


def is_in_the_home(folder: Path) -> bool:
    """Whether the folder is one of those in the server's home that sources may read. The path's links are resolved."""
    home = conf.home.resolve()
    return any(folder.is_relative_to(own) for own in open_folders_of(home))


def open_folders_of(home: Path) -> tuple[Path, Path]:
    return home / "images", home / "samples"


def is_allowed_folder(folder: Path) -> bool:
    """Whether a source may be set up on this folder. The path is absolute, its links resolved."""
    # What decides is whether files in it may be read.
    return is_allowed(folder / "image")


def is_allowed(path: Path) -> bool:
    """Whether a source may read the file at this place. The path is absolute, its links resolved."""
    return are_allowed_in(os.path.dirname(path), conf.home, conf.filesystem_roots)


@lru_cache(maxsize=4096)
def are_allowed_in(folder: str, home: Path, roots: tuple[Path, ...] | None) -> bool:
    """Whether a source may read the files of that folder. Asked for each request, so that answers are remembered."""
    path, home = Path(folder, "image"), home.resolve()
    for own in open_folders_of(home):
        if path.is_relative_to(own):
            return not has_dot_folder(path.relative_to(own))
    if any(path.is_relative_to(own) for own in own_folders(home)):
        return False
    if roots is not None:
        return any(is_open_below(path, root.resolve()) for root in roots)
    return not has_dot_folder(path) and not any(path.is_relative_to(system) for system in system_folders())


def is_open_below(path: Path, root: Path) -> bool:
    """Whether the file is below the root, and in no dot-folder there."""
    return path.is_relative_to(root) and not has_dot_folder(path.relative_to(root))


def has_dot_folder(path: Path) -> bool:
    """Whether the file lies in a folder whose name begins with a dot."""
    return any(part.startswith(".") for part in path.parts[:-1])


@lru_cache(maxsize=4)
def own_folders(home: Path) -> frozenset[Path]:
    """The server's home, its program and the Python that runs it."""
    program = Path(iiifserver.__file__).resolve().parent.parent
    return frozenset({home, program, Path(sys.prefix).resolve()})


@lru_cache(maxsize=1)
def system_folders() -> frozenset[Path]:
    return frozenset({*SYSTEM_FOLDERS, *(folder.resolve() for folder in SYSTEM_FOLDERS)})
