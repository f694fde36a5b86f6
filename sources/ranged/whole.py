"""An image that its server gives out as one piece only: kept in a temporary file while it is used."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterable
from hashlib import blake2b

from iiifserver.iiif.errors import SourceNonsense, SourceUnavailable

from .spans import Span

IN_MEMORY_BYTES = 1_000_000
"""Smaller ones need no file."""


class TooLargeToReadWhole(SourceNonsense):
    """The server gives no pieces, and the whole is more than the source may take."""

    def __init__(self) -> None:
        super().__init__("The source gives this image out as a whole only, and it is too large for that.")


class WholeFile:
    """The bytes of one file, for any number of readers at once. They are gone when nobody refers to it any more."""

    def __init__(self, chunks: Iterable[bytes], limit_bytes: int) -> None:
        """Takes all the chunks; raises `TooLargeToReadWhole` as soon as there is too much."""
        self.size = 0
        seen = blake2b(digest_size=16)
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - closed with this object
        weakref.finalize(self, self._file.close)
        try:
            for chunk in chunks:
                self.size += len(chunk)
                if self.size > limit_bytes:
                    raise TooLargeToReadWhole
                seen.update(chunk)
                self._file.write(chunk)
            self._content = self._of_memory()
        except BaseException:
            self._file.close()
            raise
        self.digest = seen.hexdigest()

    def read(self, span: Span) -> bytes:
        if self._content is not None:
            return self._content[span.start : span.stop]
        content = os.pread(self._file.fileno(), span.length, span.start)
        if len(content) < span.length:
            raise SourceUnavailable("The server has too little room for temporary files.")
        return content

    def _of_memory(self) -> bytes | None:
        """The bytes, where they are few; otherwise makes sure that they are in the file."""
        if self.size > IN_MEMORY_BYTES:
            self._file.flush()
            return None
        self._file.seek(0)
        content = self._file.read()
        self._file.close()
        return content
