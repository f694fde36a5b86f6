"""A file of this machine that nobody may change while it is read."""

from __future__ import annotations

import io
import os
from types import TracebackType

from iiifserver.iiif.errors import SourceReplaced


class SteadyFile(io.BufferedReader):
    """Says at the end of a `with` block whether somebody has written into the file since it was opened: what was read
    may be a mix of two images then, and a failure to decode it no fault of the file. A file that another one has taken
    the place of is read to its end as it was.
    """

    def __init__(self, raw: io.FileIO) -> None:
        super().__init__(raw)
        self._state = state_of(raw.fileno())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        has_changed = not self.closed and state_of(self.fileno()) != self._state
        super().__exit__(kind, error, trace)
        if has_changed:
            raise SourceReplaced


def state_of(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_size, status.st_mtime_ns
