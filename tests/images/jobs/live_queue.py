"""The queue of a real server, looked at and written from outside, as another machine would."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECONDS = 60


@dataclass(frozen=True, slots=True)
class LiveQueue:
    """The tables of jobs in a database file."""

    database: Path

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with closing(sqlite3.connect(self.database, timeout=20, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(query, values).fetchall()

    def order(self, seconds: float, machine: str = "") -> str:
        """A job that does nothing for so long; its number."""
        number = uuid.uuid4().hex
        columns = {
            "uuid": number,
            "kind": "sleep",
            "arguments": json.dumps({"seconds": seconds}),
            "machine": machine,
            "created_at": now(),
            "due_at": now(),
            "state": "waiting",
            "last_state": "",
            "runner": "",
            "outcome": "",
            **dict.fromkeys(("attempts", "cancel_requested", "progress_done", "progress_total", "freed_bytes"), 0),
        }
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        self.rows(f"INSERT INTO iiif_images_job ({names}) VALUES ({marks})", *columns.values())
        return number

    def job(self, number: str) -> sqlite3.Row:
        (row,) = self.rows("SELECT * FROM iiif_images_job WHERE uuid = ?", number.replace("-", ""))
        return row

    def cancel(self, number: str) -> None:
        self.rows("UPDATE iiif_images_job SET cancel_requested = 1 WHERE uuid = ?", number)

    def wait_for(self, number: str, is_reached: Callable[[sqlite3.Row], bool], seconds: float = SECONDS) -> sqlite3.Row:
        deadline = time.monotonic() + seconds
        while not is_reached(row := self.job(number)):
            assert time.monotonic() < deadline, dict(row)
            time.sleep(0.02)
        return row

    def wait_for_state(self, number: str, state: str, seconds: float = SECONDS) -> sqlite3.Row:
        return self.wait_for(number, lambda row: row["state"] == state, seconds)

    def runners(self) -> list[sqlite3.Row]:
        return self.rows("SELECT * FROM iiif_images_jobrunner")

    def wait_for_runners(self, count: int) -> list[sqlite3.Row]:
        deadline = time.monotonic() + SECONDS
        while len(found := self.runners()) != count:
            assert time.monotonic() < deadline, list(map(dict, found))
            time.sleep(0.02)
        return found


def now() -> str:
    return datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
