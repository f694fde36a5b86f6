"""Images in the rows of SQLite and of a real PostgreSQL."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings

from iiifserver.backend import BackendError
from iiifserver.iiif.errors import ImageTooLarge, SourceNonsense, SourceTooSlow, SourceUnavailable
from iiifserver.testing import SourceContract, SourceUnderTest, content_of
from sources.backends.database import DatabaseForm, DatabaseSource
from sources.base import FolderEntry, Place

TABLE = {"alias": "scans", "table": "scans", "key_column": "number", "content_column": "content"}
WITH_TIME = {**TABLE, "modified_column": "changed"}
STATEMENT = {"alias": "scans", "statement": "SELECT content, changed FROM scans WHERE number = :key"}
SCHEMA = """
CREATE TABLE scans (number TEXT UNIQUE, content {bytes}, changed {time});
CREATE VIEW shown AS SELECT number, content, changed FROM scans;
CREATE TABLE "Odd ""names%" ("the key" {number} UNIQUE, "the; image" {bytes});
CREATE TABLE accounts (name TEXT, password TEXT);
INSERT INTO accounts VALUES ('admin', 'secret');
"""
ODD = {**TABLE, "table": 'Odd "names%', "key_column": "the key", "content_column": "the; image"}


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Makes a database known to the site and opens the fence for it."""

    def make_known(**database: object) -> None:
        both = {"default": settings.DATABASES["default"], "scans": database}
        monkeypatch.setitem(connections.settings, "scans", connections.configure_settings(both)["scans"])

    with override_settings(IIIFSERVER={**settings.IIIFSERVER, "DATABASE_ALIASES": ["scans", "gone"]}):
        yield make_known


@pytest.fixture
def sqlite_file(tmp_path: Path, known: Callable[..., None]) -> Path:
    file = tmp_path / "scans of today?.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.executescript(SCHEMA.format(bytes="BLOB", time="TEXT", number="INTEGER"))
        connection.executescript(
            "CREATE TABLE keyed (number TEXT PRIMARY KEY, content BLOB, changed TEXT) WITHOUT ROWID"
        )
    connection.close()
    known(ENGINE="django.db.backends.sqlite3", NAME=str(file))
    return file


def sqlite_put(file: Path, table: str = "scans") -> Callable[[str, bytes], None]:
    def put(identifier: str, content: bytes) -> None:
        connection = sqlite3.connect(file)
        with connection:
            connection.execute(f"DELETE FROM {table} WHERE number = ?", [identifier])
            now = datetime.now(UTC).isoformat()
            connection.execute(f"INSERT INTO {table} VALUES (?, ?, ?)", [identifier, content, now])
        connection.close()

    return put


@pytest.fixture
def postgresql(postgresql_url: str, known: Callable[..., None]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        connection.execute(SCHEMA.format(bytes="BYTEA", time="TIMESTAMPTZ", number="INTEGER"))
        info = connection.info
        known(ENGINE="django.db.backends.postgresql", NAME=info.dbname, USER=info.user, HOST=info.host, PORT=info.port)
        yield connection


def postgresql_put(connection: psycopg.Connection) -> Callable[[str, bytes], None]:
    def put(identifier: str, content: bytes) -> None:
        connection.execute(
            "INSERT INTO scans VALUES (%s, %s, clock_timestamp()) "
            "ON CONFLICT (number) DO UPDATE SET content = excluded.content, changed = excluded.changed",
            [identifier, content],
        )

    return put


class TestSqlite(SourceContract):
    @pytest.fixture
    def subject(self, sqlite_file: Path) -> SourceUnderTest:
        return SourceUnderTest(DatabaseSource.build(WITH_TIME), sqlite_put(sqlite_file))


class TestSqliteWithoutTime(SourceContract):
    @pytest.fixture
    def subject(self, sqlite_file: Path) -> SourceUnderTest:
        return SourceUnderTest(DatabaseSource.build(TABLE), sqlite_put(sqlite_file))


class TestSqliteView(SourceContract):
    @pytest.fixture
    def subject(self, sqlite_file: Path) -> SourceUnderTest:
        return SourceUnderTest(DatabaseSource.build({**WITH_TIME, "table": "shown"}), sqlite_put(sqlite_file))


class TestSqliteWithoutRowNumbers(SourceContract):
    @pytest.fixture
    def subject(self, sqlite_file: Path) -> SourceUnderTest:
        return SourceUnderTest(DatabaseSource.build({**WITH_TIME, "table": "keyed"}), sqlite_put(sqlite_file, "keyed"))


class TestSqliteStatement(SourceContract):
    @pytest.fixture
    def subject(self, sqlite_file: Path) -> SourceUnderTest:
        return SourceUnderTest(DatabaseSource.build(STATEMENT), sqlite_put(sqlite_file))


class TestPostgresql(SourceContract):
    @pytest.fixture
    def subject(self, postgresql: psycopg.Connection) -> SourceUnderTest:
        return SourceUnderTest(DatabaseSource.build(TABLE), postgresql_put(postgresql))


class TestPostgresqlView(SourceContract):
    @pytest.fixture
    def subject(self, postgresql: psycopg.Connection) -> SourceUnderTest:
        source = DatabaseSource.build({**WITH_TIME, "table": "public.shown"})
        return SourceUnderTest(source, postgresql_put(postgresql))


class TestPostgresqlStatement(SourceContract):
    @pytest.fixture
    def subject(self, postgresql: psycopg.Connection) -> SourceUnderTest:
        return SourceUnderTest(DatabaseSource.build(STATEMENT), postgresql_put(postgresql))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Either database; puts an image into it."""
    if request.param == "sqlite":
        return sqlite_put(request.getfixturevalue("sqlite_file"))
    return postgresql_put(request.getfixturevalue("postgresql"))


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("key", ["' OR '1'='1", "1; DROP TABLE scans", '"', "$1", "?1", "%s", ":key"])
@pytest.mark.parametrize("options", [WITH_TIME, STATEMENT], ids=["table", "statement"])
def test_a_hostile_key_is_a_key_like_any_other(options, key):
    assert DatabaseSource.build(options).find(Place(name=key)) is None


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("key", ["abc", "9" * 40, "1.5", ""])
def test_a_key_that_the_column_cannot_hold_is_not_there(key):
    assert DatabaseSource.build(ODD).find(Place(name=key)) is None


def test_names_are_quoted_whatever_is_in_them(sqlite_file):
    with sqlite3.connect(sqlite_file) as connection:
        connection.execute('INSERT INTO "Odd ""names%" VALUES (7, ?)', [b"seven"])
    connection.close()
    assert content_of(DatabaseSource.build(ODD), "7") == b"seven"


def test_names_are_quoted_in_postgresql_too(postgresql):
    postgresql.execute('INSERT INTO "Odd ""names%" VALUES (7, \'seven\')')
    assert content_of(DatabaseSource.build(ODD), "7") == b"seven"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"table": "Scans"}, "no table or view “Scans”"),
        ({"table": "scans; DROP TABLE scans"}, "no table or view"),
        ({"table": "nowhere.scans"}, "no table or view"),
        ({"key_column": "Number"}, "no column “Number”"),
        ({"content_column": "1"}, "no column “1”"),
        ({"modified_column": "now()"}, "no column “now()”"),
    ],
)
def test_what_is_not_in_the_database_is_refused_by_the_form_and_shown(changed, sentence):
    form = DatabaseForm({"timeout_seconds": 5, "max_connections": 2, "max_megabytes": 5, **WITH_TIME, **changed})
    assert sentence in str(form.errors["__all__"])
    assert sentence in next(iter(DatabaseSource.build({**WITH_TIME, **changed}).problems()))
    with pytest.raises(SourceUnavailable):
        DatabaseSource.build({**WITH_TIME, **changed}).find(Place(name="a"))


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("options", [TABLE, WITH_TIME, STATEMENT], ids=["table", "with-time", "statement"])
def test_what_works_is_taken_by_the_form(options):
    form = DatabaseForm({"timeout_seconds": 5, "max_connections": 2, "max_megabytes": 5, **options})
    assert form.is_valid(), form.errors


@pytest.mark.parametrize("alias", ["default", "gone"])
def test_a_database_outside_the_fence_or_the_site_is_unavailable(known, alias):
    source = DatabaseSource.build({**TABLE, "alias": alias})
    with pytest.raises(SourceUnavailable):
        source.find(Place(name="a"))
    assert alias in next(iter(source.problems()))


def test_a_file_that_is_not_there_is_unavailable_and_is_not_made(known, tmp_path):
    known(ENGINE="django.db.backends.sqlite3", NAME=str(tmp_path / "none.sqlite3"))
    with pytest.raises(SourceUnavailable):
        DatabaseSource.build(TABLE).find(Place(name="a"))
    assert list(tmp_path.glob("none*")) == []


@pytest.mark.parametrize(
    ("statement", "cure"),
    [
        ("DELETE FROM scans WHERE number = :key", "begins with SELECT"),
        ("SELECT 1; DELETE FROM scans", "one statement"),
        ("SELECT content FROM scans", "Write :key"),
        ("SELECT content FROM scans WHERE number = ':key'", "Write :key"),
        ("SELECT content FROM scans WHERE number = ?", "only thing"),
        ("SELECT content FROM scans WHERE number = :other", "only thing"),
        ("SELECT content FROM scans -- WHERE number = :key", "comments"),
        (";", "one statement"),
    ],
)
def test_what_is_no_such_statement_is_refused(statement, cure):
    with pytest.raises(BackendError, match=cure):
        DatabaseSource.build({"alias": "scans", "statement": statement})


def test_a_statement_that_writes_in_disguise_writes_nothing(postgresql):
    postgresql.execute(
        "CREATE FUNCTION wipe() RETURNS bytea LANGUAGE sql VOLATILE AS $$ DELETE FROM accounts; SELECT 'gone'::bytea $$"
    )
    for sql in ("SELECT wipe() FROM scans WHERE number = :key", "SELECT wipe(), :key"):
        postgresql_put(postgresql)("a", b"a")
        with pytest.raises(SourceUnavailable):
            DatabaseSource.build({"alias": "scans", "statement": sql}).find(Place(name="a"))
    assert postgresql.execute("SELECT count(*) FROM accounts").fetchone() == (1,)


def test_a_statement_cannot_open_its_session_for_the_next(postgresql):
    postgresql.execute(
        "CREATE FUNCTION wipe() RETURNS bytea LANGUAGE sql VOLATILE AS $$ DELETE FROM accounts; SELECT 'a'::bytea $$"
    )
    sql = (
        "SELECT CASE :key::text WHEN 'open' THEN set_config('default_transaction_read_only', 'off', false)::bytea "
        "ELSE wipe() END"
    )
    source = DatabaseSource.build({"alias": "scans", "statement": sql, "max_connections": 1})
    source.find(Place(name="open"))
    with pytest.raises(SourceUnavailable):
        source.find(Place(name="wipe"))
    assert postgresql.execute("SELECT count(*) FROM accounts").fetchone() == (1,)


@pytest.mark.usefixtures("database")
def test_a_statement_may_have_a_comma_a_cast_and_a_with(database):
    database("a", b"image")
    sql = "WITH mine AS (SELECT content FROM scans WHERE number = :key OR number = :key) SELECT content FROM mine;"
    assert content_of(DatabaseSource.build({"alias": "scans", "statement": sql}), "a") == b"image"


def test_a_statement_that_finds_no_bytes_makes_no_sense(sqlite_file):
    with pytest.raises(SourceNonsense):
        DatabaseSource.build({"alias": "scans", "statement": "SELECT 5, :key"}).find(Place(name="a"))


def test_an_image_that_is_too_large_to_be_read_whole_is_refused(database):
    database("a", b"x" * (1024 * 1024 + 1))
    with pytest.raises(ImageTooLarge):
        DatabaseSource.build({**STATEMENT, "max_megabytes": 1}).find(Place(name="a"))


def test_a_slow_database_is_given_up(sqlite_file):
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*), :key FROM n"
    with pytest.raises(SourceTooSlow):
        DatabaseSource.build({"alias": "scans", "statement": endless, "timeout_seconds": 0.05}).find(Place(name="a"))


@pytest.mark.usefixtures("postgresql")
def test_a_slow_postgresql_is_given_up():
    slow = "SELECT pg_sleep(60)::text::bytea, :key::text"
    with pytest.raises(SourceTooSlow):
        DatabaseSource.build({"alias": "scans", "statement": slow, "timeout_seconds": 0.1}).find(Place(name="a"))


def end_connections(postgresql: psycopg.Connection) -> None:
    postgresql.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


def test_a_connection_that_drops_mid_stream_is_made_again(postgresql):
    content = os.urandom(3 * 1024 * 1024)
    postgresql_put(postgresql)("a", content)
    found = DatabaseSource.build(TABLE).find(Place(name="a"))
    assert found is not None
    with found.open() as file:
        first = file.read(1000)
        end_connections(postgresql)
        assert first + file.read() == content


def test_a_database_that_goes_away_mid_stream_is_unavailable(postgresql, known):
    postgresql_put(postgresql)("a", os.urandom(3 * 1024 * 1024))
    found = DatabaseSource.build(TABLE).find(Place(name="a"))
    assert found is not None
    with found.open() as file:
        file.read(1000)
        end_connections(postgresql)
        known(ENGINE="django.db.backends.postgresql", NAME="gone", HOST="127.0.0.1", PORT="1")
        with pytest.raises(SourceUnavailable):
            file.read()


def test_a_database_that_fails_again_and_again_is_left_alone(postgresql, known, monkeypatch):
    known(ENGINE="django.db.backends.postgresql", NAME="gone", HOST="127.0.0.1", PORT="1")
    source, tries = DatabaseSource.build(TABLE), []
    run = source._pool.run
    monkeypatch.setattr(source._pool, "run", lambda work: tries.append(work) or run(work))
    for _ in range(20):
        with pytest.raises(SourceUnavailable):
            source.find(Place(name="a"))
    assert (len(tries), source.resting_servers) == (5, 1)


def test_an_image_that_is_replaced_while_it_is_read_is_never_a_mix(database):
    database("a", b"1" * 1024 * 1024)
    found = DatabaseSource.build(WITH_TIME).find(Place(name="a"))
    assert found is not None
    with found.open() as file:
        file.read(1000)
        database("a", b"2" * 1024 * 1024)
        with pytest.raises(SourceUnavailable, match="replaced"):
            file.read()


def test_only_parts_are_read(database, monkeypatch):
    database("a", os.urandom(5 * 1024 * 1024))
    source = DatabaseSource.build(WITH_TIME)
    found = source.find(Place(name="a"))
    assert found is not None
    lengths = []
    table = type(source._table)
    part = table.part
    monkeypatch.setattr(table, "part", lambda *of: lengths.append(of[-1]) or part(*of))
    with found.open() as file:
        file.seek(4 * 1024 * 1024)
        file.read(100)
    assert sum(lengths) <= 256 * 1024


def test_many_readers_share_a_few_connections_that_end(postgresql):
    postgresql_put(postgresql)("a", os.urandom(600_000))
    source = DatabaseSource.build({**TABLE, "max_connections": 4, "timeout_seconds": 60})
    counts = []
    done = threading.Event()

    def others() -> int:
        row = postgresql.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        ).fetchone()
        return 0 if row is None else row[0]

    def watch() -> None:
        while not done.wait(0.02):
            counts.append(others())

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(50) as readers:
        sizes = set(readers.map(lambda _: len(content_of(source, "a")), range(50)))
    done.set()
    watcher.join()
    assert (sizes, 0 < max(counts) <= 4) == ({600_000}, True)
    source._pool.close()
    deadline = threading.Event()
    while others():
        deadline.wait(0.01)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"alias": "scans"},
        {"alias": "scans", "table": "scans"},
        {**TABLE, "statement": "SELECT content FROM scans WHERE number = :key"},
        {**TABLE, "max_connections": 0},
        {**TABLE, "timeout_seconds": "5"},
        {**TABLE, "table": 5},
    ],
)
def test_options_that_make_no_sense_do_not_build(options):
    with pytest.raises(BackendError):
        DatabaseSource.build(options)


def keys(source: DatabaseSource, after: str = "", limit: int = 100) -> list[str]:
    listed = source.entries("", after, limit)
    assert listed is not None
    assert all(entry == FolderEntry(entry.name) for entry in listed)
    return [entry.name for entry in listed]


def test_a_table_is_listed_key_by_key_and_page_by_page(database):
    names = [f"{number:02} é+%_/'.png" for number in range(12)]
    for name in names:
        database(name, b"here")
    source, listed = DatabaseSource.build(TABLE), [""]
    while page := keys(source, listed[-1], 5):
        assert len(page) <= 5
        listed += page
    assert listed[1:] == names
    assert [content_of(source, name) for name in listed[1:]] == [b"here"] * 12


@pytest.mark.parametrize("after", ["' OR '1'='1", "1; DROP TABLE scans", "$1", "?1"])
def test_a_hostile_place_to_go_on_from_is_a_key_like_any_other(database, after):
    database("zz", b"here")
    assert keys(DatabaseSource.build(TABLE), after) == ["zz"]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("after", ["a\0b", "\ud800"])
def test_nothing_is_behind_what_is_no_key(after):
    assert DatabaseSource.build(TABLE).entries("", after, 5) is None


def test_a_search_goes_through_the_keys(database):
    for name in ("Karte 1", "karte 2", "plan"):
        database(name, b"here")
    matches = DatabaseSource.build(TABLE).search("", "KARTE", "", 10, 60)
    assert sorted(entry.name for entry in matches.entries) == ["Karte 1", "karte 2"]


def test_rows_without_an_image_or_a_key_are_not_listed(sqlite_file):
    with sqlite3.connect(sqlite_file) as connection:
        rows = [("a", None), (None, b"here"), (b"bytes", b"here"), ("", b"here"), ("b", b"here")]
        connection.executemany("INSERT INTO scans (number, content) VALUES (?, ?)", rows)
    connection.close()
    assert keys(DatabaseSource.build(TABLE)) == ["b"]


def test_keys_that_stand_twice_are_listed_once(postgresql):
    postgresql.execute("CREATE TABLE twice (number TEXT, content BYTEA)")
    postgresql.execute("INSERT INTO twice VALUES ('a', 'x'), ('a', 'y'), ('b', 'x'), ('', 'x'), (NULL, 'x')")
    source = DatabaseSource.build({**TABLE, "table": "twice"})
    assert (keys(source, "", 1), keys(source, "a", 1)) == (["a"], ["b"])
    assert keys(source) == ["a", "b"]


@pytest.mark.parametrize(
    ("kind", "values"), [("INTEGER", ["2", "10"]), ("UUID", ["0" * 8 + "-0000-0000-0000-" + "1" * 12])]
)
def test_keys_of_any_type_are_listed_as_they_are_asked_for(postgresql, kind, values):
    postgresql.execute(f"CREATE TABLE typed (number {kind}, content BYTEA)")
    for value in values:
        postgresql.execute("INSERT INTO typed VALUES (%s, 'here')", [value])
    source = DatabaseSource.build({**TABLE, "table": "typed"})
    assert keys(source) == values
    assert [content_of(source, value) for value in values] == [b"here"] * len(values)
    assert keys(source, values[-1]) == keys(source, "what no such column holds") == []


def test_numbers_of_sqlite_are_listed_in_their_order(sqlite_file):
    with sqlite3.connect(sqlite_file) as connection:
        connection.executemany('INSERT INTO "Odd ""names%" VALUES (?, ?)', [(10, b"ten"), (9, b"nine")])
    connection.close()
    source = DatabaseSource.build(ODD)
    assert (keys(source), keys(source, "9")) == (["9", "10"], ["10"])


@pytest.mark.usefixtures("database")
def test_a_table_has_no_folders():
    assert DatabaseSource.build(TABLE).entries("maps", "", 10) is None


@pytest.mark.usefixtures("database")
def test_a_statement_is_not_listed_and_says_why():
    source = DatabaseSource.build(STATEMENT)
    assert source.entries("", "", 10) is None
    assert "Name a table" in source.unlisted()
    assert DatabaseSource.build(TABLE).unlisted() == ""
