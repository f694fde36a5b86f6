"""One connection to a database that can do nothing but read."""

from __future__ import annotations

import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connections
from django.utils.connection import ConnectionDoesNotExist

from iiifserver.conf import conf
from iiifserver.iiif.errors import SourceTooSlow, SourceUnavailable

Row = tuple[Any, ...]

CHECK_EVERY_STEPS = 10_000
"""How often SQLite looks at the clock, in steps of its virtual machine: a few milliseconds."""


class ConnectionLost(Exception):
    """The connection is gone; another may work."""


class NoSuchValue(Exception):
    """The key is none that the column can hold, so that no row has it."""


class Session(ABC):
    """A connection. Used by one thread at a time."""

    @abstractmethod
    def placeholder(self, number: int) -> str:
        """What stands for a parameter, counted from 1."""

    @abstractmethod
    def select(self, sql: str, parameters: Sequence[object]) -> list[Row]:
        """The rows of one statement, in a transaction that cannot write.

        Raises `SourceTooSlow` after the time limit, `ConnectionLost`, `NoSuchValue`, else `SourceUnavailable`.
        """

    @abstractmethod
    def column_names(self, sql: str, parameters: Sequence[object]) -> list[str]:
        """The names of the columns that a statement gives; raises what `select` raises."""

    @abstractmethod
    def length_of(self, expression: str) -> str:
        """An expression for the bytes that another one has."""

    @abstractmethod
    def close(self) -> None:
        """Ends the connection."""


def session_for(alias: str, timeout_seconds: float) -> Session:
    """A new connection; raises `SourceUnavailable` when the fence or the site does not know the alias, or when the
    database cannot be reached.
    """
    if alias not in conf.database_aliases:
        raise SourceUnavailable("The database of this source may not be read.")
    try:
        settings = connections.settings[alias]
    except (KeyError, ConnectionDoesNotExist) as error:
        raise SourceUnavailable("The database of this source is not set up.") from error
    engine = settings["ENGINE"].rpartition(".")[2]
    if engine == "sqlite3":
        return SqliteSession(Path(settings["NAME"]), timeout_seconds)
    if engine == "postgresql":
        return postgresql_session(alias, timeout_seconds)
    raise SourceUnavailable("The database of this source is of a kind that is not read: use PostgreSQL or SQLite.")


class SqliteSession(Session):
    """A connection to a file that is opened for reading."""

    def __init__(self, path: Path, timeout_seconds: float) -> None:
        self._timeout_seconds = timeout_seconds
        try:
            self.connection = sqlite3.connect(
                f"file:{quote(str(path))}?mode=ro",
                uri=True,
                timeout=timeout_seconds,
                isolation_level=None,
                # The pool gives it to one thread after the other.
                check_same_thread=False,
            )
            self.connection.execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            raise SourceUnavailable("The database of this source cannot be opened at present.") from error

    def placeholder(self, number: int) -> str:
        return f"?{number}"

    def select(self, sql: str, parameters: Sequence[object]) -> list[Row]:
        with self.one_transaction():
            return self.connection.execute(sql, parameters).fetchall()

    def column_names(self, sql: str, parameters: Sequence[object]) -> list[str]:
        with self.one_transaction():
            return [column[0] for column in self.connection.execute(sql, parameters).description]

    def length_of(self, expression: str) -> str:
        return f"length(CAST({expression} AS BLOB))"

    @contextmanager
    def one_transaction(self) -> Iterator[None]:
        """Everything inside sees one state of the file, and ends in time."""
        deadline = time.monotonic() + self._timeout_seconds
        self.connection.set_progress_handler(lambda: time.monotonic() > deadline, CHECK_EVERY_STEPS)
        try:
            self.connection.execute("BEGIN")
            try:
                yield
            finally:
                self.connection.rollback()
        except sqlite3.Error as error:
            if time.monotonic() > deadline:
                raise SourceTooSlow("The database of this source takes too long.") from error
            raise SourceUnavailable("The database of this source cannot be read at present.") from error
        finally:
            self.connection.set_progress_handler(None, 0)

    def close(self) -> None:
        self.connection.close()


def postgresql_session(alias: str, timeout_seconds: float) -> Session:
    # It is there wherever such a database is set up.
    from .postgresql import PostgresqlSession

    return PostgresqlSession(connections.create_connection(alias).get_connection_params(), timeout_seconds)
