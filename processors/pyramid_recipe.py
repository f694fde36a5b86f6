"""How working copies are made: what decides their bytes, and what a processor has to decode without one. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from iiifserver.iiif.values import Extent, SourceFacts

FULL_COLOUR_FROM = 90
"""From this quality on colours are stored in full resolution: below it red lettering already shows more than that."""
WRITER = 1
"""Rises when the same recipe begins to make other bytes, so that copies of before are not used any more."""
SENSIBLE_PIECE_EDGE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Equal recipes make the same copy of the same bytes."""

    quality: int = 90
    """Of JPEG tiles, from 1 to 100."""
    tile: int = 512
    """In pixels."""
    keeps_profile: bool = False
    """Whether the colours stay those of the image's own ICC profile, instead of sRGB."""
    writer: int = WRITER

    @property
    def keeps_full_colour(self) -> bool:
        return self.quality >= FULL_COLOUR_FROM

    def levels(self, extent: Extent) -> list[Extent]:
        """The sizes of a pyramid, each half of the one before, down to the first that fits into a tile."""
        found = [extent]
        while max(found[-1].width, found[-1].height) > self.tile:
            found.append(Extent(-(-found[-1].width // 2), -(-found[-1].height // 2)))
        return found


def decoded_pixels(facts: SourceFacts) -> int:
    """How many pixels are decoded at least for the tile of the image that asks for most."""
    if not facts.levels:
        return facts.extent.area
    full, smallest = facts.levels[0], facts.levels[-1]
    piece = full.tile or Extent(full.extent.width, min(full.extent.height, SENSIBLE_PIECE_EDGE))
    return max(min(piece.area, full.extent.area), smallest.extent.area)


def reason_for(facts: SourceFacts) -> str:
    """Why tiles of the image are slow, in a sentence for staff."""
    megapixels = f"{max(1, round(decoded_pixels(facts) / 1e6)):,} megapixels"
    if not facts.levels:
        return f"One piece of {megapixels} is decoded for each tile."
    full = facts.levels[0]
    if facts.levels[-1].extent.area == decoded_pixels(facts) and full.tile is not None:
        return f"It has no small version: {megapixels} are decoded for an overview."
    if full.tile is None:
        return f"It is stored in strips as wide as the image: {megapixels} are decoded for each tile or overview."
    return f"Its tiles are large: {megapixels} are decoded for each that is asked for."
