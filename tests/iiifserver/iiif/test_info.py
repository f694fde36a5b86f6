from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iiifserver.iiif.features import Capabilities
from iiifserver.iiif.formats import Format
from iiifserver.iiif.geometry import plan
from iiifserver.iiif.info import info_document
from iiifserver.iiif.parsing import parse_image_request
from iiifserver.iiif.paths import parse_path
from iiifserver.iiif.values import ApiVersion, Extent, Level, Limits, Quality, SizeRules, SourceFacts

V2, V3 = ApiVersion.V2, ApiVersion.V3
NO_LIMITS = Limits()
EVERYTHING = Capabilities()
URI = "https://example.org/iiif/a%2Fb"


def facts(width: int = 6000, height: int = 4000, *, has_color: bool = True, tile: Extent | None = None) -> SourceFacts:
    extent = Extent(width, height)
    levels = (Level(extent, tile),) if tile else ()
    return SourceFacts(extent=extent, format_name="tiff", has_color=has_color, has_alpha=False, levels=levels)


def document(
    version: ApiVersion,
    of: SourceFacts | None = None,
    limits: Limits = NO_LIMITS,
    capabilities: Capabilities = EVERYTHING,
    *,
    allows_upscaling: bool = True,
):
    return info_document(
        version,
        uri=URI,
        facts=of or facts(),
        rules=SizeRules(limits=limits, allows_upscaling=allows_upscaling),
        capabilities=capabilities,
    )


def test_version_3_of_a_limited_colour_image():
    """I3-160 to I3-168, I3-170 to I3-174, I3-180 to I3-187, I3-192 to I3-194; the order of keys as well."""
    assert json.dumps(document(V3, limits=Limits(max_width=3000, max_height=2500, max_area=7_000_000))) == json.dumps(
        {
            "@context": "http://iiif.io/api/image/3/context.json",
            "id": URI,
            "type": "ImageService3",
            "protocol": "http://iiif.io/api/image",
            "profile": "level2",
            "width": 6000,
            "height": 4000,
            "maxWidth": 3000,
            "maxHeight": 2500,
            "maxArea": 7_000_000,
            "sizes": [
                {"width": 375, "height": 250},
                {"width": 750, "height": 500},
                {"width": 1500, "height": 1000},
                {"width": 3000, "height": 2000},
            ],
            "tiles": [{"width": 512, "height": 512, "scaleFactors": [1, 2, 4, 8, 16]}],
            "extraQualities": ["color", "gray", "bitonal"],
            "extraFormats": ["gif", "tif", "webp", "avif"],
            "extraFeatures": [
                "canonicalLinkHeader",
                "mirroring",
                "profileLinkHeader",
                "rotationArbitrary",
                "sizeUpscaling",
            ],
        }
    )


def test_version_2_of_a_limited_colour_image():
    """I2-013 to I2-022, I2-034; the order of keys as well."""
    assert json.dumps(document(V2, limits=Limits(max_width=3000))) == json.dumps(
        {
            "@context": "http://iiif.io/api/image/2/context.json",
            "@id": URI,
            "protocol": "http://iiif.io/api/image",
            "width": 6000,
            "height": 4000,
            "sizes": [
                {"width": 375, "height": 250},
                {"width": 750, "height": 500},
                {"width": 1500, "height": 1000},
                {"width": 3000, "height": 2000},
            ],
            "tiles": [{"width": 512, "height": 512, "scaleFactors": [1, 2, 4, 8, 16]}],
            "profile": [
                "http://iiif.io/api/image/2/level2.json",
                {
                    "formats": ["gif", "tif", "webp", "avif"],
                    "qualities": ["color", "gray"],
                    "supports": [
                        "canonicalLinkHeader",
                        "mirroring",
                        "profileLinkHeader",
                        "regionSquare",
                        "rotationArbitrary",
                        "sizeAboveFull",
                        "sizeByForcedWh",
                        "sizeByWhListed",
                    ],
                    "maxWidth": 3000,
                },
            ],
        }
    )


def test_without_limits_there_are_none_to_read():
    assert not {"maxWidth", "maxHeight", "maxArea"} & set(document(V3))
    assert not {"maxWidth", "maxHeight", "maxArea"} & set(document(V2)["profile"][1])


@pytest.mark.parametrize(
    ("limits", "allows_upscaling", "is_named"),
    [
        pytest.param(Limits(max_area=10**6), True, True, id="I3-174-area"),
        pytest.param(Limits(max_width=10**4), True, True, id="I3-174-width"),
        pytest.param(Limits(), True, False, id="I3-174-no-limit"),
        pytest.param(Limits(max_area=10**6), False, False, id="I3-201"),
    ],
)
def test_enlarging_is_named_if_it_works_and_has_a_limit(limits, allows_upscaling, is_named):
    version_3 = document(V3, limits=limits, allows_upscaling=allows_upscaling)
    version_2 = document(V2, limits=limits, allows_upscaling=allows_upscaling)
    assert ("sizeUpscaling" in version_3["extraFeatures"]) is is_named
    assert ("sizeAboveFull" in version_2["profile"][1]["supports"]) is is_named


def test_colour_is_not_listed_for_a_gray_source():
    """I3-103."""
    assert document(V3, facts(has_color=False))["extraQualities"] == ["gray", "bitonal"]
    assert document(V2, facts(has_color=False))["profile"][1]["qualities"] == ["gray"]


def test_empty_lists_are_left_out():
    """I3-168, I2-018."""
    bare = Capabilities(formats=(Format.JPG, Format.PNG))
    assert not {"extraFormats", "preferredFormats"} & set(document(V3, capabilities=bare))
    assert "formats" not in document(V2, capabilities=bare)["profile"][1]


@pytest.mark.parametrize(
    ("capabilities", "level_of_2", "level_of_3"),
    [
        pytest.param(Capabilities(), 2, 2, id="all"),
        pytest.param(Capabilities(formats=(Format.JPG, Format.WEBP)), 1, 1, id="no-png"),
        pytest.param(Capabilities(qualities=(Quality.DEFAULT, Quality.COLOR, Quality.GRAY)), 1, 2, id="no-bitonal"),
        pytest.param(Capabilities(qualities=(Quality.DEFAULT, Quality.COLOR, Quality.BITONAL)), 1, 1, id="no-gray"),
    ],
)
def test_the_level_is_the_highest_whose_promises_are_kept(capabilities, level_of_2, level_of_3):
    """I3-164, I3-200, I2-010, I2-016."""
    version_2 = document(V2, capabilities=capabilities)["profile"][0]
    assert version_2 == f"http://iiif.io/api/image/2/level{level_of_2}.json"
    assert document(V3, capabilities=capabilities)["profile"] == f"level{level_of_3}"


def test_level_1_lists_what_level_2_would_promise():
    """I3-201."""
    features = document(V3, capabilities=Capabilities(formats=(Format.JPG,)))["extraFeatures"]
    assert {"regionByPct", "rotationBy90s", "sizeByConfinedWh", "sizeByPct"} <= set(features)


def test_preferred_formats_keep_their_order():
    """I3-190."""
    preferred = Capabilities(preferred_formats=(Format.WEBP, Format.JPG))
    assert document(V3, capabilities=preferred)["preferredFormats"] == ["webp", "jpg"]


def test_the_stored_tile_is_advertised():
    """I3-186."""
    tiles = document(V3, facts(tile=Extent(256, 256)))["tiles"]
    assert tiles == [{"width": 256, "height": 256, "scaleFactors": [1, 2, 4, 8, 16, 32]}]


def test_an_image_smaller_than_a_tile_has_one_tile_and_its_own_size():
    """I3-187."""
    small = document(V3, facts(30, 20))
    assert small["tiles"] == [{"width": 512, "height": 512, "scaleFactors": [1]}]
    assert small["sizes"] == [{"width": 30, "height": 20}]


def test_sizes_of_the_second_worked_example():
    """Requirements, H.4."""
    assert document(V3, facts(2411, 3372, tile=Extent(1024, 1024)))["sizes"] == [
        {"width": 603, "height": 843},
        {"width": 1206, "height": 1686},
        {"width": 2411, "height": 3372},
    ]


LIMITS = st.one_of(
    st.builds(Limits, max_area=st.none() | st.integers(100, 10**8)),
    st.builds(
        Limits,
        max_width=st.integers(10, 10_000),
        max_height=st.none() | st.integers(10, 10_000),
        max_area=st.none() | st.integers(100, 10**8),
    ),
)
IMAGES = st.builds(
    facts,
    st.integers(1, 20_000),
    st.integers(1, 20_000),
    tile=st.none() | st.builds(Extent, st.integers(100, 1100), st.integers(100, 1100)),
)


@given(st.sampled_from([V2, V3]), IMAGES, LIMITS)
@settings(deadline=None, max_examples=200)
def test_every_listed_size_is_answered_with_exactly_its_pixels(version, image, limits):
    """I3-071, I3-173, I2-020, I2-021."""
    sizes = document(version, image, limits)["sizes"]
    assert sizes
    for size in sizes:
        assert answered(version, image, limits, "full", f"{size['width']},{size['height']}")


@given(st.sampled_from([V2, V3]), IMAGES, LIMITS, st.data())
@settings(deadline=None, max_examples=200)
def test_every_implied_tile_is_answered_with_exactly_its_pixels(version, image, limits, data):
    """I3-072, I3-173."""
    (tile,) = document(version, image, limits)["tiles"]
    factor = data.draw(st.sampled_from(tile["scaleFactors"]))
    x, width, output_width = drawn_span(data, image.extent.width, tile["width"], factor)
    y, height, output_height = drawn_span(data, image.extent.height, tile["height"], factor)
    assert answered(version, image, limits, f"{x},{y},{width},{height}", f"{output_width},{output_height}")


def drawn_span(data: st.DataObject, length: int, tile: int, factor: int) -> tuple[int, int, int]:
    """Where one tile starts, how many pixels it covers and how many it has (requirements, H.1)."""
    count = -(-length // (tile * factor))
    start = data.draw(st.integers(0, count - 1)) * tile * factor
    return start, min(tile * factor, length - start), min(tile, -(-(length - start) // factor))


def answered(version: ApiVersion, image: SourceFacts, limits: Limits, region: str, size: str) -> bool:
    request = parse_image_request(version, parse_path(f"scan/{region}/{size}/0/default.jpg"))
    output = plan(request, image, SizeRules(limits=limits, allows_upscaling=False)).size
    return f"{output.width},{output.height}" == size
