"""The lists of what is asked for."""

from __future__ import annotations

import pytest

from bench.engine import requested
from bench.paths import HEIGHT, TIFF, TILE, WIDTH, steps, tiles
from iiifserver.iiif.parameters import ExactSize


@pytest.mark.parametrize(("factor", "count"), [(1, 17 * 11), (2, 8 * 5)])
def test_tiles_are_whole_and_all_different(factor, count):
    requests = [requested(path) for path in tiles(TIFF, factor)]
    regions = {request.region for request in requests}
    assert len(regions) == len(requests) == count
    assert all(region.x + region.width <= WIDTH and region.y + region.height <= HEIGHT for region in regions)
    assert {request.size for request in requests} == {ExactSize(TILE, TILE)}


def test_the_order_is_the_same_in_every_run():
    assert tiles(TIFF, 1) == tiles(TIFF, 1) != sorted(tiles(TIFF, 1))


def test_every_step_of_the_table_has_a_name_of_its_own():
    assert len({step.name for step in steps()}) == len(steps()) == 10


def test_every_picture_is_asked_for_in_good_syntax():
    assert all(requested(path) for step in steps() if step.makes_pictures for path in step.paths)
