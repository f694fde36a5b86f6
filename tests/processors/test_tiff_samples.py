"""Numbers of every depth become bytes by one rule for all tiles of an image."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from iiifserver.iiif.errors import ImageTooLarge
from iiifserver.iiif.values import Box, Extent
from iiifserver.testing import drawn, in_memory, rendered
from processors.backends.pillow import PillowProcessor
from processors.backends.tiles import TilesProcessor
from processors.lab import CIELAB, srgb_of_lab
from processors.tiff_samples import Samples, span_over
from tests.processors.backends.tiffs import tiff
from tests.processors.profiles import SWAPPED

EDGE = 64
MEASURED = {"photometric": "minisblack", "tile": (EDGE, EDGE)}
COLOURED = {"photometric": "rgb", "tile": (EDGE, EDGE)}


def tiles() -> TilesProcessor:
    return TilesProcessor.build({})


def bytes_of(values: list[float], span: tuple[float, float] | None = None, **samples) -> list[int]:
    kind = samples.pop("dtype")
    pixels = np.array([values], kind)
    return Samples(**({"mode": "L", "kind": pixels.dtype.kind} | samples)).as_bytes(pixels, span)[0].tolist()


def heights() -> np.ndarray:
    """Gray between -1000 and 3000, differently in each tile."""
    return np.linspace(-1000, 3000, 200 * 150).reshape(150, 200)


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.int64, np.float16, np.float32, np.float64])
def test_measured_gray_is_stretched_alike_in_every_tile(kind: type):
    found, processor = in_memory(tiff(heights().astype(kind), **MEASURED)), tiles()
    whole, put_together = rendered(processor, found), Image.new("L", (200, 150))
    for left, top in ((x, y) for x in range(0, 200, EDGE) for y in range(0, 150, EDGE)):
        box = Box(left, top, min(EDGE, 200 - left), min(EDGE, 150 - top))
        put_together.paste(rendered(tiles(), found, box), (left, top))
    assert put_together.tobytes() == whole.tobytes()
    assert whole.getextrema() == (0, 255)


def test_black_and_white_are_looked_for_once(monkeypatch):
    found, processor, looks = in_memory(tiff(heights().astype(np.int16), **MEASURED)), tiles(), []
    monkeypatch.setattr("processors.backends.tiles.span_over", lambda pieces: looks.append(1) or span_over(pieces))
    for left in (0, EDGE):
        rendered(processor, found, Box(left, 0, EDGE, EDGE))
    assert looks == [1]


def test_gray_that_is_too_large_to_be_measured_is_refused(settings):
    content = tiff(heights().astype(np.int16), **MEASURED)
    settings.IIIFSERVER = {**settings.IIIFSERVER, "MAX_DECODE_PIXELS": 200 * 150 - 1}
    with pytest.raises(ImageTooLarge):
        tiles().facts(in_memory(content))


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
def test_fractions_of_colour_are_cut_off_at_0_and_1(kind: type):
    pixels = np.zeros((EDGE, EDGE, 3), kind)
    pixels[0, :4] = [(-1, 0.5, 2), (np.nan, np.inf, -np.inf), (1, 1, 1), (0.2, 0.2, 0.2)]
    shown = rendered(tiles(), in_memory(tiff(pixels, **COLOURED)))
    assert [shown.getpixel((x, 0)) for x in range(4)] == [(0, 128, 255), (0, 255, 0), (255,) * 3, (51,) * 3]


def test_one_bright_light_leaves_the_rest_of_a_coloured_picture_as_it_is():
    pixels = np.asarray(drawn(2 * EDGE, EDGE)) / np.float32(255)
    bright = pixels.copy()
    bright[0, 0] = 1000
    box = Box(EDGE, 0, EDGE, EDGE)
    plain, lit = (rendered(tiles(), in_memory(tiff(each, **COLOURED)), box) for each in (pixels, bright))
    assert plain.tobytes() == lit.tobytes()


def test_what_is_no_number_is_black_and_does_not_move_black_and_white():
    pixels = heights().astype(np.float32)
    pixels[0, 0], pixels[0, 1] = np.nan, np.inf
    shown = rendered(tiles(), in_memory(tiff(pixels, **MEASURED)))
    assert (shown.getpixel((0, 0)), shown.getpixel((199, 149)), shown.getpixel((100, 75))) == (0, 255, 128)


def test_a_file_without_any_number_is_black():
    shown = rendered(tiles(), in_memory(tiff(np.full((EDGE, EDGE), np.nan, np.float32), **MEASURED)))
    assert shown.getextrema() == (0, 0)


@pytest.mark.parametrize(
    ("dtype", "bits", "values", "shades"),
    [
        (np.uint8, 6, [0, 31, 32, 63], [0, 125, 129, 255]),
        (np.uint16, 10, [0, 3, 4, 1023], [0, 0, 1, 255]),
        (np.uint16, 12, [0, 15, 16, 4095], [0, 0, 1, 255]),
        (np.uint16, 14, [0, 63, 64, 16383], [0, 0, 1, 255]),
        (np.uint16, 16, [0, 255, 256, 65535], [0, 0, 1, 255]),
    ],
)
def test_each_byte_stands_for_as_many_values(dtype: type, bits: int, values: list[int], shades: list[int]):
    assert bytes_of(values, dtype=dtype, bits=bits) == shades
    if bits > 8:
        steps = np.bincount(np.array(bytes_of(list(range(1 << bits)), dtype=dtype, bits=bits)))
        assert set(steps.tolist()) == {1 << (bits - 8)}


def test_signed_bytes_are_no_brighter_than_they_are_meant():
    pixels = np.asarray(drawn(200, 150, "L")).astype(float) - 128
    content = tiff(pixels.astype(np.int8), photometric="minisblack")
    own, other = (rendered(kind.build({}), in_memory(content)) for kind in (TilesProcessor, PillowProcessor))
    expected = (pixels - pixels.min()) * 255 / (pixels.max() - pixels.min())
    for shown in (own, other):
        assert np.abs(np.asarray(shown) - expected).max() <= 1


def test_a_smooth_ramp_in_deep_lab_has_no_bands():
    """In eight bits, steps of a and b are wider than those of sRGB."""
    ramp = np.zeros((1, 4096, 3), np.uint16)
    ramp[..., 0] = 40_000
    ramp[..., 1] = (np.linspace(-40, 60, 4096) * 256).astype(np.int16).view(np.uint16)
    shown = srgb_of_lab(ramp, CIELAB).astype(int)[0]
    assert np.abs(np.diff(shown, axis=0)).max() == 1


@pytest.mark.parametrize(
    ("lab", "rgb"),
    [
        ((100, 0, 0), (255, 255, 255)),
        ((0, 0, 0), (0, 0, 0)),
        ((53.585, 0, 0), (128, 128, 128)),
        ((54.29, 80.81, 69.89), (255, 0, 0)),
        ((29.57, 68.3, -112.03), (0, 0, 255)),
    ],
)
def test_known_colours_of_lab_are_found(lab: tuple[float, ...], rgb: tuple[int, ...]):
    """Values of sRGB's colours with the white D50."""
    stored = np.array([[[lab[0] * 655.35, lab[1] * 256, lab[2] * 256]]]).round().astype(np.int32).astype(np.uint16)
    assert np.abs(srgb_of_lab(stored, CIELAB)[0, 0].astype(int) - rgb).max() <= 1


def test_a_profile_of_a_lab_file_is_not_taken_for_one_of_its_rgb():
    pixels = np.zeros((EDGE, EDGE, 3), np.uint16)
    pixels[...] = (30_000, 10_000, 5_000)
    with_one, without = (
        rendered(tiles(), in_memory(tiff(pixels, photometric="cielab", iccprofile=each))) for each in (SWAPPED, None)
    )
    assert with_one.tobytes() == without.tobytes()


def test_smaller_levels_of_another_depth_are_none():
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as writer:
        writer.write(np.zeros((128, 128), np.float32), subifds=1, **MEASURED)
        writer.write(np.zeros((64, 64), np.uint8), subfiletype=1, **MEASURED)
    facts = tiles().facts(in_memory(buffer.getvalue()))
    assert [level.extent for level in facts.levels] == [Extent(128, 128)]
