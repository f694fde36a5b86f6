"""Who asks for an image."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who asks for an image, signed in or not."""

    user_id: str | None = None
    """The primary key of the account as text; `None` for somebody who has not signed in."""
    groups: frozenset[str] = frozenset()
    name: str = ""
    """What the account is called; empty for somebody who has not signed in."""

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None
