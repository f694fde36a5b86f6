"""What the images of all object stores have in common."""

from __future__ import annotations

from iiifserver.iiif.errors import SourceMissing

from .remote import Look, Mode, Remote, State
from .spans import Span


class KeyRemote(Remote):
    """One object, whose first piece tells all that need be known of it."""

    def look(self, first_bytes: int, earlier: Look | None) -> Look | None:
        try:
            state, start = self.first_piece(first_bytes)
        except SourceMissing:
            return None
        return Look(state=state, mode=Mode.RANGED, reason="Object stores give pieces.", start=start)

    def first_piece(self, length: int) -> tuple[State, bytes]:
        """The object's state and its first bytes, at most so many; raises `SourceMissing` when there is none."""
        raise NotImplementedError

    def read(self, state: State, span: Span) -> bytes:
        raise NotImplementedError
