"""In which colours an answer is given: in those of the file's own profile, where staff want that, else in sRGB."""

from __future__ import annotations

from dataclasses import replace

from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import Quality, RenderPlan

from .base import Raster
from .colour import in_srgb, is_neutral, is_profile_for
from .encoders import NO_GRAY
from .output import Output

PROFILE_FORMATS = frozenset({Format.JPG, Format.PNG, Format.TIF, Format.WEBP, Format.AVIF})
"""The formats that have a place for a profile."""

GRAY_MODES = frozenset({"L", "LA"})


def in_answers_colours(raster: Raster, plan: RenderPlan, output: Output, *, is_drawn_on: bool = False) -> Raster:
    """The pixels with the profile that belongs into the answer, or in sRGB without one."""
    if raster.profile is None or keeps(raster.profile, raster.image.mode, plan, output, is_drawn_on=is_drawn_on):
        return raster
    return replace(raster, image=in_srgb(raster.image, raster.profile), profile=None)


def keeps(profile: bytes, mode: str, plan: RenderPlan, output: Output, *, is_drawn_on: bool) -> bool:
    """Whether pixels of that mode can keep their profile up to the answer. Gray that is made of colours cannot, nor can
    black and white: such a picture has none of the values that a profile tells of.
    """
    if not output.keeps_profile or plan.format not in PROFILE_FORMATS or plan.quality is Quality.BITONAL:
        return False
    is_gray = mode in GRAY_MODES
    stays = stays_gray(mode, plan, output) and not is_drawn_on if is_gray else plan.quality is not Quality.GRAY
    return stays and is_profile_for(profile, mode)


def stays_gray(mode: str, plan: RenderPlan, output: Output) -> bool:
    """Whether a gray picture is written as one: the format has gray, and nothing coloured shows behind the picture."""
    if plan.format in NO_GRAY or plan.format.has_alpha:
        return plan.format not in NO_GRAY
    return plan.rotation.is_right_angle and (mode == "L" or is_neutral(output.background))
