"""Who may see what. Decided on every request, before any source or cache is asked. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from iiifserver.iiif.errors import Forbidden, SignInNeeded
from iiifserver.iiif.values import Identifier
from iiifserver.iiif.visitor import Visitor

if TYPE_CHECKING:
    from iiifserver.delegates.consultation import Consultation


class Decision(enum.Enum):
    """What a policy says to a visitor who asks for an image."""

    ALLOWED = "allowed"
    SIGN_IN = "sign in"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of access. Without rules every image is open to everybody."""

    depends_on_visitor: bool = False
    """Whether it matters who asks."""

    def decide(self, visitor: Visitor, identifier: Identifier) -> Decision:
        """Whether the visitor may see the image, whether it exists or not."""
        return Decision.ALLOWED

    def admit(self, visitor: Visitor, identifier: Identifier, consultation: Consultation | None = None) -> None:
        """Raises `SignInNeeded` or `Forbidden` unless the visitor may see the image, and whatever error of the tree the
        site's delegate means.
        """
        decision = self.decide(visitor, identifier)
        if decision is Decision.SIGN_IN:
            raise SignInNeeded("Sign in to see this image.")
        if decision is Decision.DENIED:
            raise Forbidden("You may not see this image.")
        if consultation is not None:
            consultation.pre_authorize()

    def release(self, consultation: Consultation | None) -> None:
        """Raises the error of the tree that the site's delegate means, unless the visitor may have just this answer."""
        if consultation is not None:
            consultation.authorize()
