"""Decoded channels of a JPEG 2000 become a picture: deep, coarse and signed samples as bytes on one grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from iiifserver.iiif.values import Box

from .jpeg2000_header import ChannelKind, Colour, Jpeg2000Header, Space
from .openjpeg_decoding import Plane

Bytes = np.ndarray[Any, np.dtype[np.uint8]]

MODES = {Space.GRAY: "L", Space.RGB: "RGB", Space.YCC: "YCbCr", Space.LAB: "LAB", Space.CMYK: "CMYK"}
"""Pillow's name for the colours."""

ALPHA_MODES = {
    ("L", ChannelKind.OPACITY): "LA",
    ("L", ChannelKind.PREMULTIPLIED_OPACITY): "La",
    ("RGB", ChannelKind.OPACITY): "RGBA",
    ("RGB", ChannelKind.PREMULTIPLIED_OPACITY): "RGBa",
}

DARKEST_LAB = -128
"""What 0 means for a and b in a picture of Pillow's."""


def picture_of(planes: Sequence[Plane], header: Jpeg2000Header, part: Box) -> Image.Image:
    """The part of the picture, in coordinates of the decoded resolution's own grid: of mode L, LA, La, RGB, RGBA, RGBa,
    LAB or CMYK.

    Raises `ValueError` when there are too few channels.
    """
    space = header.space
    colours = [plane for plane in planes if plane.kind == ChannelKind.COLOUR][: space.channels]
    if len(colours) < space.channels:
        raise ValueError("There are fewer channels than the colours need.")
    image = merged([on_grid(plane, part) for plane in colours], space, header.colour)
    alpha = alpha_of(planes, header)
    if alpha is None:
        return image
    mode = ALPHA_MODES.get((image.mode, ChannelKind(alpha.kind or ChannelKind.OPACITY)))
    if mode is None:
        return image
    return Image.merge(mode, [*image.split(), Image.fromarray(on_grid(alpha, part))])


def alpha_of(planes: Sequence[Plane], header: Jpeg2000Header) -> Plane | None:
    """The channel of transparency: the one that says so, or the one too many of a file that defines none."""
    if not header.has_alpha:
        return None
    stated = [plane for plane in planes if plane.kind != ChannelKind.COLOUR]
    return stated[0] if stated else planes[header.space.channels]


def merged(channels: list[Bytes], space: Space, colour: Colour) -> Image.Image:
    """Channels of bytes as a picture in a mode that knows those colours."""
    if space is Space.GRAY:
        return Image.fromarray(~channels[0] if colour.is_inverted else channels[0])
    if space is Space.LAB:
        channels = in_pillows_lab(channels, colour.lab_ranges)
    image = Image.merge(MODES[space], [Image.fromarray(channel) for channel in channels])
    return image.convert("RGB") if space is Space.YCC else image


def in_pillows_lab(channels: list[Bytes], ranges: Sequence[int]) -> list[Bytes]:
    """The channels on Pillow's scales (ISO/IEC 15444-2, M.11.7.4.1)."""
    ranges = ranges or (100, 0, 170, 128, 200, 96)
    lightness, *colours = (
        (channel.astype(np.float32) - offset) * span / 255
        for channel, span, offset in zip(channels, ranges[::2], ranges[1::2], strict=True)
    )
    scaled = [lightness * 2.55, *(colour - DARKEST_LAB for colour in colours)]
    return [channel.round().clip(0, 255).astype(np.uint8) for channel in scaled]


def on_grid(plane: Plane, part: Box) -> Bytes:
    """The channel's bytes for each pixel of the part; samples that stand for several pixels are repeated, so that tiles
    fit together.
    """
    samples = in_bytes(plane)
    if (plane.step_x, plane.step_y) == (1, 1) and samples.shape == (part.height, part.width):
        return samples
    height, width = samples.shape
    across = np.arange(part.x, part.right) // plane.step_x - plane.left
    down = np.arange(part.y, part.bottom) // plane.step_y - plane.top
    on_pixels: Bytes = samples[np.ix_(down.clip(0, height - 1), across.clip(0, width - 1))]
    return on_pixels


def in_bytes(plane: Plane) -> Bytes:
    """The samples from 0 to 255: of deep ones the high byte, as everywhere."""
    samples, precision = plane.samples, plane.precision
    if plane.is_signed:
        samples = samples + (1 << (precision - 1))
    if precision > 8:
        samples = samples >> (precision - 8)
    elif precision < 8:
        samples = samples * 255 // ((1 << precision) - 1)
    return samples.astype(np.uint8)
