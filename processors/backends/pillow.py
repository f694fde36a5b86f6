"""Reads what Pillow reads: decodes the whole image for each request, a JPEG at a fraction of its size where it can."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from django import forms
from PIL import ExifTags, Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from iiifserver.conf import conf
from iiifserver.iiif.errors import ImageTooLarge
from iiifserver.iiif.found import Found
from iiifserver.iiif.geometry import to_stored
from iiifserver.iiif.values import Box, Extent, RenderPlan, SourceFacts

from ..base import DECODER_ERRORS, TOO_LARGE, Processor, Raster, check_page, damage_is_unreadable
from ..colour import DEEP_MODES, shallow, to_srgb
from ..detection import SIGNATURE_BYTES, name_of
from ..lanes import lane_for
from ..operations import SIDEWAYS, stored_size
from ..windows import ENOUGH_PIXELS, box_to_read, window_in, window_within

READERS: dict[str, Callable[[BinaryIO], ImageFile]] = {
    "avif": AvifImageFile,
    "bmp": BmpImageFile,
    "gif": GifImageFile,
    "jpeg": JpegImageFile,
    "jpeg2000": Jpeg2KImageFile,
    "png": PngImageFile,
    "tiff": TiffImageFile,
    "webp": WebPImageFile,
}
"""The only decoders that files of strangers reach.

They are called by name, since `Image.open` refuses and warns by a limit of its own, which is the whole process's and
not ours to move. A few of them still ask that limit: an uncompressed TIFF or a GIF above 89 megapixels makes Pillow
warn, and like a WebP it is refused above 178.
"""

COLOURLESS_MODES = frozenset({"1", "L", "LA", "La", "I", "F"})
ORIENTATIONS = range(1, 9)

LARGEST_CUT = 50_000_000
"""In pixels; above that the whole image is kept. Pillow's `crop` would begin to warn not far above."""


@dataclass(frozen=True, slots=True)
class PillowOptions:
    pass


class PillowProcessor(Processor):
    """The processor that reads everything else: needs no more than Pillow itself."""

    label = "Pillow"
    used_for = "Everyday formats: JPEG, PNG, GIF, WebP, AVIF, BMP, JPEG 2000, and TIFFs of every kind."
    options_class = PillowOptions
    form_class = forms.Form
    formats = frozenset(READERS)

    def facts(self, found: Found, page: int = 1) -> SourceFacts:
        with opened(found, page) as image:
            orientation = orientation_of(image)
            stored = Extent(*image.size)
            return SourceFacts(
                extent=stored.turned() if orientation in SIDEWAYS else stored,
                format_name=(image.format or "").lower(),
                has_color=image.mode not in COLOURLESS_MODES and not image.mode.startswith("I;16"),
                has_alpha=image.has_transparency_data,
                orientation=orientation,
                page_count=page_count_of(image),
            )

    def read(self, found: Found, facts: SourceFacts, plan: RenderPlan) -> Raster:
        box = to_stored(plan.box, facts.extent, facts.orientation)
        with opened(found, plan.page) as image, damage_is_unreadable():
            profile = image.info.get("icc_profile")
            full, size = Extent(*image.size), stored_size(plan.size, facts.orientation)
            shrink_while_decoding(image, box, size)
            level = Extent(*image.size)
            window = window_in(level, full, box)
            part = box_to_read(window, size, level)
            with lane_for(level.area):
                cut_out, part = cut(even(image), part)
                return Raster(to_srgb(cut_out, profile), window_within(window, part))


@contextmanager
def opened(found: Found, page: int) -> Iterator[Image.Image]:
    """The image with the header of the page read and nothing decoded."""
    with found.open() as file, damage_is_unreadable(), header(file) as image:
        if page > 1:
            check_page(page, page_count_of(image))
            image.seek(page - 1)
        if image.width * image.height > conf.max_decode_pixels:
            raise ImageTooLarge(TOO_LARGE)
        yield image


def page_count_of(image: Image.Image) -> int:
    """Frames of animations are not pages."""
    return image.n_frames if isinstance(image, TiffImageFile) else 1


def header(file: BinaryIO) -> ImageFile:
    name = name_of(file.read(SIGNATURE_BYTES))
    if name not in READERS:
        raise ValueError("A file of this kind is for another processor.")
    file.seek(0)
    return READERS[name](file)


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation of the pixels as they come; 1 when there is none, or one that means nothing."""
    if isinstance(image, TiffImageFile):
        # Pillow sets a TIFF upright by itself, and no other format.
        return 1
    try:
        # Not the reader's own: that of a PNG decodes all pixels, to find tags that stand behind them.
        value = Image.Image.getexif(image).get(ExifTags.Base.Orientation)
    except DECODER_ERRORS:
        return 1
    number = value[0] if isinstance(value, bytes) and len(value) == 1 else value
    return number if isinstance(number, int) and number in ORIENTATIONS else 1


def shrink_while_decoding(image: Image.Image, box: Box, size: Extent) -> None:
    """Has a JPEG decoded at 1/2, 1/4 or 1/8, where the region still has the pixels that are wanted."""
    wanted = (enough(image.width * size.width / box.width), enough(image.height * size.height / box.height))
    image.draft(None, wanted)


def enough(pixels: float) -> int:
    return max(1, math.ceil(ENOUGH_PIXELS * pixels))


def even(image: Image.Image) -> Image.Image:
    """The image, decoded; deep gray already made shallow, since that takes all of it."""
    image.load()
    return shallow(image) if image.mode in DEEP_MODES else image


def cut(image: Image.Image, box: Box) -> tuple[Image.Image, Box]:
    """The image cut down to that box, and what was cut out: all of it where the cut would only be another big copy."""
    if 2 * box.extent.area > image.width * image.height or box.extent.area > LARGEST_CUT:
        return image, Box(0, 0, image.width, image.height)
    return image.crop((box.x, box.y, box.right, box.bottom)), box
