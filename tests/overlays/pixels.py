"""Looks at what an overlay has done to a picture."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageChops

from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import Box, Extent, Identifier, Quality, RenderPlan, Rotation, SourceFacts
from overlays.base import Answer, Overlay

GREEN = (0, 128, 0)


def plain(size=(200, 100), mode="RGB", colour=None) -> Image.Image:
    """A picture of one colour."""
    defaults = {"L": 90, "LA": (90, 255), "RGB": GREEN, "RGBA": (*GREEN, 255)}
    return Image.new(mode, size, defaults[mode] if colour is None else colour)


def answer_of(extent=(400, 300), box=None, size=None, *, orientation=1, identifier="card.png", **values) -> Answer:
    """An answer about an image of that extent: all of it in its own size, unless told otherwise."""
    plan_values = {name: values.pop(name) for name in ("rotation", "quality", "format", "page") if name in values}
    region = Box(*box) if box else Box(0, 0, *extent)
    plan = RenderPlan(
        box=region,
        size=Extent(*size) if size else region.extent,
        **{"rotation": Rotation(), "quality": Quality.DEFAULT, "format": Format.PNG, **plan_values},
    )
    facts = SourceFacts(
        extent=Extent(*extent), format_name="png", has_color=True, has_alpha=False, orientation=orientation
    )
    return Answer(identifier=Identifier(identifier), facts=facts, plan=plan, **values)


def drawn_on(overlay: Overlay, image: Image.Image, quality: Quality = Quality.DEFAULT) -> Image.Image:
    return overlay.draw(image.copy(), answer_of(image.size, quality=quality))


def touched(before: Image.Image, after: Image.Image) -> Box | None:
    """The smallest box that holds every pixel that changed."""
    difference = ImageChops.difference(before.convert("RGBA"), after.convert("RGBA"))
    box = difference.getbbox(alpha_only=False)
    return box and Box(box[0], box[1], box[2] - box[0], box[3] - box[1])


def touched_by(overlay: Overlay, image: Image.Image) -> Box | None:
    return touched(image, drawn_on(overlay, image))


def file_of(image: Image.Image, format: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG whose header promises far more pixels than there are."""
    content = file_of(Image.new("L", (1, 1)))
    header = b"IHDR" + struct.pack(">II", width, height) + content[24:29]
    return content[:12] + header + struct.pack(">I", zlib.crc32(header)) + content[33:]
