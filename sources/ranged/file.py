"""A remote image as a file that can be read and sought in."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from iiifserver.iiif.errors import IIIFError
from iiifserver.watching.watch import watch

from .lanes import fetch_all
from .memory import Pieces
from .spans import Span, first_within, merged

LONGEST_AHEAD = 64
"""Somebody who reads on and on is given up to so many blocks at once."""


class RangedFile(io.RawIOBase):
    """Fetches only what is read, and a block ahead. Every read gives all that was asked for, up to the file's end.

    Readers swallow errors or take them for damage; so the first error of the source is raised again by whatever comes
    after it, at the latest when a `with` block ends.
    """

    def __init__(
        self,
        size: int,
        fetch: Callable[[Span], bytes],
        pieces: Pieces,
        block_bytes: int,
        fetch_in_passing: Callable[[Span], bytes] | None = None,
        lanes: int = 1,
    ) -> None:
        super().__init__()
        self._size = size
        self._fetch = fetch
        self._fetch_in_passing = fetch_in_passing or fetch
        """The same for what somebody else keeps, so that it need not be kept here too."""
        self._lanes = lanes
        """How many pieces may be asked for at once."""
        self._pieces = pieces
        self._block = block_bytes
        self._position = 0
        self._ahead = 1
        self._next = -1
        """Where a fetch would begin that goes on where the last one ended."""
        self._failure: IIIFError | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        self._check_open()
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._check_open()
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("There is nothing before the beginning of a file.")
        self._position = start + offset
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        self._check_open()
        stop = self._size if size is None or size < 0 else self._position + size
        wanted = Span(self._position, max(self._position, stop)).within(self._size)
        content = self._content(wanted) if wanted.length else b""
        self._position += len(content)
        return content

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, buffer: Any) -> int:
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def prefetch(self, ranges: Iterable[tuple[int, int]], bridge_bytes: int = 0) -> None:
        """Fetches what is missing of these pieces, each from its start up to its stop, in as few requests as make
        sense, and several requests at once; up to `bridge_bytes` between two of them are fetched along. What there is
        no room for is left out.
        """
        self._check_open()
        spans = (Span(start, stop).within(self._size) for start, stop in ranges)
        missing = [span for span in spans if span.length and not self._pieces.holds(span)]
        wanted = list(first_within(merged(missing, bridge_bytes), self._pieces.limit_bytes))
        with watch.waiting():
            fetch_all(self._fetched, wanted, self._lanes)

    def in_pieces(self, most_bytes: int) -> Iterator[bytes]:
        """All bytes from the beginning to the end in pieces of at most so many, for somebody who keeps them; fewer
        where the source gives no more. Where the file stands is left as it is.
        """
        self._check_open()
        start = 0
        while start < self._size:
            wanted = Span(start, start + most_bytes).within(self._size)
            piece = self._pieces.beginning(wanted) or self._asked(self._fetch_in_passing, wanted)
            if not piece:
                return
            yield piece
            start += len(piece)

    def __exit__(self, *_: object) -> None:
        self.close()
        if self._failure is not None:
            raise self._failure

    def _content(self, wanted: Span) -> bytes:
        content = self._pieces.get(wanted)
        if content is not None:
            return content
        known = self._pieces.beginning(wanted)
        start = wanted.start + len(known)
        self._ahead = min(2 * self._ahead, LONGEST_AHEAD) if start == self._next else 1
        span = Span(start, max(wanted.stop, start + self._ahead * self._block)).within(self._size)
        content = self._fetched(span)
        self._next = span.stop
        return known + content[: wanted.stop - start]

    def _fetched(self, span: Span) -> bytes:
        content = self._asked(self._fetch, span)
        self._pieces.put(span.start, content)
        return content

    def _asked(self, fetch: Callable[[Span], bytes], span: Span) -> bytes:
        if self._failure is not None:
            raise self._failure
        try:
            with watch.waiting():
                return fetch(span)
        except IIIFError as error:
            self._failure = error
            raise

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("The file is closed.")
