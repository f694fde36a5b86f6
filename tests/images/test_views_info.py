"""The image information document as it is served, and whether it tells the truth."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile

from tests.images.conftest import draw_card, picture

FEATURES_2 = {
    *("baseUriRedirect", "canonicalLinkHeader", "cors", "jsonldMediaType", "mirroring", "profileLinkHeader"),
    *("regionByPct", "regionByPx", "regionSquare", "rotationArbitrary", "rotationBy90s", "sizeAboveFull"),
    *("sizeByConfinedWh", "sizeByDistortedWh", "sizeByH", "sizeByPct", "sizeByW", "sizeByWh"),
    *("sizeByWhListed", "sizeByForcedWh"),
}

# A request that works if the feature does.
REQUESTS = {
    "baseUriRedirect": "",
    "canonicalLinkHeader": "full/max/0/default.jpg",
    "cors": "info.json",
    "jsonldMediaType": "info.json",
    "mirroring": "full/max/!0/default.jpg",
    "profileLinkHeader": "full/max/0/default.jpg",
    "regionByPct": "pct:10,10,10,10/max/0/default.jpg",
    "regionByPx": "10,10,10,10/max/0/default.jpg",
    "regionSquare": "square/max/0/default.jpg",
    "rotationArbitrary": "full/max/12.5/default.jpg",
    "rotationBy90s": "full/max/90/default.jpg",
    "sizeAboveFull": "full/400,/0/default.jpg",
    "sizeByConfinedWh": "full/!100,100/0/default.jpg",
    "sizeByDistortedWh": "full/100,100/0/default.jpg",
    "sizeByForcedWh": "full/100,100/0/default.jpg",
    "sizeByH": "full/,100/0/default.jpg",
    "sizeByPct": "full/pct:50/0/default.jpg",
    "sizeByW": "full/100,/0/default.jpg",
    "sizeByWh": "full/150,100/0/default.jpg",
    "sizeByWhListed": "full/300,200/0/default.jpg",
    "sizeUpscaling": "full/^400,/0/default.jpg",
}

LEVEL_2 = {
    3: {
        *("baseUriRedirect", "cors", "jsonldMediaType", "regionByPct", "regionByPx", "regionSquare", "rotationBy90s"),
        *("sizeByConfinedWh", "sizeByH", "sizeByPct", "sizeByW", "sizeByWh"),
    },
    2: {
        *("baseUriRedirect", "cors", "jsonldMediaType", "regionByPct", "regionByPx", "rotationBy90s"),
        *("sizeByConfinedWh", "sizeByDistortedWh", "sizeByH", "sizeByPct", "sizeByW", "sizeByWh"),
    },
}


@pytest.fixture
def info(service):
    return service.info("card.png")


@pytest.fixture
def info_2(service):
    return service.info("card.png", version=2)


def beyond(info_2):
    """What version 2 tells beyond the level."""
    return info_2["profile"][1]


def test_the_context_comes_first(info, info_2):
    """I3-160, I2-013."""
    assert next(iter(info.items())) == ("@context", "http://iiif.io/api/image/3/context.json")
    assert next(iter(info_2.items())) == ("@context", "http://iiif.io/api/image/2/context.json")


@pytest.mark.parametrize("version", [2, 3])
def test_every_image_has_a_document(service, version):
    """I3-002, I3-150, I3-210."""
    response = service.get(f"/iiif/{version}/card.png/info.json")
    assert response.status_code == 200
    assert "json" in response["Content-Type"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("id", "http://testserver/iiif/3/card.png", id="I3-161"),
        pytest.param("type", "ImageService3", id="I3-162"),
        pytest.param("protocol", "http://iiif.io/api/image", id="I3-163"),
        pytest.param("profile", "level2", id="I3-164"),
        pytest.param("width", 300, id="I3-165-width"),
        pytest.param("height", 200, id="I3-165-height"),
        pytest.param("maxArea", 50_000_000, id="I3-174"),
        pytest.param("sizes", [{"width": 300, "height": 200}], id="I3-180"),
        pytest.param("tiles", [{"width": 512, "height": 512, "scaleFactors": [1]}], id="I3-187"),
    ],
)
def test_members_of_version_3(info, key, value):
    assert info[key] == value
    assert type(info[key]) is type(value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param("@id", "http://testserver/iiif/2/card.png", id="I2-014-id"),
        pytest.param("protocol", "http://iiif.io/api/image", id="I2-014-protocol"),
        pytest.param("width", 300, id="I2-014-width"),
        pytest.param("height", 200, id="I2-014-height"),
    ],
)
def test_members_of_version_2(info_2, key, value):
    assert info_2[key] == value


def test_members_of_version_2_are_gone_from_version_3(info):
    """I3-166."""
    assert not {"@id", "@type", "attribution", "logo", "license", "supports", "qualities", "formats"} & info.keys()


def test_members_of_version_3_are_not_in_version_2(info_2):
    """I2-014, I2-017, I2-019."""
    assert not {"id", "type", "maxArea", "maxWidth", "extraFeatures"} & info_2.keys()
    assert not {"@context", "@id", "@type"} & beyond(info_2).keys()


def test_the_profile_of_version_2_is_a_list(info_2):
    """I2-016, I2-017."""
    assert info_2["profile"][0] == "http://iiif.io/api/image/2/level2.json"
    assert beyond(info_2)["maxArea"] == 50_000_000


def test_nothing_empty_is_told(info, info_2):
    """I3-168, I2-018."""
    assert not [
        value for value in [*info.values(), *info_2.values(), *beyond(info_2).values()] if value in ([], {}, None)
    ]


def test_features_of_version_2_have_known_names(info_2):
    """I2-034."""
    assert set(beyond(info_2)["supports"]) <= FEATURES_2


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("can_enlarge", [True, False])
def test_every_feature_that_is_told_works(service, endpoints, version, can_enlarge):
    """I3-194, I3-200, I3-201."""
    endpoints(allows_upscaling=can_enlarge)
    info = service.info("card.png", version)
    extra = info["extraFeatures"] if version == 3 else beyond(info)["supports"]
    told = {*extra, *LEVEL_2[version]}
    statuses = {
        name: service.get(f"/iiif/{version}/card.png/{REQUESTS[name]}".rstrip("/")).status_code for name in told
    }
    assert {name for name, status in statuses.items() if status not in {200, 303}} == set()


@pytest.mark.parametrize(("version", "name"), [(2, "sizeAboveFull"), (3, "sizeUpscaling")])
def test_enlarging_is_told_only_where_it_works(service, endpoints, version, name):
    """I3-194, I2-006."""
    assert name in str(service.info("card.png", version))
    endpoints(allows_upscaling=False)
    assert name not in str(service.info("card.png", version))


def test_formats_that_are_told_are_those_that_work(service, info):
    """I3-193, I3-117."""
    told = {"jpg", "png", *info["extraFormats"]}
    asked = {"jpg", "png", "tif", "gif", "webp", "avif", "jp2", "pdf", "bmp", "jxl"}
    works = {name for name in asked if service.get(f"/iiif/3/card.png/full/9,/0/default.{name}").status_code == 200}
    assert works == told


def test_qualities_that_are_told_are_those_that_work(service, info):
    """I3-105, I3-192."""
    assert set(info["extraQualities"]) == {"color", "gray", "bitonal"}


def test_colour_is_not_told_of_a_picture_without_any(service):
    """I3-103."""
    service.draw("gray.png", draw_card().convert("L"))
    assert set(service.info("gray.png")["extraQualities"]) == {"gray", "bitonal"}


def test_the_picture_of_every_size_can_be_had(service, endpoints):
    """I3-071, I2-021."""
    endpoints(tile_size=64)
    for version in (2, 3):
        for size in service.info("card.png", version)["sizes"]:
            wanted = size["width"], size["height"]
            exact = service.get(f"/iiif/{version}/card.png/full/{wanted[0]},{wanted[1]}/0/default.jpg")
            assert picture(exact).size == wanted
            by_width = service.get(f"/iiif/{version}/card.png/full/{wanted[0]},/0/default.jpg")
            assert by_width.status_code == 200


def test_every_size_works_in_every_format_and_quality(service, info_2):
    """I2-023."""
    size = info_2["sizes"][0]
    told = beyond(info_2)
    for last in [f"default.{name}" for name in told["formats"]] + [f"{name}.jpg" for name in told["qualities"]]:
        path = f"/iiif/2/card.png/full/{size['width']},{size['height']}/0/{last}"
        assert service.get(path).status_code == 200, last


def test_the_full_size_is_told_even_where_it_is_not_given_out(service, endpoints):
    """I2-035."""
    endpoints(max_width=100)
    info = service.info("card.png", version=2)
    assert (info["width"], info["height"]) == (300, 200)
    assert service.get("/iiif/2/card.png/full/300,200/0/default.jpg").status_code == 400


def test_no_tile_and_no_scale_factor_is_told_twice(service, endpoints):
    """I3-182, I3-183, I3-184, I2-022."""
    endpoints(tile_size=64)
    tiles = service.info("card.png")["tiles"]
    factors = [factor for tile in tiles for factor in tile["scaleFactors"]]
    assert len({(tile["width"], tile["height"]) for tile in tiles}) == len(tiles)
    assert len(set(factors)) == len(factors)


def test_sizes_ascend_one_for_each_scale_factor(service, endpoints):
    """I3-181, I3-185."""
    endpoints(tile_size=64)
    info = service.info("card.png")
    assert [(size["width"], size["height"]) for size in info["sizes"]] == [(38, 25), (75, 50), (150, 100), (300, 200)]
    assert info["tiles"] == [{"width": 64, "height": 64, "scaleFactors": [1, 2, 4, 8]}]


def test_tiles_are_those_of_the_file(service):
    """I3-186."""
    pixels = np.asarray(draw_card((700, 500)))
    tifffile.imwrite(service.folder / "tiled.tif", pixels, tile=(256, 256), photometric="rgb", metadata=None)
    assert service.info("tiled.tif")["tiles"] == [{"width": 256, "height": 256, "scaleFactors": [1, 2, 4]}]


@pytest.mark.parametrize("version", [2, 3])
def test_limits_are_told_and_nothing_above_them(service, endpoints, version):
    """I3-170, I3-173, I3-177, I2-020."""
    endpoints(max_width=200, max_height=100, max_pixels=15_000, tile_size=512)
    info = service.info("card.png", version)
    limits = info if version == 3 else beyond(info)
    assert (limits["maxWidth"], limits["maxHeight"], limits["maxArea"]) == (200, 100, 15_000)
    told = [*info["sizes"], *info["tiles"]]
    assert all(size["width"] <= 200 and size["height"] <= 100 for size in told)
    assert all(size["width"] * size["height"] <= 15_000 for size in told)


@pytest.mark.parametrize("extension", ["jpg", "png", "gif", "tif", "webp", "bmp", "jp2"])
def test_no_pixel_is_decoded_for_an_info(service, monkeypatch, extension):
    def fail(*args, **kwargs):
        raise AssertionError("a pixel was decoded")

    service.draw(f"plain.{extension}")
    monkeypatch.setattr("PIL.Image.Image.load", fail)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", fail)
    assert service.info(f"plain.{extension}")["width"] == 300


def test_the_document_is_told_in_utf_8(service):
    """I3-157."""
    service.draw("地図", format="PNG")
    response = service.get("/iiif/3/%E5%9C%B0%E5%9B%B3/info.json")
    assert not response.content.startswith(b"\xef\xbb\xbf")
    assert response.content.decode("utf-8").startswith("{")


# --- The base URI -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slash", [pytest.param("", id="I3-004"), pytest.param("/", id="I3-005")])
@pytest.mark.parametrize("version", [2, 3])
def test_the_base_uri_leads_to_the_info(service, version, slash):
    """Also I2-032, I3-216."""
    service.draw("a/b c", format="PNG")
    response = service.get(f"/iiif/{version}/a%2Fb%20c{slash}")
    assert response.status_code == 303
    assert response["Location"] == f"http://testserver/iiif/{version}/a%2Fb%20c/info.json"
    assert response.content == b""


def test_the_base_uri_forgets_the_query(service):
    """I3-006."""
    assert service.get("/iiif/3/card.png?x=1")["Location"] == "http://testserver/iiif/3/card.png/info.json"
