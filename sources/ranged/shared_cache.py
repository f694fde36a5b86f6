"""Pieces of remote images that all workers share and that outlast a restart: one bounded file for each source."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from .shared_file import SharedFile
from .spans import Span

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

LARGEST_SHARE = 0.25
"""A piece that would take more than this of the whole is not kept."""


class SharedCache:
    """Keeps pieces by version and place. Used by many threads and processes at once."""

    def __init__(self, file: Path, limit_bytes: int) -> None:
        """A limit of 0 bytes keeps nothing and makes no file."""
        self._file = SharedFile(file, SCHEMA)
        self._limit = limit_bytes

    def get(self, version: str, span: Span) -> bytes | None:
        """The bytes of the span, where one piece holds them all."""
        return self._file.run(lambda database: read_piece(database, version, span)) if self._limit else None

    def put(self, version: str, start: int, content: bytes) -> None:
        """Keeps the bytes; what was used longest ago makes room."""
        if content and len(content) <= LARGEST_SHARE * self._limit:
            self._file.run(lambda database: self._write(database, version, start, content))

    def forget(self, version: str) -> None:
        """Drops what is known of a version that is no more."""
        if self._limit:
            self._file.run(lambda database: database.execute("DELETE FROM piece WHERE version = ?", (version,)))

    def close(self) -> None:
        self._file.close()

    def _write(self, database: sqlite3.Connection, version: str, start: int, content: bytes) -> None:
        surplus = held_bytes(database) + len(content) - self._limit
        if surplus > 0:
            make_room(database, surplus + int(ROOM * self._limit))
        database.execute(
            "INSERT INTO piece VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE "
            "SET stop = excluded.stop, content = excluded.content WHERE excluded.stop > stop",
            (version, start, start + len(content), int(time.time()), content),
        )


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
