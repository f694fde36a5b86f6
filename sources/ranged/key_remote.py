"""What the images of all object stores have in common."""

from __future__ import annotations

from iiifserver.iiif.errors import SourceMissing, SourceUnavailable

from .remote import Look, Mode, Remote, State
from .spans import Span


class PlaceMissing(SourceMissing):
    """Not the object is missing, but the bucket or container."""

    def __init__(self) -> None:
        super().__init__("There is no image with this identifier.")


class KeyRemote(Remote):
    """One object, whose first piece tells all that need be known of it."""

    is_in_own_place = True
    """Whether its bucket or container is that of the row, which must be there, and not one that a lookup has named."""

    def look(self, first_bytes: int, earlier: Look | None) -> Look | None:
        if earlier is not None and self.is_as_it_was(earlier.state):
            return earlier
        try:
            state, start = self.first_piece(first_bytes)
        except PlaceMissing as error:
            if self.is_in_own_place:
                raise SourceUnavailable("The bucket or container of this source is not there.") from error
            return None
        except SourceMissing:
            return None
        return Look(state=state, mode=Mode.RANGED, reason="Object stores give pieces.", start=start)

    def is_as_it_was(self, state: State) -> bool:
        """Whether a look without bytes shows the same; not so where only a look at the first piece tells."""
        try:
            return self.state_now() == state
        except SourceMissing:
            return False

    def state_now(self) -> State | None:
        """The object's state, asked for without its bytes; `None` where that costs as much as asking with them."""
        return None

    def first_piece(self, length: int) -> tuple[State, bytes]:
        """The object's state and its first bytes, at most so many; raises `SourceMissing` when there is none."""
        raise NotImplementedError

    def read(self, state: State, span: Span) -> bytes:
        raise NotImplementedError
