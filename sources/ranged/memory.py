"""The pieces of one image that a request has fetched."""

from __future__ import annotations

import threading

from .spans import Span


class Pieces:
    """Bytes of one version of one file, bounded: what was fetched first is forgotten first."""

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._pieces: dict[Span, bytes] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, span: Span) -> bytes | None:
        """The bytes of the span, where one piece holds them all."""
        with self._lock:
            for piece, content in reversed(self._pieces.items()):
                if piece.holds(span):
                    return content[span.start - piece.start : span.stop - piece.start]
        return None

    def holds(self, span: Span) -> bool:
        with self._lock:
            return any(piece.holds(span) for piece in self._pieces)

    def beginning(self, span: Span) -> bytes:
        """As many of the span's first bytes as one piece holds."""
        with self._lock:
            for piece, content in reversed(self._pieces.items()):
                if piece.start <= span.start < piece.stop:
                    return content[span.start - piece.start : span.stop - piece.start]
        return b""

    def put(self, start: int, content: bytes) -> None:
        """Keeps the bytes, however many; older pieces make room."""
        with self._lock:
            span = Span(start, start + len(content))
            self._bytes += span.length - len(self._pieces.pop(span, b""))
            self._pieces[span] = content
            while self._bytes > self.limit_bytes and len(self._pieces) > 1:
                oldest = next(iter(self._pieces))
                self._bytes -= len(self._pieces.pop(oldest))
