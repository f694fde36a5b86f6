"""From the pixels that a processor read to the picture that was asked for (Image API 3.0, 4.5: size, mirror, rotation,
quality)."""

from __future__ import annotations

import math
from collections.abc import Callable

from PIL import Image, ImageFilter

from iiifserver.iiif.geometry import rotated_extent
from iiifserver.iiif.values import Extent, Quality, RenderPlan, Rotation

from .base import Raster, Window
from .colour import flattened
from .linear_light import REDUCING_GAP, shrunk_in_light
from .output import Filter, Output
from .windows import is_one_to_one

SIDEWAYS = frozenset({5, 6, 7, 8})

UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What sets an image upright that is stored with an EXIF orientation."""

RIGHT_ANGLES = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
"""Pillow turns the other way round."""

SHARPEN_REACH = 3
"""In pixels."""

BITONAL_THRESHOLD = 128
"""The same for every tile of an image, so that tiles fit together."""


def left_alone(image: Image.Image) -> Image.Image:
    return image


def picture(
    raster: Raster,
    plan: RenderPlan,
    orientation: int,
    output: Output,
    cover: Callable[[Image.Image], Image.Image] = left_alone,
) -> Image.Image:
    """The finished picture, ready for overlays and an encoder; `cover` hides parts of it when it was just scaled."""
    size = stored_size(plan.size, orientation)
    image = upright(cover(scaled(raster, size, output)), orientation)
    if not plan.format.has_alpha or plan.quality is Quality.BITONAL:
        image = flattened(image, output.background)
    image = rotated(image, plan.rotation, plan.format.has_alpha, output.background)
    return sharpened(in_quality(image, plan.quality), output.sharpen, plan.quality)


def stored_size(size: Extent, orientation: int) -> Extent:
    """The size before the picture is set upright."""
    return size.turned() if orientation in SIDEWAYS else size


def grows(window: Window, size: Extent) -> bool:
    """Whether an edge becomes longer."""
    left, top, right, bottom = window
    return size.width > right - left or size.height > bottom - top


def scaled(raster: Raster, size: Extent, output: Output) -> Image.Image:
    """The region at exactly that size."""
    if is_one_to_one(raster.window, size):
        return unscaled(raster, size)
    if grows(raster.window, size):
        return resized(raster, size, output.upscale_filter)
    if output.linear_light:
        return shrunk_in_light(raster.image, raster.window, size, output.downscale_filter.resampling)
    return resized(raster, size, output.downscale_filter)


def resized(raster: Raster, size: Extent, resampling_filter: Filter) -> Image.Image:
    return raster.image.resize(
        (size.width, size.height), resampling_filter.resampling, raster.window, reducing_gap=REDUCING_GAP
    )


def unscaled(raster: Raster, size: Extent) -> Image.Image:
    if raster.image.size == (size.width, size.height):
        return raster.image
    # Not `crop`, which minds sizes by a limit of its own.
    return raster.image.resize((size.width, size.height), Image.Resampling.NEAREST, raster.window)


def upright(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else image


def rotated(image: Image.Image, rotation: Rotation, has_alpha: bool, background: str) -> Image.Image:
    """Mirrored, then turned clockwise; the corners of the larger canvas are transparent where the format allows."""
    if rotation.mirrored:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if rotation.is_right_angle:
        turn = RIGHT_ANGLES.get(int(rotation.degrees))
        return image.transpose(turn) if turn is not None else image
    return turned(with_corners(image, has_alpha, background), rotation, None if has_alpha else background)


def turned(image: Image.Image, rotation: Rotation, fill: str | None) -> Image.Image:
    """Turned about its centre, on exactly the canvas that `rotated_extent` promises."""
    canvas = rotated_extent(Extent(*image.size), rotation)
    angle = math.radians(rotation.degrees)
    across, along = math.cos(angle), math.sin(angle)
    left = (image.width - across * canvas.width - along * canvas.height) / 2
    top = (image.height + along * canvas.width - across * canvas.height) / 2
    matrix = (across, along, left, -along, across, top)
    return image.transform(
        (canvas.width, canvas.height), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor=fill
    )


def with_corners(image: Image.Image, has_alpha: bool, background: str) -> Image.Image:
    """The picture in a mode that can hold the corners' colour."""
    if has_alpha:
        return image.convert("LA" if image.mode in {"L", "LA"} else "RGBA")
    return image.convert("RGB")


def in_quality(image: Image.Image, quality: Quality) -> Image.Image:
    if quality is Quality.DEFAULT or quality is Quality.COLOR:
        return image
    gray = image.convert("LA" if image.mode in {"LA", "RGBA"} else "L")
    return gray if quality is Quality.GRAY else gray.point(black_or_white)


def black_or_white(value: int) -> int:
    """The same for alpha: a bitonal picture is nowhere half transparent."""
    return 255 if value >= BITONAL_THRESHOLD else 0


def sharpened(image: Image.Image, amount: float, quality: Quality) -> Image.Image:
    """With its edges brought out, by an amount from 0 to 1. Black and white has no edges left to bring out, and what is
    narrower than the filter nothing to compare them with.
    """
    if amount == 0 or quality is Quality.BITONAL or min(image.size) < SHARPEN_REACH:
        return image
    sharp = image.filter(ImageFilter.UnsharpMask(radius=1, percent=round(100 * amount), threshold=0))
    if image.mode in {"LA", "RGBA"}:
        sharp.putalpha(image.getchannel("A"))
    return sharp
