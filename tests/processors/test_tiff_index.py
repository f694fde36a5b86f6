from __future__ import annotations

import gc
import io
import tracemalloc

import numpy as np
import pytest

from iiifserver.iiif.values import Extent
from processors.tiff_index import is_smaller_version, read_index
from tests.processors.backends.tiffs import tiff


@pytest.mark.parametrize(
    ("extent", "is_so"),
    [
        (Extent(1206, 1686), True),
        (Extent(1205, 1686), True),
        (Extent(603, 843), True),
        (Extent(1, 1), True),
        (Extent(2411, 3372), False),
        (Extent(1206, 1206), False),
        (Extent(1206, 1600), False),
    ],
)
def test_a_smaller_version_has_the_same_proportions(extent: Extent, is_so: bool):
    full = Extent(2411, 3372)
    assert is_smaller_version(extent, full, full) is is_so


def test_an_index_keeps_little_more_than_two_numbers_for_each_tile():
    content = tiff(np.zeros((4096, 4096), np.uint8), tile=(16, 16), compression="packbits", photometric="minisblack")
    tracemalloc.start()
    index = read_index(io.BytesIO(content))
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    level = index.levels[0]
    assert kept < 20 * level.columns * level.rows
