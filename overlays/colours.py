"""Colours as CSS writes them."""

from __future__ import annotations

import colorsys
import re

from PIL import ImageColor

Rgba = tuple[int, int, int, int]

TRANSPARENT: Rgba = (0, 0, 0, 0)
LONGEST_COLOUR = 64
UNKNOWN = (
    "“{}” is not a colour: write a name such as white, #rgb, #rrggbb, #rrggbbaa, rgb(255, 255, 255), hsl(0, 0%, 100%), "
    "or with an alpha from 0 to 1, rgba(0, 0, 0, 0.4)."
)

CHANNEL = r"\s*(\d{1,3})\s*"
ALPHA = r"(?:[,/]\s*(\d{0,3}\.?\d{1,6})(%?)\s*)?"
SHARE = r"\s*(\d{1,3}(?:\.\d{1,4})?)%\s*"
HSL = re.compile(rf"hsla?\(\s*(-?\d{{1,4}}(?:\.\d{{1,4}})?)(?:deg)?\s*[,\s]{SHARE}[,\s]{SHARE}{ALPHA}\)")
FUNCTION = re.compile(rf"rgba?\({CHANNEL}[,\s]{CHANNEL}[,\s]{CHANNEL}{ALPHA}\)")


def rgba(text: str) -> Rgba:
    """Red, green, blue and alpha, each from 0 to 255; raises `ValueError` with a sentence for staff.

    Pillow takes the alpha of `rgba()` from 0 to 255; CSS from 0 to 1, and so do we.
    """
    colour = text.strip().lower()
    if colour == "transparent":
        return TRANSPARENT
    if len(colour) <= LONGEST_COLOUR:
        found = FUNCTION.fullmatch(colour)
        if found is not None:
            return from_function(found, text)
        found = HSL.fullmatch(colour)
        if found is not None:
            return from_hsl(found, text)
        if not colour.startswith(("rgb", "hsl")):
            return known_to_pillow(colour, text)
    raise ValueError(UNKNOWN.format(text[:LONGEST_COLOUR]))


def from_function(found: re.Match[str], text: str) -> Rgba:
    red, green, blue = (int(found[group]) for group in (1, 2, 3))
    alpha = float(found[4] or 1) / (100 if found[5] else 1)
    if max(red, green, blue) > 255 or alpha > 1:
        raise ValueError(UNKNOWN.format(text))
    return red, green, blue, round(alpha * 255)


def from_hsl(found: re.Match[str], text: str) -> Rgba:
    hue, saturation, lightness = float(found[1]) % 360 / 360, float(found[2]) / 100, float(found[3]) / 100
    alpha = float(found[4] or 1) / (100 if found[5] else 1)
    if saturation > 1 or lightness > 1 or alpha > 1:
        raise ValueError(UNKNOWN.format(text))
    red, green, blue = (round(channel * 255) for channel in colorsys.hls_to_rgb(hue, lightness, saturation))
    return red, green, blue, round(alpha * 255)


def known_to_pillow(colour: str, text: str) -> Rgba:
    try:
        red, green, blue, *alpha = ImageColor.getrgb(colour)
    except ValueError as error:
        raise ValueError(UNKNOWN.format(text)) from error
    return red, green, blue, alpha[0] if alpha else 255
