"""A processor: QOI, an image format that the server does not know by itself."""

from __future__ import annotations

import os
import re
import struct
from dataclasses import dataclass

from django import forms
from PIL.QoiImagePlugin import QoiImageFile

from iiifserver.plugins import (
    Extent,
    Found,
    Processor,
    Raster,
    RenderPlan,
    SourceFacts,
    SourceFormat,
    Unreadable,
    check_decodable,
    check_page,
    damage_is_unreadable,
)

QOI = SourceFormat(name="qoi", label="QOI", start=re.compile(rb"qoif"), endings=("qoi",))

HEADER = struct.Struct(">4sIIBB")
"""Signature, width, height, number of channels, colour space."""
END = bytes(7) + b"\1"


@dataclass(frozen=True, slots=True, kw_only=True)
class QoiOptions:
    """There is nothing to choose."""


class QoiForm(forms.Form):
    """There is nothing to choose."""


class QoiProcessor(Processor):
    """Decodes the whole image for each request."""

    label = "QOI"
    used_for = "QOI images, as games and renderers write them."
    options_class = QoiOptions
    form_class = QoiForm
    formats = frozenset({"qoi"})
    brings = (QOI,)

    def facts(self, found: Found, page: int = 1) -> SourceFacts:
        check_page(page, 1)
        with found.open() as file, damage_is_unreadable():
            _, width, height, channels, _ = HEADER.unpack(file.read(HEADER.size))
            file.seek(-len(END), os.SEEK_END)
            if file.read() != END or 0 in (width, height):
                raise Unreadable("This QOI image was cut off.")
        # Before a single pixel is decoded: a small file may promise a huge image.
        check_decodable(Extent(width, height))
        return SourceFacts(extent=Extent(width, height), format_name="qoi", has_color=True, has_alpha=channels == 4)

    def read(self, found: Found, facts: SourceFacts, plan: RenderPlan) -> Raster:
        with found.open() as file, damage_is_unreadable():
            image = QoiImageFile(file)
            image.load()
        # All of it, and where the region lies in it; the server cuts and scales.
        return Raster(image, (plan.box.x, plan.box.y, plan.box.right, plan.box.bottom))
