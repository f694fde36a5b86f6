"""The queue of a real server, looked at and written from outside, as another machine would."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import time
import uuid
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row

from tests.live import ROOT, STOP_SECONDS, command, variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECONDS = 60


@dataclass(frozen=True, slots=True)
class LiveQueue:
    """The tables of jobs in a database file."""

    database: Path

    def rows(self, query: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(self.database, timeout=20, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(query, values).fetchall()

    def order(self, seconds: float, machine: str = "") -> str:
        """A job that does nothing for so long; its number."""
        return self.order_job("sleep", {"seconds": seconds}, machine)

    def order_job(self, kind: str, arguments: dict[str, Any], machine: str = "") -> str:
        number = uuid.uuid4().hex
        columns = {
            "uuid": number,
            "kind": kind,
            "arguments": json.dumps(arguments),
            "machine": machine,
            "created_at": now(),
            "due_at": now(),
            "state": "waiting",
            "last_state": "",
            "runner": "",
            "outcome": "",
            **dict.fromkeys(("attempts", "progress_done", "progress_total", "freed_bytes"), 0),
            "cancel_requested": False,
        }
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        self.rows(f"INSERT INTO iiif_images_job ({names}) VALUES ({marks})", *columns.values())
        return number

    def job(self, number: str) -> Any:
        (row,) = self.rows("SELECT * FROM iiif_images_job WHERE uuid = ?", number.replace("-", ""))
        return row

    def cancel(self, number: str) -> None:
        self.rows("UPDATE iiif_images_job SET cancel_requested = ? WHERE uuid = ?", True, number)

    def wait_for(self, number: str, is_reached: Callable[[Any], bool], seconds: float = SECONDS) -> Any:
        deadline = time.monotonic() + seconds
        while not is_reached(row := self.job(number)):
            assert time.monotonic() < deadline, dict(row)
            time.sleep(0.02)
        return row

    def wait_for_state(self, number: str, state: str, seconds: float = SECONDS) -> Any:
        return self.wait_for(number, lambda row: row["state"] == state, seconds)

    def runners(self) -> list[Any]:
        return self.rows("SELECT * FROM iiif_images_jobrunner")

    def wait_for_runners(self, count: int) -> list[Any]:
        deadline = time.monotonic() + SECONDS
        while len(found := self.runners()) != count:
            assert time.monotonic() < deadline, list(map(dict, found))
            time.sleep(0.02)
        return found


@dataclass(frozen=True, slots=True)
class PostgresqlQueue(LiveQueue):
    """The same tables in a database of a PostgreSQL, by its address."""

    database: str

    def rows(self, query: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.database, autocommit=True, row_factory=dict_row) as connection:
            found = connection.execute(query.replace("?", "%s"), values)
            return found.fetchall() if found.description else []


@contextmanager
def process(home: Path, *arguments: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command that runs until the block ends."""
    started = subprocess.Popen(
        command(*arguments), env=variables(home, **more), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        yield started
    except AssertionError as error:
        started.terminate()
        error.add_note(started.communicate(timeout=STOP_SECONDS)[1].decode())
        raise
    finally:
        started.terminate()
        started.communicate(timeout=STOP_SECONDS)


def now() -> str:
    return datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
