"""Reads JPEG XL: the size from the header, then the whole image at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django import forms
from PIL import Image

from iiifserver.conf import conf
from iiifserver.iiif.errors import ImageTooLarge
from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Extent, RenderPlan, SourceFacts

from ..base import TOO_LARGE, Processor, Raster, check_page, damage_is_unreadable
from ..capabilities import Library
from ..colour import direct_colours
from ..jxl_header import Colours, JxlHeader, read_header
from ..jxl_profile import profile_in
from ..lanes import lane_for
from ..linear_light import value_of
from ..retrieval import seekable
from ..retrieval_options import KeepingForm, KeepingOptions
from ..windows import box_to_read, window_in, window_within

MEGABYTE = 1024 * 1024

MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
"""Pillow's mode for so many channels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegXlOptions(KeepingOptions):
    largest_megabytes: int = 500

    def __post_init__(self) -> None:
        # `super` without arguments does not find its class in a dataclass with slots.
        KeepingOptions.__post_init__(self)
        if self.largest_megabytes < 1:
            raise ValueError("The largest file has at least one megabyte.")


class JpegXlForm(KeepingForm):
    largest_megabytes = forms.IntegerField(
        label="Largest file",
        min_value=1,
        max_value=10_000,
        initial=500,
        help_text="In megabytes. A JPEG XL is read into memory as a whole; larger files are refused.",
    )

    field_order = ("largest_megabytes",)


class JpegXlProcessor(Processor):
    """The only way into JPEG XL."""

    label = "JPEG XL"
    used_for = "JPEG XL: decodes the whole image for each request."
    options_class = JpegXlOptions
    form_class = JpegXlForm
    formats = frozenset({"jpegxl"})
    libraries = (Library("imagecodecs", "pip install imagecodecs"),)
    options: JpegXlOptions

    def facts(self, found: Found, page: int = 1) -> SourceFacts:
        check_page(page, 1)
        with seekable(found, self.options.rule.for_headers) as file, damage_is_unreadable():
            header = read_header(file)
        check_pixels(header)
        return SourceFacts(
            extent=header.extent, format_name="jpegxl", has_color=header.has_color, has_alpha=header.has_alpha
        )

    def read(self, found: Found, facts: SourceFacts, plan: RenderPlan) -> Raster:
        window = window_in(facts.extent, facts.extent, plan.box)
        part = box_to_read(window, plan.size, facts.extent)
        header, content = self.content(found)
        with lane_for(facts.extent.area), damage_is_unreadable():
            pixels = decoded(content, header.extent)[part.y : part.bottom, part.x : part.right]
            profile = profile_in(content) if header.colours is Colours.OTHER else None
            in_bytes = shades_of_light if header.colours is Colours.LIGHT else in_eight_bits
            shades = in_bytes(pixels, header.bits)
            image, profile = direct_colours(image_of(shades), profile)
        return Raster(image, window_within(window, part), profile)

    def content(self, found: Found) -> tuple[JxlHeader, bytes]:
        """The header, which is within the limits, and the whole file."""
        with seekable(found, self.options.rule) as file, damage_is_unreadable():
            header = read_header(file)
            check_pixels(header)
            file.seek(0)
            content = file.read(self.options.largest_megabytes * MEGABYTE + 1)
        if len(content) > self.options.largest_megabytes * MEGABYTE:
            raise ImageTooLarge("This JPEG XL is a larger file than the server reads.")
        return header, content


def check_pixels(header: JxlHeader) -> None:
    if header.extent.area > conf.max_decode_pixels:
        raise ImageTooLarge(TOO_LARGE)


def decoded(content: bytes, extent: Extent) -> np.ndarray[Any, Any]:
    """The first picture of the file, upright; rows, columns, channels. Raises `ValueError` where it is another than
    its header says.
    """
    import imagecodecs

    pixels = np.asarray(imagecodecs.jpegxl_decode(content, index=0))
    pixels = pixels[:, :, None] if pixels.ndim == 2 else pixels
    if pixels.ndim != 3 or pixels.shape[:2] != (extent.height, extent.width) or pixels.shape[2] not in MODES:
        raise ValueError("The picture is another than its header says.")
    return pixels


def in_eight_bits(pixels: np.ndarray[Any, Any], bits: int) -> np.ndarray[Any, Any]:
    """Whole numbers of so many bits by their highest ones; fractions from 0, which is black, to 1."""
    if pixels.dtype.kind == "f":
        light: np.ndarray[Any, Any] = np.nan_to_num(pixels.astype(np.float32)).clip(0, 1)
        return (light * 255 + 0.5).astype(np.uint8)
    if bits < 8:
        return (pixels.astype(np.uint16) * 255 // ((1 << bits) - 1)).astype(np.uint8)
    shifted: np.ndarray[Any, Any] = pixels >> max(0, bits - 8)
    return shifted.astype(np.uint8)


def shades_of_light(pixels: np.ndarray[Any, Any], bits: int) -> np.ndarray[Any, Any]:
    """Light of any depth as sRGB: from all that there is, since eight bits of light show the shadows as bands. Alpha
    stays as it is.
    """
    most = 1 if pixels.dtype.kind == "f" else (1 << bits) - 1
    light = np.nan_to_num(pixels.astype(np.float32) / most).clip(0, 1)
    colours = light.shape[2] - (light.shape[2] + 1) % 2
    light[..., :colours] = value_of(light[..., :colours])
    shades: np.ndarray[Any, Any] = (light * 255 + 0.5).astype(np.uint8)
    return shades


def image_of(pixels: np.ndarray[Any, Any]) -> Image.Image:
    height, width, channels = pixels.shape
    return Image.frombytes(MODES[channels], (width, height), np.ascontiguousarray(pixels).tobytes())
