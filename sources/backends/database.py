"""Images in a database: in the rows of a table, or as a statement finds them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO, TypeVar

from django import forms

from iiifserver.conf import conf
from iiifserver.iiif.errors import IIIFError, ImageTooLarge, SourceReplaced, SourceUnavailable
from iiifserver.iiif.found import Found

from ..base import FolderEntry, Place
from ..rows.file import opened
from ..rows.pool import Pool
from ..rows.sessions import Session, session_for
from ..rows.statement import Statement, StatementError, parsed_statement
from ..rows.table import (
    Columns,
    RowState,
    SchemaError,
    Table,
    can_be_a_key,
    checked_table,
    keys_behind,
    state_unless_impossible,
)
from ..watched import WatchedSource

T = TypeVar("T")

MEGABYTE = 1024 * 1024
WRITE_SQL = "iiif_sources.write_sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseOptions:
    alias: str
    """The key in the site's DATABASES."""
    table: str = ""
    key_column: str = ""
    content_column: str = ""
    modified_column: str = ""
    statement: str = ""
    """In place of a table: one SELECT, with `:key` where the key belongs."""
    timeout_seconds: float = 10.0
    max_connections: int = 8
    max_megabytes: int = 200
    """The most that is read of an image at once, where it can only be read whole."""

    def __post_init__(self) -> None:
        texts = (self.alias, self.table, self.key_column, self.content_column, self.modified_column, self.statement)
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("The alias, the names and the statement are texts.")
        if bool(self.table) == bool(self.statement):
            raise ValueError("Name a table or write a statement, and not both.")
        if self.table and not (self.key_column and self.content_column):
            raise ValueError("Beside a table, name the columns of the key and of the image.")
        for number in (self.timeout_seconds, self.max_connections, self.max_megabytes):
            if isinstance(number, bool) or not number > 0:
                raise ValueError("Time limit, connections and megabytes are numbers above 0.")


def alias_choices() -> list[tuple[str, str]]:
    return [(alias, alias) for alias in conf.database_aliases]


def name_field(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=200,
        help_text=help_text,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


class DatabaseForm(forms.Form):
    alias = forms.ChoiceField(
        label="Database",
        choices=alias_choices,
        help_text="One of those that the person who runs the server has named, with IIIFSERVER_DATABASE_…_URL or in "
        'the settings under IIIFSERVER["DATABASE_ALIASES"].',
    )
    table = name_field("Table", "The table or view that holds the images, such as scans or archive.scans.")
    key_column = name_field("Key column", "The column that identifiers are looked for in.")
    content_column = name_field("Image column", "The column that holds the images themselves.")
    modified_column = name_field(
        "Last-modified column",
        "The column that says when an image was last changed. Without one, images in SQLite and in views are read "
        "whole for every answer.",
    )
    statement = forms.CharField(
        label="Statement",
        required=False,
        help_text="In place of a table: one SELECT of the image and, if you like, of the time of its last change, with "
        ":key where the identifier belongs, such as SELECT scan, changed FROM scans WHERE number = :key. It can only "
        "read. Needs the permission to write SQL.",
        widget=forms.Textarea(attrs={"class": "vLargeTextField", "rows": 5}),
    )
    timeout_seconds = forms.FloatField(
        label="Time limit", min_value=0.1, max_value=600, initial=10.0, help_text="Seconds for one question."
    )
    max_connections = forms.IntegerField(
        label="Connections", min_value=1, max_value=100, initial=8, help_text="At most so many at once, of each worker."
    )
    max_megabytes = forms.IntegerField(
        label="Largest image",
        min_value=1,
        max_value=10_000,
        initial=200,
        help_text="Megabytes: larger ones are refused where an image can only be read whole.",
    )

    def clean_statement(self) -> str:
        text: str = self.cleaned_data["statement"].strip()
        if text:
            try:
                parsed_statement(text)
            except StatementError as error:
                raise forms.ValidationError(str(error)) from error
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                DatabaseSource(DatabaseOptions(**cleaned)).check()
            except (ValueError, SchemaError) as error:
                raise forms.ValidationError(str(error)) from error
            except IIIFError as error:
                raise forms.ValidationError(
                    f"{error} Ask the person who runs the server, or choose another."
                ) from error
        return cleaned


class DatabaseSource(WatchedSource):
    """Looks an image up by its key, on a few connections that can only read."""

    label = "Database"
    used_for = "Images that a database keeps in its rows: PostgreSQL or SQLite."
    options_class = DatabaseOptions
    form_class = DatabaseForm
    guarded_options = {"statement": WRITE_SQL}
    options: DatabaseOptions

    def __init__(self, options: DatabaseOptions) -> None:
        super().__init__(options)
        self._pool = Pool(
            partial(session_for, options.alias, options.timeout_seconds),
            options.max_connections,
            options.timeout_seconds,
        )
        self._statement = parsed_statement(options.statement) if options.statement else None
        self._table: Table | None = None

    def find(self, place: Place) -> Found | None:
        if not can_be_a_key(place.name):
            return None
        if self._statement is not None:
            return self._found_by_statement(self._statement, place.name)
        return self._asked(lambda session: self._found_in_table(session, place.name))

    def entries(self, folder: str, after: str, limit: int) -> list[FolderEntry] | None:
        """The keys, in the order of their column; slashes in them make no folders."""
        if folder or self._statement is not None or (after and not can_be_a_key(after)):
            return None
        keys = self._asked(lambda session: keys_behind(self._ready_table(session), session, after, limit))
        return [FolderEntry(key) for key in keys]

    def unlisted(self) -> str:
        if self._statement is None:
            return ""
        return "A statement finds one image by its key, and cannot tell which there are. Name a table to list them."

    def _asked(self, work: Callable[[Session], T]) -> T:
        """What the work makes of a connection, unless the database has failed again and again."""
        with self.breaker.watching(self.options.alias):
            return self._pool.run(work)

    def check(self) -> None:
        """Raises `SchemaError`, or an error of the tree, when no image can be found as things are."""
        if self._statement is not None:
            self._pool.run(self._statement.check)
        else:
            self._pool.run(self._checked_table)

    def problems(self) -> Iterable[str]:
        try:
            self.check()
        except SchemaError as error:
            yield f"{error} Mend the name."
        except IIIFError as error:
            yield f"{error} Look at “{self.options.alias}” in DATABASES and in IIIFSERVER[“DATABASE_ALIASES”]."

    def _found_by_statement(self, statement: Statement, key: str) -> Found | None:
        most_bytes = self.options.max_megabytes * MEGABYTE
        image = self._asked(lambda session: statement.image(session, key, most_bytes))
        return None if image is None else whole(image.content, image.version, image.modified)

    def _found_in_table(self, session: Session, key: str) -> Found | None:
        table = self._ready_table(session)
        state = state_unless_impossible(table, session, key)
        if state is None:
            return None
        if state.is_certain:
            return self._in_parts(table, key, state)
        if state.size > self.options.max_megabytes * MEGABYTE:
            raise ImageTooLarge("This image has more bytes than its source may give out at once.")
        content = table.part(session, key, state, 0, state.size)
        return whole(content, RowState(state.size, None, digest_of(content)).version_of(self._row_name(key)), None)

    def _in_parts(self, table: Table, key: str, state: RowState) -> Found:
        def part(start: int, length: int) -> bytes:
            return self._asked(lambda session: table.part(session, key, state, start, length))

        def open_unless_replaced() -> BinaryIO:
            if self._asked(lambda session: table.state(session, key)) != state:
                raise SourceReplaced
            return opened(state.size, part)

        modified = state.modified.replace(microsecond=0) if state.modified else None
        return Found(open=open_unless_replaced, version=state.version_of(self._row_name(key)), last_modified=modified)

    def _row_name(self, key: str) -> str:
        """Differs between rows of all databases."""
        return f"{self.options.alias}\0{self.options.table}\0{key}"

    def _ready_table(self, session: Session) -> Table:
        """The table, checked once."""
        if self._table is None:
            try:
                self._table = self._checked_table(session)
            except SchemaError as error:
                raise SourceUnavailable("The table of this source is not as it should be.") from error
        return self._table

    def _checked_table(self, session: Session) -> Table:
        options = self.options
        return checked_table(
            session, Columns(options.table, options.key_column, options.content_column, options.modified_column)
        )


def whole(content: bytes, version: str, modified: datetime | None) -> Found:
    """An image that is in memory already."""
    last_modified = modified.replace(microsecond=0) if modified else None
    return Found(open=lambda: io.BytesIO(content), version=version, last_modified=last_modified)


def digest_of(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
