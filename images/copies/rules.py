"""Which images should have a working copy. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from iiifserver.iiif.values import SourceFacts
from processors.pyramid_recipe import Recipe, decoded_pixels

WORTH_PIXELS = 1_000_000
"""No image with fewer has a copy, whatever staff choose: it is read at once."""
MEGAPIXEL = 1_000_000


class Makes(enum.Enum):
    """When copies are made. The value is the word that is stored."""

    NEVER = "never"
    CHOSEN = "chosen"
    ASKED = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRules:
    """What staff have set."""

    makes: Makes = Makes.NEVER
    formats: frozenset[str] = frozenset()
    """By the names of `source_formats`."""
    sources: frozenset[str] = frozenset()
    """By name; empty for all."""
    least_pixels: int = 8 * MEGAPIXEL
    """That are decoded at once without a copy."""
    recipe: Recipe = Recipe()
    at_once: int = 1
    slow_seconds: float = 0.2
    """From when on a read is listed as slow."""

    def want(self, facts: SourceFacts, source: str) -> bool:
        """Whether the image gets a copy by itself, or with its whole source."""
        is_chosen = facts.format_name in self.formats and (not self.sources or source in self.sources)
        return is_chosen and decoded_pixels(facts) >= self.least_pixels

    def want_when_asked(self, facts: SourceFacts, source: str) -> bool:
        return self.makes is Makes.ASKED and self.want(facts, source)

    def may_have_one(self, facts: SourceFacts) -> bool:
        """Whether it is worth while to look for a copy."""
        return self.makes is not Makes.NEVER and is_worth_a_copy(facts)


def is_worth_a_copy(facts: SourceFacts) -> bool:
    """Whether a copy may be read sooner than the image, whatever staff have set."""
    return facts.extent.area >= WORTH_PIXELS
