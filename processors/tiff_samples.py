"""What the numbers of a TIFF mean, and how they become bytes: by one rule for all pieces of an image."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from tifffile import COMPRESSION, EXTRASAMPLE, PHOTOMETRIC, PLANARCONFIG, PREDICTOR

from .colour import span_of, whites_up_to
from .lab import CIELAB, ICCLAB, LabScale, srgb_of_lab
from .ycbcr import YCbCr, rgb_of

WHOLE, SIGNED, FRACTION = "u", "i", "f"
"""numpy's letters for kinds of number."""

ALPHA_SAMPLES = frozenset({EXTRASAMPLE.UNASSALPHA, EXTRASAMPLE.ASSOCALPHA})

PLAIN_COMPRESSIONS = frozenset(
    {
        COMPRESSION.NONE,
        COMPRESSION.LZW,
        COMPRESSION.ADOBE_DEFLATE,
        COMPRESSION.DEFLATE,
        COMPRESSION.PACKBITS,
        COMPRESSION.LZMA,
        COMPRESSION.ZSTD,
    }
)
"""These unpack into a buffer of the size that a piece should have, and no further."""

CODED_COMPRESSIONS = frozenset(
    {
        COMPRESSION.JPEG,
        COMPRESSION.JPEG2000,
        COMPRESSION.APERIO_JP2000_RGB,
        COMPRESSION.APERIO_JP2000_YCBC,
        COMPRESSION.WEBP,
    }
)
"""Pieces of these are pictures with a size of their own, which is looked at before they are decoded."""

MODES: dict[tuple[int, int, int | None], str] = {
    (PHOTOMETRIC.RGB, 3, None): "RGB",
    (PHOTOMETRIC.RGB, 4, EXTRASAMPLE.UNASSALPHA): "RGBA",
    (PHOTOMETRIC.RGB, 4, EXTRASAMPLE.ASSOCALPHA): "RGBa",
    (PHOTOMETRIC.YCBCR, 3, None): "RGB",
    (PHOTOMETRIC.CIELAB, 3, None): "RGB",
    (PHOTOMETRIC.ICCLAB, 3, None): "RGB",
    (PHOTOMETRIC.MINISBLACK, 1, None): "L",
    (PHOTOMETRIC.MINISBLACK, 2, EXTRASAMPLE.UNASSALPHA): "LA",
    (PHOTOMETRIC.MINISBLACK, 2, EXTRASAMPLE.ASSOCALPHA): "La",
    (PHOTOMETRIC.MINISWHITE, 1, None): "L",
    (PHOTOMETRIC.SEPARATED, 4, None): "CMYK",
}
"""Pillow's name for pixels once they are bytes, by photometric interpretation, number of samples and kind of alpha."""

LAB_SCALES = {PHOTOMETRIC.CIELAB: CIELAB, PHOTOMETRIC.ICCLAB: ICCLAB}
LAB_BITS = frozenset({8, 16})

WHOLE_BYTES = frozenset({8, 16, 32, 64})
SHALLOWEST, DEEPEST_PACKED = 2, 16
"""In bits. Whole numbers of other depths are packed without room between them."""
FRACTION_BITS = frozenset({16, 24, 32, 64})
DEEPEST_SHADES = 16
"""Whole numbers of more bits are measurements, whose white nobody states."""

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Span = tuple[float, float]
"""Which values are black and white."""


class Meaning(enum.Enum):
    """What large values stand for."""

    LIGHT = "light"
    DARKNESS = "darkness"


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The values of an image."""

    mode: str
    """Pillow's name for the pixels once they are bytes: L, LA, La, RGB, RGBA, RGBa or CMYK."""
    bits: int = 8
    kind: str = WHOLE
    meaning: Meaning = Meaning.LIGHT
    lab: LabScale | None = None
    ycbcr: YCbCr | None = None

    @property
    def needs_span(self) -> bool:
        """Whether black and white depend on what values there are in the whole image: gray that was measured."""
        return self.mode == "L" and (self.kind != WHOLE or self.bits > DEEPEST_SHADES)

    def as_bytes(self, pixels: np.ndarray[Any, Any], span: Span | None) -> Bytes:
        """Pixels of the mode."""
        if self.lab is not None:
            return srgb_of_lab(pixels, self.lab)
        if span is not None:
            shades = stretched(pixels, span)
        else:
            shades = cut_off(pixels) if self.kind == FRACTION else shallow(pixels, self.bits)
        if self.ycbcr is not None:
            return rgb_of(shades, self.ycbcr)
        return ~shades if self.meaning is Meaning.DARKNESS else shades


def shallow(pixels: np.ndarray[Any, Any], bits: int) -> Bytes:
    """Whole numbers of so many bits: of deep ones the highest eight, so that each byte stands for as many values."""
    # A coded picture may be shallower than its file says.
    bits = min(bits, 8 * pixels.dtype.itemsize)
    if bits > 8:
        return (pixels >> (bits - 8)).astype(np.uint8)
    if bits < 8:
        return (pixels.astype(np.uint16) * 255 // ((1 << bits) - 1)).astype(np.uint8)
    return pixels.astype(np.uint8, copy=False)


def cut_off(pixels: np.ndarray[Any, Any]) -> Bytes:
    """Fractions from 0 to 1; what is beyond is cut off, and what is no number is 0."""
    return stretched(pixels, (0, 1))


def stretched(pixels: np.ndarray[Any, Any], span: Span) -> Bytes:
    """With the one value as 0 and the other as 255; what is no number is 0."""
    black, white = span
    # Half a float is too short for what lies between, and 64 bits of a whole number are too long.
    is_long = pixels.dtype.itemsize > 2 and pixels.dtype != np.float32
    values: np.ndarray[Any, Any] = pixels.astype(np.float64 if is_long else np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        shades = (values - black) * (255 / (white - black))
    result: Bytes = (np.nan_to_num(shades, nan=0).clip(0, 255) + 0.5).astype(np.uint8)
    return result


def span_over(pieces: Iterable[np.ndarray[Any, Any] | None]) -> Span:
    """Which values are black and white in an image of these pieces, by the rule of `colour.span_of`. What is no number
    is passed over.
    """
    lowest, highest, kind = math.inf, -math.inf, np.dtype(np.uint8)
    for piece in pieces:
        if piece is None:
            continue
        kind, values = piece.dtype, piece
        if kind.kind == FRACTION:
            values = piece[np.isfinite(piece)]
        if values.size:
            lowest, highest = min(lowest, float(values.min())), max(highest, float(values.max()))
    return (0, 1) if lowest > highest else span_of(lowest, highest, whites=whites_up_to(largest(kind)))


def largest(kind: np.dtype[Any]) -> float:
    return math.inf if kind.kind == FRACTION else int(np.iinfo(kind).max)


def samples_of(page: Any) -> Samples | None:
    """The values of a page; `None` for kinds that are not read piece by piece."""
    mode = mode_of(page)
    if mode is None:
        return None
    lab = LAB_SCALES.get(page.photometric)
    is_plain_ycbcr = page.photometric == PHOTOMETRIC.YCBCR and page.compression in PLAIN_COMPRESSIONS
    samples = Samples(
        mode=mode,
        bits=page.bitspersample,
        kind=page.dtype.kind,
        meaning=Meaning.DARKNESS if page.photometric == PHOTOMETRIC.MINISWHITE else Meaning.LIGHT,
        lab=lab,
        ycbcr=YCbCr.of(page) if is_plain_ycbcr else None,
    )
    return samples if has_known_depth(page, samples) else None


def has_known_depth(page: Any, samples: Samples) -> bool:
    kind, bits = samples.kind, samples.bits
    if samples.lab is not None:
        # Its colours have a sign, whether the file says so or not.
        return bits in LAB_BITS and kind in (WHOLE, SIGNED)
    if samples.ycbcr is not None:
        return bits == 8 and kind == WHOLE
    if page.compression in CODED_COMPRESSIONS:
        return kind == WHOLE and 8 <= bits <= DEEPEST_PACKED
    if kind == FRACTION:
        return bits in FRACTION_BITS
    if kind == SIGNED:
        return bits in WHOLE_BYTES and samples.mode == "L"
    is_packed = SHALLOWEST <= bits <= DEEPEST_PACKED and page.predictor == PREDICTOR.NONE
    return kind == WHOLE and (bits in WHOLE_BYTES or is_packed)


def mode_of(page: Any) -> str | None:
    """Pillow's name for the page's pixels once they are bytes; `None` for kinds not read here."""
    if page.imagedepth != 1 or page.dtype is None or not isinstance(page.bitspersample, int):
        return None
    if page.jpegheader is not None or page.compression not in PLAIN_COMPRESSIONS | CODED_COMPRESSIONS:
        return None
    # A JPEG of one channel does not know that it is part of a coloured picture.
    if planes_of(page) > 1 and (page.photometric == PHOTOMETRIC.YCBCR or page.compression == COMPRESSION.JPEG):
        return None
    # No coded picture knows of Lab.
    if page.photometric in LAB_SCALES and page.compression not in PLAIN_COMPRESSIONS:
        return None
    return mode_for(page.photometric, page.samplesperpixel, page.extrasamples)


def planes_of(page: Any) -> int:
    """In how many planes, each of one channel, the page is stored."""
    return 1 if page.planarconfig == PLANARCONFIG.CONTIG else int(page.samplesperpixel)


def mode_for(photometric: int, samples: int, extra_samples: tuple[int, ...]) -> str | None:
    if len(extra_samples) > 1 or not ALPHA_SAMPLES.issuperset(extra_samples):
        return None
    return MODES.get((photometric, samples, extra_samples[0] if extra_samples else None))
