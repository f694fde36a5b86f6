"""Files that are either whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READABLE_BY_ALL = 0o644


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to that takes the place of the real one at the end, or vanishes if anything goes wrong."""
    # Hidden, so that a server which already shows the folder does not offer it.
    handle, name = tempfile.mkstemp(prefix=".", suffix=".unfinished", dir=path.parent)
    os.close(handle)
    unfinished = Path(name)
    try:
        yield unfinished
        unfinished.chmod(READABLE_BY_ALL)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
