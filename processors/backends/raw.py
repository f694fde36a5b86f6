"""Reads what cameras store of their sensor: develops the whole picture, at half its size where that is enough."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from django import forms
from PIL import Image

from iiifserver.conf import conf
from iiifserver.iiif.errors import ImageTooLarge
from iiifserver.iiif.found import Found
from iiifserver.iiif.geometry import to_stored
from iiifserver.iiif.values import Box, Extent, RenderPlan, SourceFacts

from ..base import TOO_LARGE, Processor, Raster, check_page, damage_is_unreadable
from ..capabilities import Feature, Library
from ..lanes import lane_for
from ..operations import SIDEWAYS, stored_size
from ..retrieval import seekable
from ..retrieval_options import KeepingForm, KeepingOptions, RetrievalRule
from ..windows import ENOUGH_PIXELS, box_to_read, window_in, window_within

if TYPE_CHECKING:
    from rawpy import RawPy

ORIENTATIONS = {3: 3, 5: 8, 6: 6}
"""The EXIF orientation for each number that LibRaw has for one."""

SRGB_GAMMA = (2.4, 12.92)
"""Power and slope of the curve of sRGB (IEC 61966-2-1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOptions(KeepingOptions):
    brightens: bool = True


class RawForm(KeepingForm):
    brightens = forms.BooleanField(
        label="Brighten",
        required=False,
        initial=True,
        help_text="Makes the brightest hundredth of each picture white, as cameras do. Switched off, pictures are as "
        "dark as the sensor saw them.",
    )

    field_order = ("brightens",)


class RawProcessor(Processor):
    """Camera files, developed in the white balance that the camera chose."""

    label = "Camera raw"
    used_for = "Raw files of cameras: CR2, CR3, NEF, ARW, DNG, ORF, RAF, RW2 and others. Slow; use it for a few images."
    options_class = RawOptions
    form_class = RawForm
    formats = frozenset({"raw"})
    features = frozenset({Feature.REDUCTIONS})
    libraries = (Library("rawpy", "pip install rawpy"),)
    options: RawOptions

    def facts(self, found: Found, page: int = 1) -> SourceFacts:
        check_page(page, 1)
        with opened(found, self.options.rule) as raw:
            stored, orientation = extent_of(raw), ORIENTATIONS.get(raw.sizes.flip, 1)
        return SourceFacts(
            extent=stored.turned() if orientation in SIDEWAYS else stored,
            format_name="raw",
            has_color=True,
            has_alpha=False,
            orientation=orientation,
        )

    def read(self, found: Found, facts: SourceFacts, plan: RenderPlan) -> Raster:
        full, size = stored_size(facts.extent, facts.orientation), stored_size(plan.size, facts.orientation)
        box = to_stored(plan.box, facts.extent, facts.orientation)
        with lane_for(full.area), opened(found, self.options.rule) as raw:
            image = developed(raw, half_is_enough(box, size), self.options.brightens)
        level = Extent(*image.size)
        window = window_in(level, full, box)
        part = box_to_read(window, size, level)
        return Raster(image.crop((part.x, part.y, part.right, part.bottom)), window_within(window, part))


@contextmanager
def opened(found: Found, rule: RetrievalRule) -> Iterator[RawPy]:
    """The file with its header read and nothing developed. Raises any error of the tree."""
    import rawpy

    with seekable(found, rule) as file, damage_is_unreadable(), rawpy.RawPy() as raw, libraw_errors():
        raw.open_buffer(file)
        if extent_of(raw).area > conf.max_decode_pixels:
            raise ImageTooLarge(TOO_LARGE)
        yield raw


@contextmanager
def libraw_errors() -> Iterator[None]:
    """Turns LibRaw's errors, for which Python has no kind, into a `ValueError`."""
    import rawpy

    try:
        yield
    except rawpy.LibRawError as error:
        raise ValueError(str(error)) from error


def extent_of(raw: RawPy) -> Extent:
    """The size before the picture is set upright."""
    return Extent(raw.sizes.iwidth, raw.sizes.iheight)


def half_is_enough(box: Box, size: Extent) -> bool:
    return box.width / 2 >= ENOUGH_PIXELS * size.width and box.height / 2 >= ENOUGH_PIXELS * size.height


def developed(raw: RawPy, half_size: bool, brightens: bool) -> Image.Image:
    """The picture in sRGB, not yet upright; at half its size each pixel is made of one red, one blue and two green."""
    pixels = raw.postprocess(
        half_size=half_size, use_camera_wb=True, no_auto_bright=not brightens, user_flip=0, gamma=SRGB_GAMMA
    )
    return Image.fromarray(np.asarray(pixels, np.uint8))
