"""What only one process may do at a time, of all machines that share a home or a PostgreSQL."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iiifserver.home import Home

ADVISORY_LOCK = 0x11_1F_5E_4E


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """A block in which this process prepares the home and the database; others that want to do so wait."""
    with home.locked("prepare"):
        _advisory("pg_advisory_lock")
        try:
            yield
        finally:
            _advisory("pg_advisory_unlock")


def _advisory(function: str) -> None:
    # The file lock covers one machine; several machines may share a PostgreSQL.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [ADVISORY_LOCK])
