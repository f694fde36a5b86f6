"""Seeded random fields: the same clouds on every machine."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Most fields are float32; a few steps on the way widen them.
Field = NDArray[np.floating[Any]]


def fractal(shape: tuple[int, int], exponent: float, seed: int, *, longest_wave: float = 1.0) -> Field:
    """Noise of mean 0 and deviation 1 whose power falls with the frequency; waves no longer than given (1 = height)."""
    rows, columns = shape
    across = np.fft.rfftfreq(columns, 1 / columns) * rows / columns
    down = np.fft.fftfreq(rows, 1 / rows)
    frequency = np.hypot(down[:, None], across[None, :])
    amplitude = np.maximum(frequency, 1 / longest_wave) ** -exponent
    amplitude[frequency < 1 / longest_wave] = 0
    phase = np.random.default_rng(seed).uniform(0, 2 * np.pi, amplitude.shape)
    field = np.fft.irfft2(amplitude * np.exp(1j * phase), s=shape)
    return np.asarray((field - field.mean()) / field.std(), np.float32)


def ridged(shape: tuple[int, int], exponent: float, seed: int, *, longest_wave: float = 1.0) -> Field:
    """Sharp crests of height 1 that fall off on both sides, as mountain chains do."""
    return np.asarray(1 - np.minimum(np.abs(fractal(shape, exponent, seed, longest_wave=longest_wave)), 1), np.float32)


def repeated(tile: Field, shape: tuple[int, int]) -> Field:
    """A field of the given shape laid with copies of a fractal, which joins without seams."""
    rows, columns = shape
    return np.tile(tile, (-(-rows // tile.shape[0]), -(-columns // tile.shape[1])))[:rows, :columns]


def resized(field: Field, shape: tuple[int, int]) -> Field:
    """The same field on a finer or coarser grid, without steps."""
    rows, columns = shape
    return np.asarray(Image.fromarray(field).resize((columns, rows), Image.Resampling.BICUBIC))


def softened(field: Field, rounds: int = 1) -> Field:
    """The field with each cell averaged with its neighbours, so many times."""
    for _ in range(rounds):
        for axis in (0, 1):
            field = (np.roll(field, 1, axis) + 2 * field + np.roll(field, -1, axis)) / 4
    return field
