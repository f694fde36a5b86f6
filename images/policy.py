"""Who may see what, decided in two halves by the site's delegate; without one every image is open. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iiifserver.delegates.consultation import Consultation


def admit(consultation: Consultation | None) -> None:
    """The first half, on every request, before any source or cache is asked: raises the error of the tree that the
    delegate means, unless the visitor may see the image, whether it exists or not.
    """
    if consultation is not None:
        consultation.pre_authorize()


def release(consultation: Consultation | None) -> None:
    """The second half, when it is known what the answer would be: raises the error of the tree that the delegate means,
    unless the visitor may have just this answer.
    """
    if consultation is not None:
        consultation.authorize()
