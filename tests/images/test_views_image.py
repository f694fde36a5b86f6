"""Image requests that are answered with an image."""

from __future__ import annotations

import pytest
from PIL import Image, features

from tests.images.conftest import BLUE, GREEN, RED, YELLOW, draw_card, picture

WHOLE = "full/max/0/default.png"

# Requirement, parameters, size of the answer; the card has 300 x 200 pixels.
SIZES_3 = [
    ("I3-001", "full/max/0/default.png", (300, 200)),
    ("I3-010", "full/%6Dax/0/d%65fault.png", (300, 200)),
    ("I3-010-exclamation", "full/%2190,90/%210/default.png", (90, 60)),
    ("I3-010-comma", "0%2C0%2C50%2C40/max/0/default.png", (50, 40)),
    ("I3-010-colon", "full/pct%3A50/0/default.png", (150, 100)),
    ("I3-030", "full/max/0/default.png", (300, 200)),
    ("I3-031", "10,20,30,40/max/0/default.png", (30, 40)),
    ("I3-032", "square/max/0/default.png", (200, 200)),
    ("I3-033", "pct:10,20.5,30,40.25/max/0/default.png", (90, 81)),
    ("I3-034", "125,15,200,200/max/0/default.png", (175, 185)),
    ("I3-034-percent", "pct:41.6,7.5,66.6,100/max/0/default.png", (175, 185)),
    ("I3-040", "0,0,99999999999999999999,1/max/0/default.png", (300, 1)),
    ("I3-041", "125,15,200,200/pct:20/0/default.png", (35, 37)),
    ("I3-050", "0,0,10,10/max/0/default.png", (10, 10)),
    ("I3-052", "full/150,/0/default.png", (150, 100)),
    ("I3-054", "full/,50/0/default.png", (75, 50)),
    ("I3-055", "full/pct:33.3/0/default.png", (100, 67)),
    ("I3-057", "full/30,150/0/default.png", (30, 150)),
    ("I3-059", "full/!100,100/0/default.png", (100, 67)),
    ("D-01", "full/!3000,3000/0/default.png", (300, 200)),
    ("I3-060-width", "full/^600,/0/default.png", (600, 400)),
    ("I3-060-height", "full/^,300/0/default.png", (450, 300)),
    ("I3-060-exact", "full/^310,20/0/default.png", (310, 20)),
    ("I3-060-percent", "full/^pct:150/0/default.png", (450, 300)),
    ("I3-061", "full/^!2000,500/0/default.png", (750, 500)),
    ("I3-062", "full/^pct:50/0/default.png", (150, 100)),
    ("I3-070", "0,0,299,100/,33/0/default.png", (99, 33)),
    ("I3-074", "full/300,200/0/default.png", (300, 200)),
    ("D-06", "0,0,300,1/10,/0/default.png", (10, 1)),
    ("I3-080", "full/max/0/default.png", (300, 200)),
    ("I3-081-90", "full/max/90/default.png", (200, 300)),
    ("I3-081-180", "full/max/180/default.png", (300, 200)),
    ("I3-081-270", "full/max/270/default.png", (200, 300)),
    ("I3-082", "full/max/0.5/default.png", (302, 203)),
    ("I3-087", "full/max/22.5/default.png", (354, 300)),
    ("I3-088", "full/max/45/default.png", (354, 354)),
    ("I3-090", "full/max/22.50/default.png", (354, 300)),
    ("I3-131-no-zero", "full/pct:.5/0/default.png", (2, 1)),
    ("I3-131-trailing", "full/pct:50.0/0/default.png", (150, 100)),
    ("I3-131-no-decimals", "full/pct:50./0/default.png", (150, 100)),
    ("I3-120", "125,15,120,140/90,/!345/gray.png", (115, 125)),
]

# The same for version 2.1.1.
SIZES_2 = [
    ("I2-001", "full/full/0/default.png", (300, 200)),
    ("I2-003", "full/max/0/default.png", (300, 200)),
    ("I2-004-width", "full/150,/0/default.png", (150, 100)),
    ("I2-004-height", "full/,100/0/default.png", (150, 100)),
    ("I2-004-percent", "full/pct:50/0/default.png", (150, 100)),
    ("I2-005-exact", "full/150,150/0/default.png", (150, 150)),
    ("I2-005-box", "full/!150,150/0/default.png", (150, 100)),
    ("I2-006", "full/600,/0/default.png", (600, 400)),
    ("I2-006-percent", "full/pct:200/0/default.png", (600, 400)),
    ("I2-006-box", "full/!600,600/0/default.png", (600, 400)),
    ("I2-009", "square/full/0/default.png", (200, 200)),
    ("I2-012", "full/pct:12.34567890123/0/default.png", (37, 25)),
]


def cases(rows):
    return [pytest.param(*row[1:], id=row[0]) for row in rows]


@pytest.mark.parametrize(("parameters", "size"), cases(SIZES_3))
def test_sizes_of_version_3(service, parameters, size):
    width, height = service.image(parameters).size
    assert (width, height) == pytest.approx(size, abs=1 if "!345" in parameters else 0)


@pytest.mark.parametrize(("parameters", "size"), cases(SIZES_2))
def test_sizes_of_version_2(service, parameters, size):
    assert service.image(parameters, version=2).size == size


@pytest.mark.parametrize("caret", ["%5Emax", "^max"])
def test_the_caret_enlarges_as_far_as_the_limits_go(service, endpoints, caret):
    """I3-010, I3-051."""
    endpoints(max_width=450)
    assert service.image(f"full/{caret}/0/default.png").size == (450, 300)


def test_without_upscaling_max_with_a_caret_is_max(service, endpoints):
    """D-05."""
    endpoints(allows_upscaling=False)
    assert service.image("full/^max/0/default.png").size == (300, 200)


@pytest.mark.parametrize("size", ["^pct:50", "^100,", "^,100", "^!100,100", "^300,200"])
def test_a_caret_that_enlarges_nothing_needs_no_upscaling(service, endpoints, size):
    """I3-062."""
    endpoints(allows_upscaling=False)
    assert service.get(f"/iiif/3/card.png/full/{size}/0/default.png").status_code == 200


@pytest.mark.parametrize(
    ("limits", "size"),
    [
        pytest.param({"max_width": 100}, (100, 67), id="I3-050"),
        pytest.param({"max_width": 150, "max_height": 50}, (75, 50), id="I3-172"),
        pytest.param({"max_pixels": 15_000}, (150, 100), id="I3-175"),
        pytest.param({"max_width": 250, "max_height": 250, "max_pixels": 15_000}, (150, 100), id="I3-172-all"),
    ],
)
@pytest.mark.parametrize("form", ["3/card.png/full/max", "3/card.png/full/!300,300", "2/card.png/full/full"])
def test_max_shrinks_to_the_limits(service, endpoints, form, limits, size):
    """I3-050, I3-059, I2-002."""
    endpoints(**limits)
    assert picture(service.get(f"/iiif/{form}/0/default.png")).size == size


def test_a_width_limit_holds_for_both_edges(service, endpoints):
    """I3-171."""
    service.draw("tall.png", draw_card((200, 300)))
    endpoints(max_width=100)
    assert service.image(WHOLE, "tall.png").size == (67, 100)


def test_limits_do_not_hold_for_regions(service, endpoints):
    """I3-176."""
    endpoints(max_width=100)
    assert service.image("0,0,300,200/50,/0/default.png").size == (50, 33)


# The corners of the answer, from the top left, row by row.
CORNERS = [
    ("I3-080", "full/max/0", (RED, GREEN, BLUE, YELLOW)),
    ("I3-081-90", "full/max/90", (BLUE, RED, YELLOW, GREEN)),
    ("I3-081-180", "full/max/180", (YELLOW, BLUE, GREEN, RED)),
    ("I3-081-270", "full/max/270", (GREEN, YELLOW, RED, BLUE)),
    ("I3-083", "full/max/!0", (GREEN, RED, YELLOW, BLUE)),
    ("I3-083-90", "full/max/!90", (YELLOW, GREEN, BLUE, RED)),
    ("I3-086", "full/max/360", (RED, GREEN, BLUE, YELLOW)),
    ("I3-031", "150,0,150,200/max/0", (GREEN, GREEN, YELLOW, YELLOW)),
    ("I3-032", "square/max/0", (RED, GREEN, BLUE, YELLOW)),
    ("I3-033", "pct:50,50,50,50/max/0", (YELLOW,) * 4),
]


@pytest.mark.parametrize(("parameters", "corners"), cases(CORNERS))
def test_what_stands_in_the_corners(service, parameters, corners):
    image = service.image(f"{parameters}/default.png").convert("RGB")
    right, bottom = image.width - 1, image.height - 1
    assert tuple(image.getpixel(at) for at in ((0, 0), (right, 0), (0, bottom), (right, bottom))) == corners


def test_the_corners_of_a_turned_picture_are_transparent(service):
    """I3-089."""
    assert service.image("full/max/45/default.png").convert("RGBA").getpixel((0, 0))[3] == 0


def test_the_corners_of_a_turned_jpeg_are_white(service):
    """I3-089."""
    assert min(service.image("full/max/45/default.jpg").getpixel((0, 0))) > 250


def test_coordinates_are_those_of_the_upright_picture(service):
    """I3-042."""
    exif = Image.Exif()
    exif[0x0112] = 6
    service.draw("turned.jpg", draw_card(), exif=exif, quality=95)
    info = service.info("turned.jpg")
    assert (info["width"], info["height"]) == (200, 300)
    top_left = service.image("0,0,100,100/max/0/default.png", "turned.jpg").getpixel((50, 50))
    assert top_left == pytest.approx(BLUE, abs=12)


# --- Quality and format -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quality", "mode"),
    [
        pytest.param("default", "RGB", id="I3-100"),
        pytest.param("color", "RGB", id="I3-101-color"),
        pytest.param("gray", "L", id="I3-101-gray"),
        pytest.param("bitonal", "L", id="I3-104"),
    ],
)
@pytest.mark.parametrize("version", [2, 3])
def test_qualities(service, version, quality, mode):
    """Also I2-010."""
    assert service.image(f"full/max/0/{quality}.jpg", version=version).mode == mode


def test_bitonal_is_black_and_white(service):
    """I3-104."""
    colours = service.image("full/max/0/bitonal.png").convert("L").getcolors()
    assert {colour for _, colour in colours} == {0, 255}


def test_gray_has_many_levels(service):
    """I3-107."""
    service.draw("ramp.png", Image.linear_gradient("L").convert("RGB"))
    assert len(service.image("full/max/0/gray.png", "ramp.png").getcolors()) == 256


@pytest.mark.parametrize("quality", ["color", "gray", "bitonal"])
def test_qualities_of_a_picture_without_colour(service, quality):
    """I3-102."""
    service.draw("gray.png", draw_card().convert("L"))
    assert service.image(f"full/max/0/{quality}.jpg", "gray.png").mode == "L"


@pytest.mark.parametrize(
    ("extension", "media_type", "name"),
    [
        pytest.param("jpg", "image/jpeg", "JPEG", id="I3-110"),
        pytest.param("png", "image/png", "PNG", id="I3-111"),
        pytest.param("tif", "image/tiff", "TIFF", id="I3-112-tif"),
        pytest.param("gif", "image/gif", "GIF", id="I3-112-gif"),
        pytest.param("webp", "image/webp", "WEBP", id="I3-112-webp"),
        pytest.param(
            "avif",
            "image/avif",
            "AVIF",
            id="I3-116",
            marks=pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF"),
        ),
    ],
)
@pytest.mark.parametrize("version", [2, 3])
def test_formats(service, version, extension, media_type, name):
    """Also I2-011, I3-116, I3-210."""
    response = service.get(f"/iiif/{version}/card.png/full/90,/0/default.{extension}")
    assert response["Content-Type"] == media_type
    assert picture(response).format == name


def test_the_extension_decides_and_not_the_accept_header(service):
    """I3-114."""
    response = service.get("/iiif/3/card.png/full/max/0/default.jpg", Accept="image/webp")
    assert response["Content-Type"] == "image/jpeg"


def test_a_jpeg_of_something_transparent_has_a_background(service):
    """I3-118."""
    service.draw("glass.png", Image.new("RGBA", (20, 20), (255, 0, 0, 0)))
    assert service.image("full/max/0/default.jpg", "glass.png").getpixel((9, 9)) == (255, 255, 255)


# --- Tiles of real viewers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [1, 2, 4])
@pytest.mark.parametrize("version", [2, 3])
def test_the_last_tile_has_the_size_that_viewers_reckon_with(service, endpoints, version, factor):
    """I3-072, section H.1: level sizes are rounded up."""
    endpoints(tile_size=64)
    service.draw("odd.png", draw_card((283, 197)))
    left, top = ((length - 1) // (64 * factor) * 64 * factor for length in (283, 197))
    size = (-(-(283 - left) // factor), -(-(197 - top) // factor))
    region = f"{left},{top},{64 * factor},{64 * factor}"
    assert service.image(f"{region}/{size[0]},{size[1]}/0/default.jpg", "odd.png", version).size == size
