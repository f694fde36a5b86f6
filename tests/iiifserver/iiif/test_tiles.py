from __future__ import annotations

import pytest

from iiifserver.iiif.geometry import plan, resolve_size
from iiifserver.iiif.parameters import WidthSize
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import parse_path
from iiifserver.iiif.pyramid import Pyramid, scale_factors, tile_extent
from iiifserver.iiif.values import (
    ApiVersion,
    Extent,
    Level,
    Limits,
    SizeRules,
    SourceFacts,
)


def facts(width: int, height: int, levels: tuple[Level, ...] = ()) -> SourceFacts:
    return SourceFacts(extent=Extent(width, height), format_name="tiff", has_color=True, has_alpha=False, levels=levels)


@pytest.mark.parametrize(
    ("image", "tile", "factor", "column", "row", "region", "output"),
    [
        ((6000, 4000), 512, 1, 11, 7, "5632,3584,368,416", "368,416"),
        ((6000, 4000), 512, 4, 2, 1, "4096,2048,1904,1952", "476,488"),
        ((6000, 4000), 512, 16, 0, 0, "0,0,6000,4000", "375,250"),
        ((5117, 3467), 1024, 4, 1, 0, "4096,0,1021,3467", "256,867"),
        ((2411, 3372), 1024, 2, 1, 0, "2048,0,363,2048", "182,1024"),
        ((2049, 1500), 512, 2, 2, 0, "2048,0,1,1024", "1,512"),
        ((20000, 10), 512, 32, 0, 0, "0,0,16384,10", "512,1"),
        ((11558, 11081), 256, 8, 5, 5, "10240,10240,1318,841", "165,106"),
        ((12345, 6789), 512, 8, 3, 1, "12288,4096,57,2693", "8,337"),
        ((513, 513), 512, 1, 1, 1, "512,512,1,1", "1,1"),
        ((400, 4000), 512, 1, 0, 0, "0,0,400,512", "400,512"),
    ],
    ids=range(1, 12),
)
@pytest.mark.parametrize("version", ApiVersion)
def test_worked_tiles(version, image, tile, factor, column, row, region, output):
    """Requirements, H.2; the request is the one that the implementation notes derive."""
    assert tile_request(Extent(*image), Extent(tile, tile), factor, column, row) == (region, output)
    request = parse_image_request(version, parse_path(f"scan/{region}/{output}/0/color.jpg"))
    assert plan(request, facts(*image), SizeRules()).size == Extent(*map(int, output.split(",")))


@pytest.mark.parametrize(
    ("region", "width", "height"),
    [
        ((368, 416), 368, 416),
        ((1904, 1952), 476, 488),
        ((6000, 4000), 375, 250),
        ((1021, 3467), 256, 869),
        ((363, 2048), 182, 1027),
        ((1, 1024), 1, 1024),
        ((16384, 10), 512, 1),
        ((1318, 841), 165, 105),
        ((57, 2693), 8, 378),
        ((1, 1), 1, 1),
        ((400, 512), 400, 512),
    ],
    ids=range(1, 12),
)
def test_worked_tiles_by_width_alone(region, width, height):
    """Requirements, H.2: the height that follows from `w,`."""
    assert resolve_size(WidthSize(width), Extent(*region), ApiVersion.V2, SizeRules()) == Extent(width, height)


def tile_request(image: Extent, tile: Extent, factor: int, column: int, row: int) -> tuple[str, str]:
    """Requirements, H.1."""
    x, y = column * tile.width * factor, row * tile.height * factor
    region = (x, y, min(tile.width * factor, image.width - x), min(tile.height * factor, image.height - y))
    width = min(tile.width, -(-(image.width - x) // factor))
    height = min(tile.height, -(-(image.height - y) // factor))
    return ",".join(map(str, region)), f"{width},{height}"


def test_scale_factors_go_on_until_one_tile_is_enough():
    """I3-185, H.4."""
    assert scale_factors(Extent(6000, 4000), Extent(512, 512)) == (1, 2, 4, 8, 16)
    assert scale_factors(Extent(2411, 3372), Extent(1024, 1024)) == (1, 2, 4)
    assert scale_factors(Extent(512, 512), Extent(512, 512)) == (1,)


@pytest.mark.parametrize(
    ("tile", "levels"),
    [
        (512, [(6000, 4000), (3000, 2000), (1500, 1000), (750, 500), (375, 250)]),
        (1024, [(2411, 3372), (1206, 1686), (603, 843)]),
    ],
)
def test_levels_are_rounded_up(tile, levels):
    """D-10; the worked examples of H.4."""
    whole = Extent(*levels[0])
    pyramid = Pyramid(whole, Extent(tile, tile), scale_factors(whole, Extent(tile, tile)))
    assert pyramid.levels == tuple(Extent(*level) for level in levels)


@pytest.mark.parametrize(
    ("stored", "limits", "tile"),
    [
        pytest.param(None, Limits(), Extent(512, 512), id="not-tiled"),
        pytest.param(Extent(256, 256), Limits(), Extent(256, 256), id="stored"),
        pytest.param(Extent(1024, 128), Limits(), Extent(1024, 128), id="not-square"),
        pytest.param(Extent(6000, 16), Limits(), Extent(512, 512), id="strips"),
        pytest.param(Extent(64, 64), Limits(), Extent(512, 512), id="too-small"),
        pytest.param(Extent(2048, 2048), Limits(), Extent(512, 512), id="too-large"),
        pytest.param(Extent(1024, 1024), Limits(max_width=1000), Extent(1000, 1000), id="edge-limit"),
        pytest.param(None, Limits(max_area=10_000), Extent(100, 100), id="area-limit"),
    ],
)
def test_the_advertised_tile_is_the_stored_one_where_that_is_sensible(stored, limits, tile):
    """I3-173, I3-186."""
    levels = (Level(Extent(6000, 4000), stored),) if stored else ()
    assert tile_extent(facts(6000, 4000, levels), Extent(512, 512), limits) == tile
