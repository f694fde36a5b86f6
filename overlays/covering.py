"""Paints over what is hidden, on pixels that have just been read and on those that have just been scaled."""

from __future__ import annotations

import random
from collections.abc import Iterable
from zlib import crc32

from PIL import Image, ImageDraw

from iiifserver.iiif.redaction import Bounds, Point, Shape, View
from iiifserver.iiif.values import Extent

from .base import Cover

ROUNDING = 2
"""How much less than told Pillow's lines and circles may cover, in pixels."""

GRAY_MODES = frozenset({"L", "LA"})


def covered(image: Image.Image, cover: Cover, shapes: Iterable[Shape], view: View, *, plain: bool) -> Image.Image:
    """The picture with every shape painted over, in a mode that can hold the colours; the given one stays as it is.

    `plain` paints without the texture: for pixels that are painted over once more.
    """
    canvas = (image.convert(mode_for(image.mode)) if needs_colour(image, cover) else image).copy()
    for shape in shapes:
        outline = view.outline(shape)
        bounds = clipped(view.bounds(outline), canvas)
        if bounds:
            fill = filling(cover, view.bounds(outline), bounds, seed_of(shape), plain=plain)
            mask = None if shape.is_rectangle else polygon_mask(outline, bounds, max(view.growth))
            canvas.paste(fill.convert(canvas.mode), bounds[:2], mask)
    return canvas


def needs_colour(image: Image.Image, cover: Cover) -> bool:
    red, green, blue = cover.colour
    return image.mode in GRAY_MODES and not red == green == blue


def mode_for(mode: str) -> str:
    return "RGB" if mode == "L" else "RGBA"


def clipped(bounds: Bounds, image: Image.Image) -> Bounds | None:
    """The part that lies in the picture; `None` where nothing does."""
    left, top = max(0, bounds[0]), max(0, bounds[1])
    right, bottom = min(image.width, bounds[2]), min(image.height, bounds[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def filling(cover: Cover, whole: Bounds, part: Bounds, seed: int, *, plain: bool) -> Image.Image:
    """What is painted on a part of the whole bounds, RGB; the same pixels whichever part is asked for."""
    size = (part[2] - part[0], part[3] - part[1])
    extent = Extent(whole[2] - whole[0], whole[3] - whole[1])
    texture = None if plain else cover.paint(extent, seed)
    if texture is None:
        return Image.new("RGB", size, cover.colour)
    across, down = texture.width / extent.width, texture.height / extent.height
    matrix = (across, 0, (part[0] - whole[0]) * across, 0, down, (part[1] - whole[1]) * down)
    resampling = Image.Resampling.BILINEAR if cover.is_smooth else Image.Resampling.NEAREST
    return texture.transform(size, Image.Transform.AFFINE, matrix, resampling)


def polygon_mask(outline: tuple[Point, ...], bounds: Bounds, growth: int) -> Image.Image:
    """Where the polygon, grown on every side, covers the bounds; rather more than less."""
    left, top, right, bottom = bounds
    mask = Image.new("L", (right - left, bottom - top))
    pen = ImageDraw.Draw(mask)
    corners = [(x - left, y - top) for x, y in outline]
    radius = growth + ROUNDING
    pen.polygon(corners, 255)
    pen.line([*corners, corners[0]], 255, width=2 * radius)
    for x, y in corners:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), 255)
    return mask


def seed_of(shape: Shape) -> int:
    return crc32(repr(shape).encode())


def mosaic(colour: tuple[int, int, int], extent: Extent, seed: int, cells: int, spread: int) -> Image.Image:
    """Squares of chance shades around a colour, so many along the longer edge."""
    longer = max(extent.width, extent.height)
    size = (max(1, round(cells * extent.width / longer)), max(1, round(cells * extent.height / longer)))
    chance = random.Random(seed)  # noqa: S311 - nothing is kept secret by it: it knows nothing to begin with
    shades = (chance.randint(-spread, spread) for _ in range(size[0] * size[1]))
    image = Image.new("RGB", size)
    image.putdata([tuple(min(255, max(0, channel + shade)) for channel in colour) for shade in shades])
    return image
