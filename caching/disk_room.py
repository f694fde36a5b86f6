"""How much room the disk has on which a cache stands, whoever takes it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

LARGEST_SHARE = 0.05
"""On a small disk so much is kept free, where that is less than what was asked for."""
FREE_FILES = 1000
"""How many more files the disk must be able to take, where it counts them."""


@dataclass(frozen=True, slots=True)
class DiskRoom:
    """What is to stay free on the disk of a folder."""

    folder: Path
    free_bytes: int
    """0 where the disk may be filled."""

    def shortage(self, coming_bytes: int = 0) -> str:
        """What the disk has too little of, in a sentence, or would have with so many bytes more; empty where it has
        enough. Raises `OSError`.
        """
        if not self.free_bytes:
            return ""
        disk = self._disk()
        if self._missing_on(disk, coming_bytes) > 0:
            return "The disk is nearly full: fewer bytes are free than the cache is to leave."
        if disk.f_files and disk.f_favail < min(FREE_FILES, LARGEST_SHARE * disk.f_files):
            return "The disk can hardly take more files: its inodes are nearly used up."
        return ""

    def missing_bytes(self, coming_bytes: int) -> int:
        """How many bytes must go before so many can come; 0 or less where there is room. Raises `OSError`."""
        return self._missing_on(self._disk(), coming_bytes) if self.free_bytes else 0

    def _missing_on(self, disk: os.statvfs_result, coming_bytes: int) -> int:
        to_stay_free = min(self.free_bytes, int(LARGEST_SHARE * disk.f_blocks * disk.f_frsize))
        return to_stay_free + coming_bytes - disk.f_bavail * disk.f_frsize

    def _disk(self) -> os.statvfs_result:
        try:
            return os.statvfs(self.folder)
        except FileNotFoundError:
            self.folder.mkdir(parents=True, exist_ok=True)
            return os.statvfs(self.folder)
