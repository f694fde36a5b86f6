"""One connection to PostgreSQL that can do nothing but read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import errors

from iiifserver.iiif.errors import SourceTooSlow, SourceUnavailable

from .sessions import ConnectionLost, NoSuchValue, Row, Session

IMPOSSIBLE = (errors.InvalidTextRepresentation, errors.NumericValueOutOfRange, errors.InvalidDatetimeFormat)
"""What the server says to a key that the column cannot hold, such as letters for a number."""

DJANGOS_OWN = ("context", "cursor_factory", "prepare_threshold", "row_factory")


class PostgresqlSession(Session):
    """Parameters go to the server apart from the statement, which it takes only if it is a single one."""

    def __init__(self, parameters: dict[str, Any], timeout_seconds: float) -> None:
        own = {name: value for name, value in parameters.items() if name not in DJANGOS_OWN}
        self._timeout = f"SET LOCAL statement_timeout = {max(1, int(timeout_seconds * 1000))}"
        try:
            self.connection: psycopg.Connection[Row] = psycopg.connect(
                **{"connect_timeout": max(1, int(timeout_seconds)), **own},
                cursor_factory=psycopg.RawCursor,
                # A pooler in between may give each transaction another server connection.
                prepare_threshold=None,
            )
            self.connection.read_only = True
        except psycopg.Error as error:
            raise SourceUnavailable("The database of this source cannot be reached at present.") from error

    def placeholder(self, number: int) -> str:
        return f"${number}"

    def select(self, sql: str, parameters: Sequence[object]) -> list[Row]:
        with self._one_transaction():
            return self.connection.execute(sql, parameters, binary=True).fetchall()

    def column_names(self, sql: str, parameters: Sequence[object]) -> list[str]:
        with self._one_transaction():
            return [column.name for column in self.connection.execute(sql, parameters).description or ()]

    def length_of(self, expression: str) -> str:
        return f"octet_length({expression})"

    @contextmanager
    def _one_transaction(self) -> Iterator[None]:
        try:
            self.connection.execute(self._timeout)
            yield
        except psycopg.Error as error:
            raise self._meaning_of(error) from error
        finally:
            if not self.connection.closed:
                self.connection.rollback()

    def _meaning_of(self, error: psycopg.Error) -> Exception:
        if self.connection.closed:
            return ConnectionLost()
        if isinstance(error, IMPOSSIBLE):
            return NoSuchValue()
        if isinstance(error, (errors.QueryCanceled, errors.LockNotAvailable)):
            return SourceTooSlow("The database of this source takes too long.")
        return SourceUnavailable("The database of this source cannot be read at present.")

    def close(self) -> None:
        self.connection.close()
