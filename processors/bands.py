"""Reads a whole image from top to bottom, upright and in its final colours, in bands that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import Box, Extent, Quality, RenderPlan, Rotation

from .capabilities import Feature
from .operations import picture
from .output import Output
from .pyramid_recipe import Recipe

if TYPE_CHECKING:
    from .runtime import SourceImage

BAND_PIXELS = 24_000_000
"""At most, unless a single row of tiles has more."""
MOST_COLOURS = {"L": 2, "RGB": 256}
"""An image with no more than that is lettering or a drawing, not a photograph."""


@dataclass(frozen=True, slots=True)
class Band:
    """A part of an image, as wide as it."""

    image: Image.Image
    """In the mode L, LA, RGB or RGBA."""
    profile: bytes | None
    """The ICC profile that tells what the values mean; `None` for sRGB."""


@dataclass(frozen=True, slots=True)
class Bands:
    """A page of an image, to be read once."""

    source: SourceImage
    page: int
    recipe: Recipe
    """The height of each band is a number of its tiles."""

    @property
    def height(self) -> int:
        """Of each band but the last: all of it, where a part costs as much as the whole."""
        extent = self.source.facts.extent
        if Feature.REGIONS not in self.source.processor.features:
            return extent.height
        return min(extent.height, max(1, BAND_PIXELS // (extent.width * self.recipe.tile)) * self.recipe.tile)

    @property
    def count(self) -> int:
        return -(-self.source.facts.extent.height // self.height)

    def __iter__(self) -> Iterator[Band]:
        """Raises as `Processor.read` does."""
        extent = self.source.facts.extent
        for top in range(0, extent.height, self.height):
            box = Box(0, top, extent.width, min(self.height, extent.height - top))
            yield band(self.source, plan_for(box, box.extent, self.page), self.recipe)


def band(source: SourceImage, plan: RenderPlan, recipe: Recipe) -> Band:
    """What the plan is about, upright. Raises as `Processor.read` does."""
    output = Output(keeps_profile=recipe.keeps_profile)
    raster = source.read(plan, output)
    return Band(picture(raster, plan, source.facts.orientation, output), raster.profile)


def plan_for(box: Box, size: Extent, page: int, format: Format = Format.PNG) -> RenderPlan:
    """A box scaled to a size, and nothing else done to it; PNG, which keeps what is transparent."""
    return RenderPlan(box=box, size=size, rotation=Rotation(), quality=Quality.DEFAULT, format=format, page=page)


def cut_into(image: Image.Image, height: int) -> Iterator[Image.Image]:
    """The image in bands of that height. Not by `crop`, which minds sizes by a limit of its own."""
    for top in range(0, image.height, height):
        bottom = min(top + height, image.height)
        yield image.resize((image.width, bottom - top), Image.Resampling.NEAREST, box=(0, top, image.width, bottom))


def has_few_colours(image: Image.Image) -> bool:
    """Whether the image is such that JPEG would do more harm than it spares room."""
    return image.getcolors(MOST_COLOURS.get(image.mode, 0)) is not None
