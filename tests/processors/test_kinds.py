"""Every kind of file is served as it was drawn: whole, a part of it, and smaller (parity, section 10)."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import pytest
from PIL import Image

from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import Box, Extent, Rotation
from iiifserver.testing import in_memory, likeness, plan_for, rendered
from processors.backends.openjpeg import OpenJpegProcessor
from processors.backends.pillow import PillowProcessor
from processors.backends.tiles import TilesProcessor
from processors.backends.vips import VipsProcessor
from processors.encoders import encode
from processors.operations import picture
from processors.output import Output
from processors.runtime import Processors
from tests.processors.kinds import every_kind

KINDS = every_kind()
EVERYBODY = Processors(
    tuple(kind.build({}) for kind in (TilesProcessor, OpenJpegProcessor, VipsProcessor, PillowProcessor))
)


def shown(name: str, box: Box | None = None, size: Extent | None = None, **plan: Any) -> Image.Image:
    found = in_memory(KINDS[name].write())
    return rendered(EVERYBODY.inspect(found).processor, found, box, size, **plan)


@pytest.mark.parametrize("name", KINDS)
def test_the_whole_is_as_it_was_drawn(name: str):
    expected = KINDS[name].shows()
    image = shown(name)
    assert image.size == expected.size
    assert likeness(image, expected) >= KINDS[name].likeness


@pytest.mark.parametrize("name", KINDS)
def test_a_part_is_cut_where_it_was_drawn(name: str):
    whole = KINDS[name].shows()
    left, top = whole.width // 3, whole.height // 3
    box = Box(left, top, max(1, whole.width // 2), max(1, whole.height // 2))
    expected = whole.crop((box.x, box.y, box.right, box.bottom))
    assert likeness(shown(name, box), expected) >= min(KINDS[name].likeness, 60)


@pytest.mark.parametrize("name", KINDS)
def test_a_smaller_one_looks_the_same(name: str):
    whole = KINDS[name].shows()
    size = Extent(-(-whole.width // 3), -(-whole.height // 3))
    small = whole.resize((size.width, size.height), Image.Resampling.LANCZOS)
    assert likeness(shown(name, size=size), small) > 24


@pytest.mark.parametrize("name", KINDS)
def test_it_becomes_every_format_turned_as_far_as_one_likes(name: str):
    found = in_memory(KINDS[name].write())
    image = EVERYBODY.inspect(found).of(found)
    for format_ in (Format.JPG, Format.PNG, Format.GIF, Format.TIF, Format.WEBP):
        plan = plan_for(image.facts, rotation=Rotation(Fraction(30)), format=format_)
        turned = picture(image.read(plan, Output()), plan, 1, Output())
        with Image.open(io.BytesIO(encode(turned, format_, Output().encoder))) as written:
            assert written.size == turned.size
