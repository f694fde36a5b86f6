"""What info.json promises, over all images: each size and each tile that follows from it is answered to the pixel."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iiifserver.testing.drawing import drawn
from tests.images.conftest import picture
from tests.images.requirements import named

VERSIONS = st.sampled_from([2, 3])
EDGES = st.integers(1, 700)
TILE_SIZES = st.sampled_from([64, 100, 256, 512])
FEW = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])

PYRAMID = "deep-zoom.tif"
CODEC_TOLERANCE = 6.0
"""The mean difference of a channel, of 255: two answers are decoded and scaled from JPEG tiles, each by itself."""


@pytest.fixture
def image(service):
    """Draws an image of this size, and gives its identifier."""

    def draw(width, height):
        name = f"{width}x{height}.png"
        if not (service.folder / name).exists():
            service.draw(name, drawn(width, height))
        return name

    return draw


def tiles_of(info):
    """Every tile as region and size: the arithmetic of the implementation notes (requirements, H.1)."""
    whole_width, whole_height = info["width"], info["height"]
    for tile in info["tiles"]:
        for factor in tile["scaleFactors"]:
            step_x, step_y = tile["width"] * factor, tile.get("height", tile["width"]) * factor
            for x in range(0, whole_width, step_x):
                for y in range(0, whole_height, step_y):
                    width, height = min(step_x, whole_width - x), min(step_y, whole_height - y)
                    yield (x, y, width, height), (-(-width // factor), -(-height // factor))


def path_of(version, identifier, region, size):
    return f"/iiif/{version}/{identifier}/{','.join(map(str, region))}/{size[0]},{size[1]}/0/default.png"


@FEW
@given(version=VERSIONS, width=EDGES, height=EDGES, tile_size=TILE_SIZES)
def test_every_size_has_exactly_its_pixels(service, endpoints, image, version, width, height, tile_size):
    """I3-071, I2-021."""
    endpoints(tile_size=tile_size)
    identifier = image(width, height)
    sizes = [(size["width"], size["height"]) for size in service.info(identifier, version)["sizes"]]
    assert sizes[-1] == (width, height)
    for size in sizes:
        answer = service.get(f"/iiif/{version}/{identifier}/full/{size[0]},{size[1]}/0/default.png")
        assert picture(answer).size == size


@FEW
@given(version=VERSIONS, width=EDGES, height=EDGES, tile_size=TILE_SIZES, data=st.data())
def test_every_tile_has_exactly_its_pixels(service, endpoints, image, version, width, height, tile_size, data):
    """I3-072; as many tiles as there is time for, and the last of each scale factor always."""
    endpoints(tile_size=tile_size)
    identifier = image(width, height)
    tiles = list(tiles_of(service.info(identifier, version)))
    drawn_tiles = data.draw(st.lists(st.sampled_from(tiles), max_size=5))
    for region, size in [*drawn_tiles, tiles[-1]]:
        assert picture(service.get(path_of(version, identifier, region, size))).size == size


REGIONS = st.one_of(
    st.sampled_from(["full", "square"]),
    st.tuples(*[st.integers(0, 120)] * 4).map(lambda numbers: ",".join(map(str, numbers))),
    st.tuples(*[st.decimals(0, 110, places=1)] * 4).map(lambda numbers: f"pct:{','.join(map(str, numbers))}"),
)
SIZES = st.one_of(
    st.sampled_from(["max", "^max", "pct:50", "^pct:120"]),
    st.builds("{}{},{}".format, st.sampled_from(["", "!", "^", "^!"]), st.integers(1, 130), st.integers(1, 130)),
)
ROTATIONS = st.sampled_from(["0", "90.0", "!180", "22.50", "360"])


@FEW
@given(region=REGIONS, size=SIZES, rotation=ROTATIONS, quality=st.sampled_from(["default", "color", "gray"]))
def test_whoever_follows_the_canonical_link_gets_the_same(service, endpoints, region, size, rotation, quality):
    """I3-147, through every room of the house."""
    endpoints(max_width=320)
    first = service.get(f"/iiif/3/card.png/{region}/{size}/{rotation}/{quality}.png")
    if first.status_code != 200:
        assert first.status_code == 400
        return
    again = service.get(f"/iiif/3/card.png/{named(first)}")
    assert (again.content, again["ETag"], named(again)) == (first.content, first["ETag"], named(first))


@pytest.fixture
def pyramid(service, drawn_samples):
    os.link(drawn_samples / PYRAMID, service.folder / PYRAMID)
    return service


@settings(FEW, max_examples=8)
@given(data=st.data())
def test_a_region_of_the_whole_is_the_tile(pyramid, data):
    """I3-121: a tile that is handed out as it is stored, and the same part of a larger answer, look the same."""
    info = pyramid.info(PYRAMID)
    edge = info["tiles"][0]["width"]
    factor = data.draw(st.sampled_from(info["tiles"][0]["scaleFactors"][:-1]))
    step = edge * factor
    column = data.draw(st.integers(0, max(0, info["width"] // step - 2)))
    row = data.draw(st.integers(0, max(0, info["height"] // step - 2)))
    x, y = column * step, row * step
    block_width, block_height = min(2 * step, info["width"] - x), min(2 * step, info["height"] - y)
    block_size = -(-block_width // factor), -(-block_height // factor)
    tile_region = x, y, min(step, block_width), min(step, block_height)
    tile_size = -(-tile_region[2] // factor), -(-tile_region[3] // factor)
    block = picture(pyramid.get(path_of(3, PYRAMID, (x, y, block_width, block_height), block_size)))
    tile = picture(pyramid.get(path_of(3, PYRAMID, tile_region, tile_size).replace(".png", ".jpg")))
    part = block.convert("RGB").crop((0, 0, *tile_size))
    distance = np.abs(np.asarray(part, float) - np.asarray(tile.convert("RGB"), float)).mean()
    assert distance < CODEC_TOLERANCE
