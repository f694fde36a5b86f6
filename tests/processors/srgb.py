"""Pictures in sRGB, by the two steps in which answers get there."""

from __future__ import annotations

from PIL import Image

from processors.colour import direct_colours, in_srgb


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture as L, LA, RGB or RGBA in sRGB. May change the pixels of the image it is given."""
    direct, left = direct_colours(image, profile)
    return in_srgb(direct, left) if left else direct
