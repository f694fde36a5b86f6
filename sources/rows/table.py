"""Images as the rows of one table or view: their state, and parts of their bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

from iiifserver.iiif.errors import SourceReplaced

from .sessions import NoSuchValue, Session, SqliteSession


class SchemaError(Exception):
    """A table or a column is not there. The message is a sentence for staff."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The names that staff have written."""

    table: str
    """With its schema in front, where PostgreSQL would not look there by itself: `archive.scans`."""
    key: str
    content: str
    modified: str = ""
    """Empty where no column says when a row was last changed."""


@dataclass(frozen=True, slots=True)
class RowState:
    """What tells two states of a row apart."""

    size: int
    modified: datetime | None
    mark: str
    """Of the database's own; empty where it has none."""

    @property
    def is_certain(self) -> bool:
        """Whether another state cannot look the same, as far as columns and database are to be believed."""
        return bool(self.mark) or self.modified is not None

    def version_of(self, row_name: str) -> str:
        text = f"{row_name}\0{self.size}\0{self.modified}\0{self.mark}"
        return hashlib.blake2b(text.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


class Table(Protocol):
    """Reads rows by their key; several keys alike count as the first of them."""

    def state(self, session: Session, key: str) -> RowState | None:
        """The row's state, or `None` when there is no such row, or nothing in it."""

    def part(self, session: Session, key: str, state: RowState, start: int, length: int) -> bytes:
        """Bytes from a place on; raises `SourceUnavailable` when the row is not in that state any more."""

    def keys(self, session: Session, after: str, limit: int) -> list[str]:
        """So many keys of images behind the key `after`, or of all where that is empty: in the order of the column,
        each once, and written as they are asked for.
        """


def checked_table(session: Session, columns: Columns) -> Table:
    """The table, once all that staff have named is there; raises `SchemaError`."""
    return sqlite_table(session, columns) if isinstance(session, SqliteSession) else postgresql_table(session, columns)


def sqlite_table(session: SqliteSession, columns: Columns) -> SqliteTable:
    found = session.select(
        "SELECT type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?1", [columns.table]
    )
    names = session.select("SELECT name FROM pragma_table_info(?1)", [columns.table])
    check_names(columns, is_there=bool(found), names={name for (name,) in names})
    (kind, has_no_row_numbers) = found[0]
    return SqliteTable(columns, has_handles=kind == "table" and not has_no_row_numbers)


def postgresql_table(session: Session, columns: Columns) -> PostgresqlTable:
    schema, _, name = columns.table.rpartition(".")
    relations = session.select(
        "SELECT n.nspname, c.relkind::text, c.oid::bigint "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relname = $1::text AND c.relkind IN ('r', 'v', 'm', 'f', 'p') "
        "AND n.nspname = ANY (CASE WHEN $2::text = '' THEN current_schemas(false) ELSE ARRAY[$2::name] END) "
        "ORDER BY array_position(current_schemas(false), n.nspname) LIMIT 1",
        [name, schema],
    )
    if not relations:
        check_names(columns, is_there=False, names=set())
    found_schema, kind, number = relations[0]
    attributes = (
        "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::bigint AND attnum > 0 AND NOT attisdropped"
    )
    names = {name for (name,) in session.select(attributes, [number])}
    check_names(columns, is_there=True, names=names)
    return PostgresqlTable(columns, f"{quoted(found_schema)}.{quoted(name)}", has_marks=kind == "r")


def check_names(columns: Columns, *, is_there: bool, names: set[str]) -> None:
    if not is_there:
        raise SchemaError(f"There is no table or view “{columns.table}” in this database.")
    for name in (columns.key, columns.content, columns.modified):
        if name and name not in names:
            raise SchemaError(f"There is no column “{name}” in “{columns.table}”.")


def quoted(name: str) -> str:
    """A name as SQL writes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class PostgresqlTable:
    """A table or view in PostgreSQL. Every read tells the row's state with it, so that two states never mix."""

    columns: Columns
    name: str
    has_marks: bool
    """Whether the database marks each state of a row: it does in tables, and not in views."""

    def state(self, session: Session, key: str) -> RowState | None:
        rows = self._rows(session, key, "NULL::bytea", [])
        return state_of(rows[0]) if rows else None

    def part(self, session: Session, key: str, state: RowState, start: int, length: int) -> bytes:
        part = f"substring({quoted(self.columns.content)} FROM $2::int FOR $3::int)"
        rows = self._rows(session, key, part, [start + 1, length])
        return part_of(rows, state)

    def keys(self, session: Session, after: str, limit: int) -> list[str]:
        return keys_of(session, self.columns, self.name, after, limit)

    def _rows(self, session: Session, key: str, part: str, parameters: list[int]) -> list[tuple[Any, ...]]:
        content, modified = quoted(self.columns.content), self.columns.modified
        mark = "xmin::text || ctid::text" if self.has_marks else "''"
        return session.select(
            f"SELECT octet_length({content}), {quoted(modified) if modified else 'NULL::timestamptz'}, {mark}, {part} "  # noqa: S608 - names are checked and quoted
            f"FROM {self.name} WHERE {quoted(self.columns.key)} = $1 AND {content} IS NOT NULL LIMIT 1",
            [key, *parameters],
        )


@dataclass(frozen=True, slots=True)
class SqliteTable:
    """A table or view in SQLite."""

    columns: Columns
    has_handles: bool
    """Whether a part of a value can be read without all of it."""

    def state(self, session: Session, key: str) -> RowState | None:
        rows = session.select(self._sql("NULL"), [key])
        return state_of(rows[0]) if rows else None

    def part(self, session: Session, key: str, state: RowState, start: int, length: int) -> bytes:
        if self.has_handles and isinstance(session, SqliteSession):
            return self._part_by_handle(session, key, state, start, length)
        part = f"substr(CAST({quoted(self.columns.content)} AS BLOB), ?2, ?3)"
        return part_of(session.select(self._sql(part), [key, start + 1, length]), state)

    def _part_by_handle(self, session: SqliteSession, key: str, state: RowState, start: int, length: int) -> bytes:
        with session.one_transaction():
            rows = session.connection.execute(self._sql("rowid"), [key]).fetchall()
            if not rows or state_of(rows[0]) != state:
                raise SourceReplaced
            number = rows[0][3]
            names = (self.columns.table, self.columns.content, number)
            with session.connection.blobopen(*names, readonly=True) as handle:
                handle.seek(min(start, state.size))
                return handle.read(length)

    def keys(self, session: Session, after: str, limit: int) -> list[str]:
        # SQLite keeps anything in any column; bytes stand in no address.
        is_key = f"typeof({quoted(self.columns.key)}) <> 'blob'"
        return keys_of(session, self.columns, quoted(self.columns.table), after, limit, is_key)

    def _sql(self, part: str) -> str:
        content, modified = quoted(self.columns.content), self.columns.modified
        return (
            f"SELECT length(CAST({content} AS BLOB)), {quoted(modified) if modified else 'NULL'}, '', {part} "  # noqa: S608 - names are checked and quoted
            f"FROM {quoted(self.columns.table)} WHERE {quoted(self.columns.key)} = ?1 AND {content} IS NOT NULL LIMIT 1"
        )


def keys_of(session: Session, columns: Columns, table: str, after: str, limit: int, is_key: str = "TRUE") -> list[str]:
    """See `Table.keys`. What is compared and sorted is the column itself, so that its index serves."""
    key = quoted(columns.key)
    behind = f"{key} > {session.placeholder(1)}" if after else f"{key} IS NOT NULL"
    rows = session.select(
        f"SELECT CAST(key AS TEXT) FROM (SELECT DISTINCT {key} AS key FROM {table} "  # noqa: S608 - names are checked and quoted
        f"WHERE {behind} AND CAST({key} AS TEXT) <> '' AND {is_key} AND {quoted(columns.content)} IS NOT NULL "
        f"ORDER BY 1 LIMIT {limit}) AS page "
        "ORDER BY page.key",
        [after] if after else [],
    )
    return [text for (text,) in rows]


def state_of(row: tuple[Any, ...]) -> RowState:
    size, modified, mark = row[:3]
    return RowState(size, moment(modified), mark)


def part_of(rows: list[tuple[Any, ...]], state: RowState) -> bytes:
    if not rows or state_of(rows[0]) != state:
        raise SourceReplaced
    return bytes(rows[0][3])


def moment(value: object) -> datetime | None:
    """When a row was last changed, from whatever its column holds; `None` where that is no time."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    try:
        if isinstance(value, (int, float)):
            return datetime.fromtimestamp(value, UTC)
        return moment(datetime.fromisoformat(value)) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None


def can_be_a_key(key: str) -> bool:
    try:
        return "\0" not in key and bool(key.encode())
    except UnicodeEncodeError:
        return False


def state_unless_impossible(table: Table, session: Session, key: str) -> RowState | None:
    try:
        return table.state(session, key)
    except NoSuchValue:
        return None


def keys_behind(table: Table, session: Session, after: str, limit: int) -> list[str]:
    """The same as `Table.keys`; none behind what the column cannot hold."""
    try:
        return table.keys(session, after, limit)
    except NoSuchValue:
        return []
