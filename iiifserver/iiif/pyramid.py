"""The sizes and tiles that info.json lists, and whether a request keeps to them."""

from __future__ import annotations

from dataclasses import dataclass

from .geometry import largest_within, limits_of, scaled
from .values import Box, Extent, Limits, SizeRules, SourceFacts

SENSIBLE_TILE_EDGES = range(128, 1024 + 1)


@dataclass(frozen=True, slots=True)
class Pyramid:
    """The resolutions of one image and the tiles that each is cut into."""

    extent: Extent
    tile: Extent
    factors: tuple[int, ...]
    """1, 2, 4 and so on: how many times smaller each resolution is."""

    @property
    def levels(self) -> tuple[Extent, ...]:
        """The image at each of the scale factors."""
        return tuple(level_extent(self.extent, factor) for factor in self.factors)


def pyramid_of(facts: SourceFacts, rules: SizeRules) -> Pyramid:
    """What is listed of an image."""
    tile = tile_extent(facts, rules.default_tile, rules.limits)
    return Pyramid(facts.extent, tile, scale_factors(facts.extent, tile, rules.min_size))


def tile_extent(facts: SourceFacts, default_tile: Extent, limits: Limits) -> Extent:
    """The tile to advertise: the one that is stored if that is sensible, else the default; within the limits."""
    stored = facts.tile
    is_sensible = stored and stored.width in SENSIBLE_TILE_EDGES and stored.height in SENSIBLE_TILE_EDGES
    return largest_within(stored if stored and is_sensible else default_tile, limits, upscale=False)


def scale_factors(extent: Extent, tile: Extent, min_size: int = 1) -> tuple[int, ...]:
    """1, 2, 4 and so on, up to the first factor at which the image fits into one tile, or the last at which its shorter
    edge is not below the smallest size.
    """
    factors = [1]
    while not level_extent(extent, factors[-1]).fits_into(tile):
        smaller = level_extent(extent, 2 * factors[-1])
        if min(smaller.width, smaller.height) < min_size:
            break
        factors.append(2 * factors[-1])
    return tuple(factors)


def level_extent(extent: Extent, factor: int) -> Extent:
    """The image shrunk by the factor, rounded up."""
    return Extent(-(-extent.width // factor), -(-extent.height // factor))


def is_listed(box: Box, size: Extent, facts: SourceFacts, rules: SizeRules) -> bool:
    """Whether this size of this region is one that info.json lists, one of its tiles, or the answer to `max`."""
    pyramid = pyramid_of(facts, rules)
    if box.extent == facts.extent:
        largest = largest_within(box.extent, limits_of(box.extent, rules), upscale=False)
        return size == largest or any(_is_shrunk(box, size, factor) for factor in pyramid.factors)
    return is_tile(box, size, facts, rules)


def is_tile(box: Box, size: Extent, facts: SourceFacts, rules: SizeRules) -> bool:
    """Whether this size of this region is one of the tiles that info.json lists."""
    pyramid = pyramid_of(facts, rules)
    return any(_is_tile(box, pyramid, factor) and _is_shrunk(box, size, factor) for factor in pyramid.factors)


def listed_of_width(width: int, box: Box, facts: SourceFacts, rules: SizeRules) -> Extent | None:
    """The largest size of that width which info.json lists for this region, as a whole image or as a tile."""
    pyramid = pyramid_of(facts, rules)
    is_whole = box.extent == facts.extent
    factors = (factor for factor in sorted(pyramid.factors) if is_whole or _is_tile(box, pyramid, factor))
    levels = (level_extent(box.extent, factor) for factor in factors)
    limits = limits_of(box.extent, rules)
    return next((level for level in levels if level.width == width and limits.allow(level)), None)


def _is_tile(box: Box, pyramid: Pyramid, factor: int) -> bool:
    width, height = pyramid.tile.width * factor, pyramid.tile.height * factor
    is_on_grid = box.x % width == 0 and box.y % height == 0
    to_the_edge = Extent(pyramid.extent.width - box.x, pyramid.extent.height - box.y)
    return is_on_grid and box.extent == Extent(width, height).clipped_to(to_the_edge)


def _is_shrunk(box: Box, size: Extent, factor: int) -> bool:
    level = level_extent(box.extent, factor)
    # Viewers of versions 1 and 2 write `w,`: the height that follows from it may be another.
    return size == level or size == Extent(level.width, scaled(box.height, level.width, box.width))
