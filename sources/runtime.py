"""Rows become frozen values that requests use."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from iiifserver.iiif.errors import IIIFError, SourceMissing, SourceNonsense, SourceTooSlow, SourceUnavailable
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Identifier
from iiifserver.shelf import Shelf

from .base import SourceBackend
from .registry import sources

if TYPE_CHECKING:
    from .models import Source

logger = logging.getLogger("iiifserver.sources")

CANNOT_TELL = (SourceNonsense, SourceTooSlow, SourceUnavailable)
"""What a source raises that does not know whether it has an image."""


@dataclass(frozen=True, slots=True)
class ActiveSource:
    """A source as requests use it."""

    name: str
    backend: SourceBackend | None
    """`None` where the row could not be built: what the source may have is not available."""

    def find(self, identifier: Identifier) -> Found | None:
        """The image, or `None`; raises one of `CANNOT_TELL` when the source does not know."""
        if self.backend is None:
            raise SourceUnavailable("A source of images is not set up properly.")
        return self.backend.find(identifier)


@dataclass(frozen=True, slots=True)
class Sources:
    """All sources in the order in which they are asked."""

    active: tuple[ActiveSource, ...]

    def find(self, identifier: Identifier) -> Found:
        """The image from the first source that has it.

        A source that cannot tell does not keep the later ones from answering; when none of them has the image
        either, its error is raised instead of `SourceMissing`, since the image may well be there.
        """
        unanswered: IIIFError | None = None
        for source in self.active:
            try:
                found = source.find(identifier)
            except CANNOT_TELL as error:
                logger.warning("Source “%s” cannot tell: %s", source.name, error)
                unanswered = unanswered or error
            else:
                if found is not None:
                    return found
        raise unanswered or SourceMissing("There is no image with this identifier.")


shelf = Shelf(sources)


def active_sources(rows: Iterable[Source]) -> Sources:
    """The enabled rows as frozen values, in order."""
    enabled = [row for row in rows if row.enabled]
    backends = shelf.fill(enabled)
    return Sources(tuple(ActiveSource(row.name, backends[row.pk]) for row in enabled))
