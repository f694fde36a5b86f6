"""Pieces of remote images that all workers share and that outlast a restart: one bounded file for each source."""

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

from .spans import Span

T = TypeVar("T")

logger = logging.getLogger("iiifserver.sources")

SCHEMA = """
CREATE TABLE IF NOT EXISTS piece (
    version TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, used INTEGER NOT NULL, content BLOB NOT NULL,
    PRIMARY KEY (version, start)
);
CREATE INDEX IF NOT EXISTS piece_used ON piece (used);
"""

SAME_HOUR_SECONDS = 3600
"""A piece's last use is noted no more often than this, so that reading does not write."""

PRECEDING_PIECES = 4
"""How many pieces that begin before a span are looked at; more than ever overlap in practice."""

ROOM = 0.1
"""The share of the limit that is freed at once."""

UNUSED_SECONDS = 30 * 86_400
ENDINGS = ("", "-wal", "-shm")

LARGEST_SHARE = 0.25
"""A piece that would take more than this of the whole is not kept."""


class SharedCache:
    """Keeps pieces by version and place. What goes wrong with it is logged, and the bytes are fetched anew.

    Used by many threads and processes at once.
    """

    def __init__(self, file: Path, limit_bytes: int) -> None:
        """A limit of 0 bytes keeps nothing and makes no file."""
        self._file = file
        self._limit = limit_bytes
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._owner = 0

    def get(self, version: str, span: Span) -> bytes | None:
        """The bytes of the span, where one piece holds them all."""
        return self._run(lambda database: read_piece(database, version, span))

    def put(self, version: str, start: int, content: bytes) -> None:
        """Keeps the bytes; what was used longest ago makes room."""
        if content and len(content) <= LARGEST_SHARE * self._limit:
            self._run(lambda database: self._write(database, version, start, content))

    def forget(self, version: str) -> None:
        """Drops what is known of a version that is no more."""
        self._run(lambda database: database.execute("DELETE FROM piece WHERE version = ?", (version,)))

    def usage_bytes(self) -> int:
        """How many bytes are held."""
        return self._run(held_bytes) or 0

    def close(self) -> None:
        with self._lock:
            self._let_go()

    def _write(self, database: sqlite3.Connection, version: str, start: int, content: bytes) -> None:
        surplus = held_bytes(database) + len(content) - self._limit
        if surplus > 0:
            make_room(database, surplus + int(ROOM * self._limit))
        database.execute(
            "INSERT INTO piece VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE "
            "SET stop = excluded.stop, content = excluded.content WHERE excluded.stop > stop",
            (version, start, start + len(content), int(time.time()), content),
        )

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T | None:
        """What the work on the open file gives, for one thread at a time; `None` when it failed or nothing is kept."""
        if not self._limit:
            return None
        with self._lock:
            try:
                return work(self._opened())
            except (sqlite3.Error, OSError) as error:
                logger.warning("The cache of remote pieces is passed by: %s", error)
                self._start_over(error)
                return None

    def _opened(self) -> sqlite3.Connection:
        # A connection does not survive the forking of a worker.
        if self._connection is None or self._owner != os.getpid():
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            remove_unused(self._file.parent)
            self._connection = connected(self._file)
            self._owner = os.getpid()
        return self._connection

    def _start_over(self, error: Exception) -> None:
        """A damaged file is thrown away; for any other failure the file is opened anew next time."""
        self._let_go()
        is_damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
        if is_damaged:
            for ending in ENDINGS:
                self._file.with_name(self._file.name + ending).unlink(missing_ok=True)

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


def connected(file: Path) -> sqlite3.Connection:
    """A connection to the file, made where there is none; every statement is a transaction of its own."""
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    os.utime(file)
    connection = sqlite3.connect(file, timeout=2, isolation_level=None, check_same_thread=False)
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute("PRAGMA journal_mode = WAL")
            # A piece lost in a power failure is fetched again.
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.executescript(SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection


def read_piece(database: sqlite3.Connection, version: str, span: Span) -> bytes | None:
    row = database.execute(
        "SELECT number, used, substr(content, ? - start + 1, ?) FROM (SELECT rowid AS number, * FROM piece "
        "WHERE version = ? AND start <= ? ORDER BY start DESC LIMIT ?) WHERE stop >= ? LIMIT 1",
        (span.start, span.length, version, span.start, PRECEDING_PIECES, span.stop),
    ).fetchone()
    if row is None:
        return None
    number, used, content = row
    if time.time() - used > SAME_HOUR_SECONDS:
        database.execute("UPDATE piece SET used = ? WHERE rowid = ?", (int(time.time()), number))
    return bytes(content)


def make_room(database: sqlite3.Connection, goal: int) -> None:
    """Drops pieces until so many bytes are free, those first that were used longest ago."""
    freed = 0
    for number, length in database.execute("SELECT rowid, length(content) FROM piece ORDER BY used, rowid").fetchall():
        database.execute("DELETE FROM piece WHERE rowid = ?", (number,))
        freed += length
        if freed >= goal:
            return


def held_bytes(database: sqlite3.Connection) -> int:
    """The pages of the file that hold something."""
    pages, free, size = (
        database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)
