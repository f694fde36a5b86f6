"""One SQLite file that all workers share and that outlasts a restart; nothing in it is missed when it is lost."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

logger = logging.getLogger("iiifserver.sources")

UNUSED_SECONDS = 30 * 86_400
ENDINGS = ("", "-wal", "-shm")


class SharedFile:
    """Works on the file for one thread at a time. What goes wrong with it is logged, and done without.

    Used by many threads and processes at once.
    """

    def __init__(self, path: Path, schema: str) -> None:
        """The schema makes the tables where they are not there; the file is made when it is needed first."""
        self._path = path
        self._schema = schema
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._owner = 0

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """What the work on the open file gives; `None` when it failed."""
        with self._lock:
            try:
                return work(self._opened())
            except (sqlite3.Error, OSError) as error:
                logger.warning("What is kept of remote images is passed by: %s", error)
                self._start_over(error)
                return None

    def close(self) -> None:
        with self._lock:
            self._let_go()

    def _opened(self) -> sqlite3.Connection:
        # A connection does not survive the forking of a worker.
        if self._connection is None or self._owner != os.getpid():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            remove_unused(self._path.parent)
            self._connection = connected(self._path, self._schema)
            self._owner = os.getpid()
        return self._connection

    def _start_over(self, error: Exception) -> None:
        """A damaged file is thrown away; for any other failure the file is opened anew next time."""
        self._let_go()
        is_damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
        if is_damaged:
            for ending in ENDINGS:
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)

    def _let_go(self) -> None:
        if self._connection is not None and self._owner == os.getpid():
            self._connection.close()
        self._connection = None


def remove_unused(folder: Path) -> None:
    """Removes the files of sources that nobody has used for long: they are gone, or look for their images elsewhere."""
    for file in folder.glob("*.sqlite3"):
        parts = [part for part in (file, file.with_name(f"{file.name}-wal")) if part.exists()]
        if parts and time.time() - max(part.stat().st_mtime for part in parts) > UNUSED_SECONDS:
            for ending in ENDINGS:
                file.with_name(file.name + ending).unlink(missing_ok=True)


def connected(file: Path, schema: str) -> sqlite3.Connection:
    """A connection to the file, made where there is none; every statement is a transaction of its own."""
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    os.utime(file)
    connection = sqlite3.connect(file, timeout=2, isolation_level=None, check_same_thread=False)
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute("PRAGMA journal_mode = WAL")
            # What is lost in a power failure is asked for again.
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.executescript(schema)
    except BaseException:
        connection.close()
        raise
    return connection
