"""A statement that staff have written: one SELECT with one place for the key."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import sqlparse
from sqlparse import tokens

from iiifserver.iiif.errors import ImageTooLarge, SourceNonsense

from .sessions import NoSuchValue, Session
from .table import moment, quoted

KEY = ":key"


class StatementError(ValueError):
    """A text is no such statement. The message is a sentence for staff."""


@dataclass(frozen=True, slots=True)
class WholeImage:
    """What a statement has found."""

    content: bytes
    modified: datetime | None

    @property
    def version(self) -> str:
        return hashlib.blake2b(self.content, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Statement:
    """The text around the places for the key."""

    pieces: tuple[str, ...]

    def image(self, session: Session, key: str, most_bytes: int) -> WholeImage | None:
        """The first column of the first row, and when it was last changed from the second; `None` without a row.

        Raises `ImageTooLarge` before anything larger is fetched.
        """
        try:
            return found(session, self.sql(session), key, most_bytes)
        except NoSuchValue:
            return None

    def check(self, session: Session) -> None:
        """Raises `SourceUnavailable` when the database does not understand the statement."""
        with suppress(NoSuchValue):
            session.column_names(columns_of(self.sql(session)), ["0"])

    def sql(self, session: Session) -> str:
        return session.placeholder(1).join(self.pieces)


def found(session: Session, sql: str, key: str, most_bytes: int) -> WholeImage | None:
    names = session.column_names(columns_of(sql), [key])
    content, modified = quoted(names[0]), quoted(names[1]) if len(names) > 1 else "NULL"
    measured = f"CASE WHEN {session.length_of(content)} <= {most_bytes} THEN {content} END"
    rows = session.select(
        f"SELECT {session.length_of(content)}, {measured}, {modified} FROM ({sql}) AS image LIMIT 1",  # noqa: S608 - the statement of staff who may write one
        [key],
    )
    if not rows or rows[0][0] is None:
        return None
    size, value, changed = rows[0]
    if size > most_bytes:
        raise ImageTooLarge("This image has more bytes than its source may give out at once.")
    if not isinstance(value, (bytes, memoryview)):
        raise SourceNonsense("The database of this source answers something that is no image.")
    return WholeImage(bytes(value), moment(changed))


def columns_of(sql: str) -> str:
    """A statement that has the same columns and no rows."""
    return f"SELECT * FROM ({sql}) AS image LIMIT 0"  # noqa: S608 - the statement of staff who may write one


def parsed_statement(text: str) -> Statement:
    """The statement of a text; raises `StatementError`."""
    statements = [statement for statement in sqlparse.parse(text) if str(statement).strip(" \t\r\n;")]
    if len(statements) != 1:
        raise StatementError("Write one statement.")
    (statement,) = statements
    if statement.get_type() != "SELECT":  # type: ignore[no-untyped-call]
        raise StatementError("Write a statement that begins with SELECT.")
    pieces = [""]
    for token in statement.flatten():  # type: ignore[no-untyped-call]
        if token.ttype in tokens.Name.Placeholder and token.value == KEY:
            pieces.append("")
        elif token.ttype in tokens.Name.Placeholder:
            raise StatementError(f"The only thing to be filled in is {KEY}: “{token.value}” is not known.")
        elif token.ttype in tokens.Comment:
            raise StatementError("Write the statement without comments.")
        elif token.ttype not in tokens.Punctuation or token.value != ";":
            pieces[-1] += token.value
    if len(pieces) == 1:
        raise StatementError(f"Write {KEY} where the key belongs, such as in WHERE number = {KEY}.")
    return Statement(tuple(pieces))
