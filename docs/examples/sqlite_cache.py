"""A cache: finished pictures in one file of SQLite, in the server's home."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django import forms

from iiifserver.plugins import (
    MEGABYTE,
    CacheKey,
    CacheUnavailable,
    DerivativeCache,
    Entry,
    Judge,
    Swept,
    Usage,
    cache_folder,
)

TABLE = """
    CREATE TABLE IF NOT EXISTS pictures (
        image TEXT, picture TEXT, content BLOB, size INTEGER, used REAL, PRIMARY KEY (image, picture)
    )
"""
LEAST_RECENTLY_USED = """
    DELETE FROM pictures WHERE rowid = (SELECT rowid FROM pictures ORDER BY used LIMIT 1) RETURNING size
"""
WAIT_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteOptions:
    folder: str = "sqlite"
    limit_megabytes: int = 500

    def __post_init__(self) -> None:
        # Raises `ValueError` for a folder that is not inside the home's own.
        cache_folder(self.folder)
        if self.limit_megabytes < 1:
            raise ValueError("The largest size is at least 1 megabyte.")


class SqliteForm(forms.Form):
    folder = forms.CharField(initial="sqlite", help_text="A name below the folder “cache” in the server's home.")
    limit_megabytes = forms.IntegerField(label="Largest size", initial=500, min_value=1, help_text="In megabytes.")


class SqliteCache(DerivativeCache):
    """Every call opens the file anew, so that threads and processes share nothing but that."""

    label = "SQLite"
    used_for = "Pictures in a single file, which is easy to copy."
    is_shared = True
    is_on_this_machine = True
    options_class = SqliteOptions
    form_class = SqliteForm
    options: SqliteOptions

    @property
    def file(self) -> Path:
        return cache_folder(self.options.folder) / "pictures.sqlite3"

    @property
    def limit(self) -> int:
        return self.options.limit_megabytes * MEGABYTE

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.file, timeout=WAIT_SECONDS)) as connection, connection:
                # What a power cut takes from a cache is made again.
                connection.execute("PRAGMA synchronous = OFF")
                connection.execute(TABLE)
                yield connection
        except (OSError, sqlite3.Error) as error:
            raise CacheUnavailable(f"Its file cannot be used: {error}") from error

    def get(self, key: CacheKey) -> bytes | None:
        used = "UPDATE pictures SET used = ? WHERE image = ? AND picture = ? RETURNING content"
        with self.opened() as connection:
            row = connection.execute(used, (time.time(), key.image, key.picture)).fetchone()
        return None if row is None else bytes(row[0])

    def put(self, key: CacheKey, content: bytes) -> None:
        if len(content) > self.limit:
            return
        row = (key.image, key.picture, content, len(content), time.time())
        with self.opened() as connection:
            connection.execute("REPLACE INTO pictures VALUES (?, ?, ?, ?, ?)", row)
            self.make_room(connection)

    def make_room(self, connection: sqlite3.Connection) -> None:
        """Lets go of what was used least recently, down to the limit."""
        excess = connection.execute("SELECT sum(size) FROM pictures").fetchone()[0] - self.limit
        while excess > 0:
            (size,) = connection.execute(LEAST_RECENTLY_USED).fetchone()
            self.counts.note_evicted(1, size)
            excess -= size

    def purge(self) -> int:
        with self.opened() as connection:
            return connection.execute("DELETE FROM pictures").rowcount

    def purge_image(self, image: str) -> int:
        with self.opened() as connection:
            return connection.execute("DELETE FROM pictures WHERE image = ?", (image,)).rowcount

    def usage(self) -> Usage:
        with self.opened() as connection:
            entries, size = connection.execute("SELECT count(*), coalesce(sum(size), 0) FROM pictures").fetchone()
        return Usage(entries=entries, bytes=size, limit_bytes=self.limit, unit="pictures")

    def sweep(self, judge: Judge, *, image: str = "", removes: bool = True) -> Iterator[Swept]:
        """One image after the other: whoever sweeps may stop after any."""
        with self.opened() as connection:
            images = [row[0] for row in connection.execute("SELECT DISTINCT image FROM pictures")]
        wanted = [name for name in images if name == (image or name)]
        for number, name in enumerate(wanted, 1):
            looked_at, sizes = self.swept(name, judge, removes=removes)
            yield Swept(done=number, total=len(wanted), looked_at=looked_at, entries=len(sizes), bytes=sum(sizes))

    def swept(self, image: str, judge: Judge, *, removes: bool) -> tuple[int, list[int]]:
        """How many pictures of an image were looked at, and the sizes of those that go."""
        with self.opened() as connection:
            rows = connection.execute("SELECT rowid, content FROM pictures WHERE image = ?", (image,)).fetchall()
            doomed = [(rowid, content) for rowid, content in rows if judge(entry_of(content))]
            if removes:
                connection.executemany("DELETE FROM pictures WHERE rowid = ?", [(rowid,) for rowid, _ in doomed])
        return len(rows), [len(content) for _, content in doomed]

    def problems(self) -> Iterable[str]:
        try:
            self.usage()
        except CacheUnavailable as error:
            yield f"{error} Let the server's user write to it."


def entry_of(content: bytes) -> Entry:
    return Entry(size=len(content), beginning=lambda count: content[:count], is_whole=lambda: True)
