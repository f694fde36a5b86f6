"""The same picture, stored in every way, looks the same whoever reads it: by PSNR and SSIM against what was drawn."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from iiifserver.iiif.found import Found
from iiifserver.iiif.values import Box, Extent
from iiifserver.testing import drawn, encoded, in_memory, likeness, rendered
from processors.backends.openjpeg import OpenJpegProcessor
from processors.backends.pillow import PillowProcessor
from processors.backends.tiles import TilesProcessor
from processors.backends.vips import VipsProcessor
from processors.base import Processor
from tests.processors.backends.jp2s import jp2

PICTURE = drawn(512, 384)
RIGHT_PART = Box(200, 100, 256, 200)


def ssim(one: Image.Image, other: Image.Image) -> float:
    """The structural similarity of two pictures in gray, over squares of eight pixels: 1 when equal."""
    a, b = (np.asarray(image.convert("L"), np.float64) for image in (one, other))
    mean_a, mean_b = box_mean(a), box_mean(b)
    variance_a, variance_b = box_mean(a * a) - mean_a**2, box_mean(b * b) - mean_b**2
    covariance = box_mean(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    likenesses = ((2 * mean_a * mean_b + c1) * (2 * covariance + c2)) / (
        (mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2)
    )
    return float(likenesses.mean())


def box_mean(values: np.ndarray[Any, Any], edge: int = 8) -> np.ndarray[Any, Any]:
    """The mean of each square of pixels."""
    windows = np.lib.stride_tricks.sliding_window_view(values, (edge, edge))
    return windows.mean(axis=(2, 3))


def tiff_of(image: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, np.asarray(image), photometric="rgb", **options)
    return buffer.getvalue()


WAYS: dict[str, tuple[Callable[[], Processor], bytes, float, float]] = {
    "jpeg by pillow": (lambda: PillowProcessor.build({}), encoded(PICTURE, "JPEG", quality=92), 36, 0.96),
    "jpeg by libvips": (lambda: VipsProcessor.build({}), encoded(PICTURE, "JPEG", quality=92), 36, 0.96),
    "png by pillow": (lambda: PillowProcessor.build({}), encoded(PICTURE), 99, 0.999),
    "png by libvips": (lambda: VipsProcessor.build({}), encoded(PICTURE), 99, 0.999),
    "webp by pillow": (lambda: PillowProcessor.build({}), encoded(PICTURE, "WEBP", lossless=True), 99, 0.999),
    "jp2 by openjpeg": (lambda: OpenJpegProcessor.build({}), jp2(PICTURE, tile_size=(128, 128)), 99, 0.999),
    "jp2 by pillow": (lambda: PillowProcessor.build({}), jp2(PICTURE), 99, 0.999),
    "lossy jp2 by openjpeg": (
        lambda: OpenJpegProcessor.build({}),
        jp2(PICTURE, irreversible=True, quality_mode="dB", quality_layers=[45]),
        38,
        0.97,
    ),
    "deflated tiff by tiles": (
        lambda: TilesProcessor.build({}),
        tiff_of(PICTURE, tile=(128, 128), compression="zlib"),
        99,
        0.999,
    ),
    "jpeg tiff by tiles": (
        lambda: TilesProcessor.build({}),
        tiff_of(PICTURE, tile=(128, 128), compression="jpeg", compressionargs={"level": 92}),
        36,
        0.96,
    ),
}


def way(name: str) -> tuple[Processor, Found, float, float]:
    make, content, least_psnr, least_ssim = WAYS[name]
    return make(), in_memory(content), least_psnr, least_ssim


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("box", [None, RIGHT_PART])
def test_pixels_are_those_that_were_drawn(name: str, box: Box | None):
    processor, found, least_psnr, least_ssim = way(name)
    area = (box.x, box.y, box.right, box.bottom) if box else (0, 0, *PICTURE.size)
    shown, expected = rendered(processor, found, box), PICTURE.crop(area)
    assert likeness(shown, expected) > least_psnr
    assert ssim(shown, expected) > least_ssim


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("size", [Extent(256, 192), Extent(100, 75), Extent(33, 25)])
def test_smaller_pictures_look_like_what_was_drawn(name: str, size: Extent):
    """However it is made smaller: by a level, by the decoder or by a filter."""
    processor, found, _, _ = way(name)
    shown = rendered(processor, found, size=size)
    expected = PICTURE.resize((size.width, size.height), Image.Resampling.LANCZOS)
    assert likeness(shown, expected) > 30
    assert ssim(shown, expected) > 0.93


@pytest.mark.parametrize("name", WAYS)
def test_tiles_of_a_smaller_picture_lie_where_the_picture_has_them(name: str):
    """Half a pixel off would show as a seam."""
    processor, found, _, _ = way(name)
    whole = rendered(processor, found, size=Extent(256, 192))
    tile = rendered(processor, found, Box(128, 128, 256, 128), Extent(128, 64))
    assert likeness(tile, whole.crop((64, 64, 192, 128))) > 33


def test_ssim_tells_a_noisy_picture_from_a_clean_one():
    assert ssim(PICTURE, PICTURE) == pytest.approx(1)
    noise = np.random.default_rng(1).integers(-25, 25, (*PICTURE.size[::-1], 1))
    noisy = Image.fromarray((np.asarray(PICTURE) + noise).clip(0, 255).astype(np.uint8))
    assert ssim(PICTURE, noisy) < 0.9
    assert ssim(PICTURE, Image.new("RGB", PICTURE.size)) < 0.3


def test_the_levels_of_a_pyramid_look_alike():
    found = in_memory(jp2(PICTURE, num_resolutions=4))
    small = [rendered(OpenJpegProcessor.build({}), found, size=Extent(512 // n, 384 // n)) for n in (1, 2, 4)]
    upscaled = [image.resize(PICTURE.size, Image.Resampling.BICUBIC) for image in small]
    assert all(likeness(image, PICTURE) > 32 for image in upscaled)
