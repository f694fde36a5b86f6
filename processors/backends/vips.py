"""Reads JPEG and PNG with libvips: line by line, so that memory never holds more of a large image than is asked for.

Other formats are not here because it reads them no quicker than Pillow does, or cannot read them line by line.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO

from django import forms
from PIL import Image

from iiifserver.conf import conf
from iiifserver.iiif.errors import ImageTooLarge
from iiifserver.iiif.found import Found
from iiifserver.iiif.geometry import to_stored
from iiifserver.iiif.values import Box, Extent, RenderPlan, SourceFacts

from ..base import TOO_LARGE, Processor, Raster, check_page, damage_is_unreadable
from ..capabilities import Feature, Library
from ..colour import direct_colours
from ..detection import SIGNATURE_BYTES, name_of
from ..lanes import lane_for
from ..operations import SIDEWAYS, stored_size
from ..retrieval import local_file
from ..retrieval_options import FileOptions, FileRetrievalForm
from ..vips_library import INSTALL, NoVips, vips
from ..windows import ENOUGH_PIXELS, box_to_read, window_in, window_within

LOADERS = {
    "jpeg": "jpegload_source",
    "png": "pngload_source",
}
"""The only loaders that files of strangers reach."""

JPEG_SHRINKS = (8, 4, 2)

MEGAPIXEL = 1_000_000
MOST_MEGAPIXELS = 1000
MOST_OF_JPEG = 0.5
"""A larger part of a JPEG counts as the whole."""

MODES = {
    ("b-w", 1): "L",
    ("b-w", 2): "LA",
    ("grey16", 1): "L",
    ("grey16", 2): "LA",
    ("srgb", 3): "RGB",
    ("srgb", 4): "RGBA",
    ("rgb16", 3): "RGB",
    ("rgb16", 4): "RGBA",
    ("cmyk", 4): "CMYK",
}
"""Pillow's name for pixels, by what libvips says they mean and the number of their channels."""

EIGHT_BITS, SIXTEEN_BITS = "uchar", "ushort"


@dataclass(frozen=True, slots=True)
class VipsModule(Library):
    """libvips of a version that may be used, and not any."""

    @property
    def is_there(self) -> bool:
        try:
            vips()
        except NoVips:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class VipsOptions(FileOptions):
    least_megapixels: float = 1.0

    def __post_init__(self) -> None:
        # `super` without arguments does not find its class in a dataclass with slots.
        FileOptions.__post_init__(self)
        if not 0 <= self.least_megapixels <= MOST_MEGAPIXELS:
            raise ValueError(f"The smallest image has 0 to {MOST_MEGAPIXELS} megapixels.")


class VipsForm(FileRetrievalForm):
    least_megapixels = forms.FloatField(
        label="Smallest image",
        min_value=0,
        max_value=MOST_MEGAPIXELS,
        initial=1,
        help_text="In megapixels. Smaller ones are left to the next processor that reads the format, such as Pillow, "
        "which is quicker with them.",
    )

    field_order = ("least_megapixels",)


class VipsProcessor(Processor):
    """The way into large JPEGs and PNGs that takes the least time and memory."""

    label = "libvips"
    used_for = (
        "JPEG and PNG: reads parts of large ones several times as quickly as Pillow, with a fraction of the memory."
    )
    suited_to = "Small images and whole JPEGs are left to the next processor, which is quicker with them."
    options_class = VipsOptions
    form_class = VipsForm
    formats = frozenset(LOADERS)
    features = frozenset({Feature.REDUCTIONS})
    averages = True
    libraries = (VipsModule("pyvips", INSTALL),)
    options: VipsOptions

    def problems(self) -> Iterable[str]:
        try:
            vips()
        except NoVips as error:
            yield str(error)

    def warm_up(self) -> None:
        with suppress(NoVips):
            vips()

    def facts(self, found: Found, page: int = 1) -> SourceFacts | None:
        with self.opened(found) as (load, format_name):
            image = load()
            mode = mode_of(image)
            if mode is None:
                return None
            check_page(page, 1)
            check_size(image)
            orientation = orientation_of(image)
            stored = Extent(image.width, image.height)
            return SourceFacts(
                extent=stored.turned() if orientation in SIDEWAYS else stored,
                format_name=format_name,
                has_color=mode not in {"L", "LA"},
                has_alpha=mode in {"LA", "RGBA"},
                orientation=orientation,
            )

    def suits(self, facts: SourceFacts, plan: RenderPlan) -> bool:
        """Measured: to load it costs more than a small image, and a whole JPEG is no quicker than with Pillow."""
        pixels = facts.extent.area
        is_part = plan.box.extent.area <= MOST_OF_JPEG * pixels
        return pixels >= self.options.least_megapixels * MEGAPIXEL and (is_part or facts.format_name != "jpeg")

    def read(self, found: Found, facts: SourceFacts, plan: RenderPlan) -> Raster:
        box = to_stored(plan.box, facts.extent, facts.orientation)
        size = stored_size(plan.size, facts.orientation)
        with self.opened(found) as (load, format_name):
            image = load()
            check_size(image)
            full, ratio = Extent(image.width, image.height), ratio_of(box, size)
            if format_name == "jpeg" and (shrink := jpeg_shrink(ratio)) > 1:
                image, ratio = load(shrink=shrink), ratio / shrink
            factor = max(1, math.ceil(ratio / 2))
            level = Extent(-(-image.width // factor), -(-image.height // factor))
            window = window_in(level, full, box)
            part = box_to_read(window, size, level)
            with lane_for(full.area if is_held_whole(image) else part.extent.area):
                picture = pixels(image, part, factor)
            colours, profile = direct_colours(picture, profile_of(image))
            return Raster(colours, window_within(window, part), profile)

    @contextmanager
    def opened(self, found: Found) -> Iterator[tuple[Callable[..., Any], str]]:
        """How to load the image - nothing is decoded until pixels are asked for - and its format.

        Always from a real file: a library that calls back into Python from threads of its own would bring the worker
        down with it.
        """
        with damage_is_unreadable(), local_file(found, self.options.rule) as file, failures_are_damage():
            file.seek(0)
            name = name_of(file.read(SIGNATURE_BYTES))
            if name not in LOADERS:
                raise ValueError("A file of this kind is for another processor.")
            yield partial(loaded, file, name), name


def loaded(file: BinaryIO, format_name: str, **options: Any) -> Any:
    """The image, of which no more than the header has been read."""
    file.seek(0)
    source = vips().Source.new_from_descriptor(file.fileno())
    load = getattr(vips().Image, LOADERS[format_name])
    return load(source, access="sequential", fail_on="error", **options)


@contextmanager
def failures_are_damage() -> Iterator[None]:
    """Turns what libvips raises into `ValueError`."""
    try:
        yield
    except vips().Error as error:
        raise ValueError(str(error)) from error


def mode_of(image: Any) -> str | None:
    """Pillow's name for the pixels once they have eight bits; `None` for kinds that are left to another processor."""
    if image.format not in (EIGHT_BITS, SIXTEEN_BITS):
        return None
    return MODES.get((image.interpretation, image.bands))


def orientation_of(image: Any) -> int:
    number = image.get("orientation") if image.get_typeof("orientation") else 1
    return number if number in range(1, 9) else 1


def profile_of(image: Any) -> bytes | None:
    return image.get("icc-profile-data") if image.get_typeof("icc-profile-data") else None


def is_held_whole(image: Any) -> bool:
    """Whether all of the image must be in memory before the first line can be had."""
    return bool(image.get_typeof("interlaced") and image.get("interlaced"))


def check_size(image: Any) -> None:
    if image.width * image.height > conf.max_decode_pixels:
        raise ImageTooLarge(TOO_LARGE)


def ratio_of(box: Box, size: Extent) -> float:
    """How many times more pixels there are than wanted, along the edge that has fewer of them."""
    return min(box.width / size.width, box.height / size.height)


def jpeg_shrink(ratio: float) -> int:
    """At which fraction of its size a JPEG is decoded."""
    return next((shrink for shrink in JPEG_SHRINKS if shrink * ENOUGH_PIXELS <= ratio), 1)


def pixels(image: Any, part: Box, factor: int) -> Image.Image:
    """A part of the image once that is averaged over squares of so many pixels."""
    mode = mode_of(image)
    if mode is None:
        raise ValueError("Pixels of this kind are for another processor.")
    left, top = part.x * factor, part.y * factor
    cut = image.crop(
        left, top, min(part.right * factor, image.width) - left, min(part.bottom * factor, image.height) - top
    )
    small = in_eight_bits(averaged(cut, factor, has_alpha=mode in {"LA", "RGBA"}))
    return Image.frombytes(mode, (small.width, small.height), small.write_to_memory())


def averaged(image: Any, factor: int, has_alpha: bool) -> Any:
    if factor == 1:
        return image
    if not has_alpha:
        return image.shrink(factor, factor, ceil=True)
    # What is transparent must not colour its neighbours.
    kind = image.format
    return image.premultiply().shrink(factor, factor, ceil=True).unpremultiply().cast(kind)


def in_eight_bits(image: Any) -> Any:
    """Of deep samples the high byte, as everywhere."""
    return (image >> 8).cast(EIGHT_BITS) if image.format == SIXTEEN_BITS else image
