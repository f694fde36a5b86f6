"""Files that lie far away are told beforehand what will be read of them, so that it comes in few requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO, Protocol, cast


class FetchesAhead(Protocol):
    """What a file offers for which every read is a request to another server."""

    def prefetch(self, ranges: Iterable[tuple[int, int]], bridge_bytes: int = 0) -> None:
        """Fetches these pieces, each from its start up to its stop; neighbours together, and those together between
        which at most `bridge_bytes` lie.
        """


def fetches_ahead(file: object) -> bool:
    """Whether the file lies far away. Asked for each tile: looking a protocol up takes as long as reading one."""
    return hasattr(file, "prefetch")


def fetch_ahead(file: BinaryIO, ranges: Iterable[tuple[int, int]], bridge_bytes: int = 0) -> None:
    """Does nothing for a file of this machine."""
    if fetches_ahead(file):
        cast(FetchesAhead, file).prefetch(ranges, bridge_bytes)
