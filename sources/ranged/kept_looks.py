"""What was seen of remote images, for the time after a restart: beside their pieces."""

from __future__ import annotations

import math
import sqlite3
import time
from datetime import datetime
from pathlib import Path

from ..remembered import Seen
from .remote import Look, Mode, State, digest
from .shared_file import SharedFile

SCHEMA = """
CREATE TABLE IF NOT EXISTS look (
    name TEXT PRIMARY KEY, size INTEGER NOT NULL, tag TEXT NOT NULL, modified TEXT NOT NULL, reason TEXT NOT NULL,
    news INTEGER NOT NULL, used INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS look_used ON look (used);
"""

SAME_DAY_SECONDS = 86_400
"""A look's last use is noted no more often than this, so that reading does not write."""

ROOM = 10
"""One of so many is dropped at once when there are too many."""


class KeptLooks:
    """Looks at images that are read by pieces, by names that may be secret. No longer young enough to count by
    themselves. Used by many threads and processes at once.
    """

    def __init__(self, file: Path, most: int) -> None:
        self._file = SharedFile(file, SCHEMA)
        self._most = most

    def get(self, name: str) -> Seen[Look] | None:
        return self._file.run(lambda database: read_look(database, digest(name)))

    def put(self, name: str, seen: Seen[Look]) -> None:
        """Keeps what was seen, where a later request for a piece would tell whether it is so still."""
        if seen.value.shows_in_pieces:
            self._file.run(lambda database: self._write(database, digest(name), seen))

    def forget(self, name: str) -> None:
        self._file.run(lambda database: remove_look(database, digest(name)))

    def close(self) -> None:
        self._file.close()

    def _write(self, database: sqlite3.Connection, name: str, seen: Seen[Look]) -> None:
        state, modified = seen.value.state, seen.value.state.modified
        written = modified.isoformat() if modified else ""
        database.execute(
            "INSERT OR REPLACE INTO look VALUES (?, ?, ?, ?, ?, ?, ?)",
            (name, state.size, state.tag, written, seen.value.reason, seen.news, int(time.time())),
        )
        (count,) = database.execute("SELECT count(*) FROM look").fetchone()
        if count > self._most:
            database.execute(
                "DELETE FROM look WHERE name IN (SELECT name FROM look ORDER BY used LIMIT ?)",
                (count - self._most + self._most // ROOM,),
            )


def read_look(database: sqlite3.Connection, name: str) -> Seen[Look] | None:
    row = database.execute(
        "SELECT size, tag, modified, reason, news, used FROM look WHERE name = ?", (name,)
    ).fetchone()
    if row is None:
        return None
    size, tag, modified, reason, news, used = row
    if time.time() - used > SAME_DAY_SECONDS:
        database.execute("UPDATE look SET used = ? WHERE name = ?", (int(time.time()), name))
    state = State(size=size, tag=tag, modified=datetime.fromisoformat(modified) if modified else None)
    return Seen(Look(state=state, mode=Mode.RANGED, reason=reason), -math.inf, news)


def remove_look(database: sqlite3.Connection, name: str) -> None:
    """Without writing where there is none, as for images that are not there at all."""
    if database.execute("SELECT 1 FROM look WHERE name = ?", (name,)).fetchone():
        database.execute("DELETE FROM look WHERE name = ?", (name,))
