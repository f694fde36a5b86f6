"""Which images are asked for most: each process counts them in a small file, which others read."""

from __future__ import annotations

import logging
import mmap
import os
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from ..metrics import SHARED_FOLDER_VARIABLE
from .heavy_hitters import HeavyHitters

logger = logging.getLogger("iiifserver.images")

PLACES = 200
"""How many images a process counts at once, each minute anew."""
LONGEST_IDENTIFIER = 494
"""In bytes; longer ones are cut."""
# How often at most, by how much that may be too high, and the length of the identifier.
SLOT = struct.Struct("=QQH")
COUNT = struct.Struct("=Q")
SLOT_BYTES = SLOT.size + LONGEST_IDENTIFIER
# The minute since 1970, and how many places are taken.
HEAD = struct.Struct("=QQ")
PAGE_BYTES = HEAD.size + PLACES * SLOT_BYTES
PAGES = 2
"""One minute is written while the one before it is read."""
FILE_BYTES = PAGES * PAGE_BYTES
BEGINNING, ENDING = "images_", ".top"


class Page:
    """What one process counts in one minute. Not for several threads at once."""

    def __init__(self, memory: mmap.mmap, start: int) -> None:
        self.minute = 0
        self._memory = memory
        self._start = start
        self._hitters = HeavyHitters(PLACES)

    def begin(self, minute: int) -> None:
        """Forgets what was counted in an earlier minute."""
        self.minute = minute
        self._hitters.clear()
        HEAD.pack_into(self._memory, self._start, minute, 0)

    def add(self, identifier: str) -> None:
        place, is_new = self._hitters.add(identifier)
        offset = self._start + HEAD.size + place * SLOT_BYTES
        if is_new:
            self._write(offset, place, shortened(identifier))
        else:
            COUNT.pack_into(self._memory, offset, self._hitters.counts[place])

    def _write(self, offset: int, place: int, name: bytes) -> None:
        hitters = self._hitters
        SLOT.pack_into(self._memory, offset, hitters.counts[place], hitters.errors[place], len(name))
        text = offset + SLOT.size
        self._memory[text : text + len(name)] = name
        HEAD.pack_into(self._memory, self._start, self.minute, len(hitters.names))


class TopImages:
    """Counts the images that this process gives out, where there is a folder in which somebody looks for it."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._pages: tuple[Page, ...] = ()

    def count(self, identifier: str) -> None:
        """Notes that the image has been given out; costs about a microsecond and takes no more memory with time."""
        if self._folder is None:
            return
        minute = int(time.time()) // 60
        with self._lock:
            pages = self._pages or self._opened(self._folder)
            if not pages:
                return
            page = pages[minute % PAGES]
            if page.minute != minute:
                page.begin(minute)
            page.add(identifier)

    def begin_anew(self) -> None:
        """Has a process that was forked count in a file of its own."""
        self._lock = threading.Lock()
        self._pages = ()

    def _opened(self, folder: Path) -> tuple[Page, ...]:
        try:
            memory = new_memory(folder / f"{BEGINNING}{os.getpid()}{ENDING}")
        except OSError as error:
            logger.warning("The images that are asked for most are not counted: %s cannot be written.", error.filename)
            self._folder = None
            return ()
        self._pages = tuple(Page(memory, page * PAGE_BYTES) for page in range(PAGES))
        return self._pages


def new_memory(file: Path) -> mmap.mmap:
    """A new file as memory. Raises `OSError`."""
    with file.open("wb+") as handle:
        # Every byte has its room on the disk before it is used: what is written to memory could not fail politely.
        handle.write(bytes(FILE_BYTES))
        handle.flush()
        return mmap.mmap(handle.fileno(), FILE_BYTES)


def shortened(identifier: str) -> bytes:
    return identifier.encode("utf-8", "replace")[:LONGEST_IDENTIFIER]


def counted_in(folder: Path, minute: int) -> Iterator[tuple[str, int]]:
    """Identifiers, and how often at least each process has given them out in a minute that is over."""
    for file in folder.glob(f"{BEGINNING}*{ENDING}"):
        try:
            raw = file.read_bytes()
        except FileNotFoundError:
            continue
        if len(raw) == FILE_BYTES:
            yield from read_page(raw, (minute % PAGES) * PAGE_BYTES, minute)


def read_page(raw: bytes, start: int, minute: int) -> Iterator[tuple[str, int]]:
    """What stands there, if it is of that minute."""
    noted, taken = HEAD.unpack_from(raw, start)
    if noted != minute:
        return
    for place in range(min(taken, PLACES)):
        offset = start + HEAD.size + place * SLOT_BYTES
        count, error, length = SLOT.unpack_from(raw, offset)
        name = raw[offset + SLOT.size : offset + SLOT.size + min(length, LONGEST_IDENTIFIER)]
        if count > error:
            yield printable(name), count - error


def printable(name: bytes) -> str:
    """As every database keeps it."""
    return name.decode("utf-8", "ignore").replace("\0", "\N{REPLACEMENT CHARACTER}")


def remove_left_behind(folder: Path) -> None:
    """Removes the files of processes that have ended."""
    for file in folder.glob(f"{BEGINNING}*{ENDING}"):
        process = file.name.removeprefix(BEGINNING).removesuffix(ENDING)
        if not (process.isdigit() and psutil.pid_exists(int(process))):
            file.unlink(missing_ok=True)


def process_wide() -> TopImages:
    """The one in which this process counts, and each that is forked from it."""
    folder = os.environ.get(SHARED_FOLDER_VARIABLE)
    images = TopImages(Path(folder) if folder else None)
    os.register_at_fork(after_in_child=images.begin_anew)
    return images


top_images = process_wide()
