"""YCbCr that no codec turns into RGB, also with fewer samples for colour than for brightness (TIFF 6.0, section 21)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from tifffile import COMPRESSION, PREDICTOR, TIFF

from iiifserver.iiif.values import Extent

COEFFICIENTS_TAG, SUBSAMPLING_TAG, REFERENCE_TAG = 529, 530, 532
USUAL_COEFFICIENTS = (0.299, 0.587, 0.114)
USUAL_REFERENCE = (0.0, 255.0, 128.0, 255.0, 128.0, 255.0)
USUAL_SUBSAMPLING = (2, 2)
STEPS = frozenset({1, 2, 4})
MSB_FIRST = 1

Bytes = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class YCbCr:
    """How brightness and two differences of colour are meant."""

    coefficients: tuple[float, ...] = USUAL_COEFFICIENTS
    """How much red, green and blue each add to brightness."""
    reference: tuple[float, ...] = USUAL_REFERENCE
    """Black and white of brightness, and none and most of each difference."""

    @classmethod
    def of(cls, page: Any) -> YCbCr:
        coefficients = numbers(page, COEFFICIENTS_TAG, 3)
        reference = numbers(page, REFERENCE_TAG, 6)
        is_sound = len(coefficients) == 3 and min(coefficients) > 0
        has_range = len(reference) == 6 and all(reference[at] < reference[at + 1] for at in (0, 2, 4))
        return cls(coefficients if is_sound else USUAL_COEFFICIENTS, reference if has_range else USUAL_REFERENCE)


def numbers(page: Any, tag: int, count: int) -> tuple[float, ...]:
    """The fractions or whole numbers of a tag; nothing where they are not as many, or not sound."""
    value = page.tags.valueof(tag)
    if not isinstance(value, tuple):
        return ()
    if len(value) == count:
        return tuple(map(float, value))
    if len(value) != 2 * count or not all(value[1::2]):
        return ()
    return tuple(above / below for above, below in zip(value[::2], value[1::2], strict=True))


def rgb_of(pixels: Bytes, meaning: YCbCr) -> Bytes:
    """The bytes of RGB."""
    black, white, none_blue, most_blue, none_red, most_red = meaning.reference
    red_part, green_part, blue_part = meaning.coefficients
    values = pixels.astype(np.float32)
    bright = (values[..., 0] - black) * (255 / (white - black))
    red = bright + (values[..., 2] - none_red) * (127 / (most_red - none_red) * (2 - 2 * red_part))
    blue = bright + (values[..., 1] - none_blue) * (127 / (most_blue - none_blue) * (2 - 2 * blue_part))
    green = (bright - red_part * red - blue_part * blue) / green_part
    result: Bytes = (np.stack((red, green, blue), axis=-1).clip(0, 255) + 0.5).astype(np.uint8)
    return result


def is_subsampled(page: Any) -> bool:
    """Whether brightness and colour come in blocks, or may do so."""
    return subsampling_of(page) != (1, 1)


def subsampling_of(page: Any) -> tuple[int, int]:
    """How many pixels across and down one sample of colour stands for, by what the file says."""
    value = page.tags.valueof(SUBSAMPLING_TAG)
    return (value[0], value[1]) if isinstance(value, tuple) and len(value) == 2 else USUAL_SUBSAMPLING


def can_be_put_together(page: Any) -> bool:
    """Whether blocks of this kind are read here."""
    return STEPS.issuperset(subsampling_of(page)) and page.predictor == PREDICTOR.NONE and page.fillorder == MSB_FIRST


@dataclass(frozen=True, slots=True)
class BlockDecoder:
    """Unpacks one piece of blocks; called as tifffile's own decoders are."""

    unpack: Callable[..., Any] | None
    extent: Extent
    piece: Extent
    is_tiled: bool
    steps: tuple[int, int]
    is_stated: bool
    """Whether the file says how colour is sampled: some that do not sample it at every pixel."""

    @classmethod
    def of(cls, page: Any, piece: Extent) -> BlockDecoder:
        return cls(
            unpack=None if page.compression == COMPRESSION.NONE else TIFF.DECOMPRESSORS[page.compression],
            extent=Extent(page.imagewidth, page.imagelength),
            piece=piece,
            is_tiled=page.is_tiled,
            steps=subsampling_of(page),
            is_stated=SUBSAMPLING_TAG in page.tags,
        )

    def __call__(self, content: bytes, index: int, *, jpegtables: bytes | None = None) -> tuple[Any, None, Any]:
        """The pixels of a piece, and its shape. Raises `ValueError` for one that is too short."""
        shape = self.shape(index)
        unpacked = self.unpack(content, out=3 * self.piece.area) if self.unpack else content
        pixels = self.pixels(np.frombuffer(unpacked, np.uint8), shape)
        return pixels[None], None, (1, shape.height, shape.width, 3)

    def shape(self, index: int) -> Extent:
        """The size of a piece: that of the last strip is what is left of the image."""
        if self.is_tiled:
            return self.piece
        return Extent(self.piece.width, min(self.piece.height, self.extent.height - index * self.piece.height))

    def pixels(self, samples: Bytes, shape: Extent) -> Bytes:
        if not self.is_stated and len(samples) >= 3 * shape.area:
            return samples[: 3 * shape.area].reshape(shape.height, shape.width, 3)
        across, down = self.steps
        columns, rows = -(-shape.width // across), -(-shape.height // down)
        length = rows * columns * (across * down + 2)
        if len(samples) < length:
            raise ValueError("A piece has fewer samples than its size needs.")
        blocks = samples[:length].reshape(rows, columns, across * down + 2)
        bright = blocks[..., :-2].reshape(rows, columns, down, across).transpose(0, 2, 1, 3)
        channels = [bright.reshape(rows * down, columns * across)]
        channels += [blocks[..., channel].repeat(down, 0).repeat(across, 1) for channel in (-2, -1)]
        return np.stack(channels, axis=-1)[: shape.height, : shape.width]
