"""Pixels that are read from a working copy instead of from the image itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from iiifserver.iiif.formats import Format
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import SourceFacts

from .base import Processor

LOSSLESS = frozenset({Format.PNG, Format.TIF})
"""Who asks for these wants the pixels as they are, and not as a JPEG has left them."""


@dataclass(frozen=True, slots=True)
class CopiedPixels:
    """A working copy of one page: upright, in its final colours, its only page."""

    found: Found
    facts: SourceFacts
    """Of the copy."""
    processor: Processor
    is_lossy: bool
    made_at: datetime

    def serves(self, format: Format) -> bool:
        """Whether a picture in that format is as good from here as from the image."""
        return not self.is_lossy or format not in LOSSLESS

    def facts_for(self, original: SourceFacts) -> SourceFacts:
        """What visitors are told: all that is so of the image, with the copy's tiles."""
        return replace(original, levels=self.facts.levels, orientation=1)
