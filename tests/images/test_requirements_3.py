"""The requirements of the Image API 3.0, one row under each number, to be read beside the list (section A)."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops

from tests.images.conftest import BLUE, GREEN, RED, YELLOW, draw_card, picture
from tests.images.requirements import (
    Elsewhere,
    answered,
    canonical,
    documented,
    drawn,
    given,
    header,
    named,
    numbered,
    same,
    where,
)

BASE = "http://testserver/iiif/3/card.png"
CONTEXT = "http://iiif.io/api/image/3/context.json"
IMAGE = "/iiif/3/card.png/full/max/0/default.jpg"
INFO = "/iiif/3/card.png/info.json"
JSON_LD = f'application/ld+json;profile="{CONTEXT}"'

IDENTIFIERS = "tests/images/test_identifiers.py"
RESPONSES = "tests/images/test_responses.py"
VIEWS_INFO = "tests/images/test_views_info.py"
PURE_INFO = "tests/iiifserver/iiif/test_info.py"
ERRORS = "tests/images/test_views_errors.py"


def ok(*requests):
    return answered(3, 200, *requests)


def bad(*requests):
    return answered(3, 400, *requests)


def sized(requests, within=0):
    return given(3, requests, within)


def info(is_right, identifier="card.png"):
    return documented(3, is_right, identifier)


def told(name, value):
    return info(lambda document: document.get(name) == value)


def identifier(sent, name):
    return drawn(ok(f"/iiif/3/{sent}/info.json", f"/iiif/3/{sent}/full/10,/0/default.jpg"), name, draw_card)


def gray_card():
    return draw_card().convert("L")


def leads_to_info(path):
    def check(service):
        answer = service.get(path)
        assert (answer.status_code, answer["Location"], answer.content) == (303, f"{BASE}/info.json", b"")
        assert answer["Access-Control-Allow-Origin"] == "*"

    return check


def corners(**wanted):
    """The colours of an answer from the top left, row by row."""

    def check(service):
        for rotation, colours in wanted.items():
            image = service.image(f"full/max/{rotation.replace('mirrored_', '!').strip('_')}/default.png").convert(
                "RGB"
            )
            right, bottom = image.width - 1, image.height - 1
            seen = [image.getpixel(at) for at in ((0, 0), (right, 0), (0, bottom), (right, bottom))]
            assert seen == list(colours), rotation

    return check


def of_kind(**media_types):
    def check(service):
        for extension, media_type in media_types.items():
            answer = service.get(f"/iiif/3/card.png/full/30,/0/default.{extension}")
            assert (answer.status_code, answer["Content-Type"]) == (200, media_type)
            assert picture(answer).size == (30, 20)

    return check


def mode(quality, wanted, name="card.png"):
    def check(service):
        assert service.image(f"full/max/0/{quality}.jpg", name).mode == wanted

    return check


def is_black_and_white(service):
    shades = service.image("full/max/0/bitonal.png").convert("L").getcolors()
    assert {shade for _, shade in shades} == {0, 255}


def has_transparent_corners(service):
    assert service.image("full/max/45/default.png").convert("RGBA").getpixel((0, 0))[3] == 0


def composes(service):
    """Against the same steps by hand."""
    seen = service.image("150,20,100,80/50,/!90/gray.png").convert("L")
    by_hand = draw_card().crop((150, 20, 250, 100)).resize((50, 40)).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    by_hand = by_hand.transpose(Image.Transpose.ROTATE_270).convert("L")
    assert seen.size == by_hand.size
    assert ImageChops.difference(seen, by_hand).getextrema()[1] < 40


def canonical_is_itself(service):
    for request in ("pct:10,10,50,50/!33,33/22.50/color.jpg", "square/,7/!0/gray.png", "full/^400,/360/default.jpg"):
        first = service.get(f"/iiif/3/card.png/{request}")
        path = named(first)
        again = service.get(f"/iiif/3/card.png/{path}")
        assert (again.content, named(again)) == (first.content, path)


def same_body_in_every_type(service):
    bodies = {service.get(INFO, accept=accept).content for accept in ("application/json", "application/ld+json", "*/*")}
    assert len(bodies) == 1
    assert not next(iter(bodies)).startswith(b"\xef\xbb\xbf")


def every_size_works(service):
    for size in service.info("card.png")["sizes"]:
        wanted = size["width"], size["height"]
        assert service.image(f"full/{wanted[0]},{wanted[1]}/0/default.jpg").size == wanted


def everything_extra_works(service):
    document = service.info("card.png")
    for extension in document["extraFormats"]:
        assert service.get(f"/iiif/3/card.png/full/50,/0/default.{extension}").status_code == 200, extension
    for quality in document["extraQualities"]:
        assert service.get(f"/iiif/3/card.png/full/50,/0/{quality}.jpg").status_code == 200, quality


def open_to_all(*paths):
    def check(service):
        for path in paths:
            answer = service.get(path)
            assert answer.get("Access-Control-Allow-Origin") == "*", f"{answer.status_code} {path}"

    return check


def head_is_like_get(service):
    for path in (IMAGE, INFO, "/iiif/3/card.png", "/iiif/3/nothing/info.json"):
        got, head = service.get(path), service.ask("HEAD", path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        for name in ("Content-Type", "Content-Length", "Link", "ETag", "Access-Control-Allow-Origin"):
            assert head.get(name) == got.get(name), f"{name} of {path}"


def preflight(service):
    answer = service.ask("OPTIONS", IMAGE, origin="https://x.example", access_control_request_method="GET")
    assert answer.status_code in {200, 204}
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert {"GET", "HEAD", "OPTIONS"} <= set(answer["Access-Control-Allow-Methods"].replace(" ", "").split(","))
    assert "authorization" in answer["Access-Control-Allow-Headers"].lower()
    assert int(answer["Access-Control-Max-Age"]) > 0


def not_modified(service):
    for path in (IMAGE, INFO):
        first = service.get(path)
        again = service.get(path, if_none_match=first["ETag"])
        assert (again.status_code, again["Access-Control-Allow-Origin"]) == (304, "*")


def is_the_image_itself(service):
    assert Image.open(io.BytesIO(service.get(IMAGE).content)).format == "JPEG"
    assert service.get(INFO)["Content-Type"].startswith("application/")


def plain_errors(service):
    for request in ("nothing/info.json", "card.png/full/0,/0/default.jpg"):
        answer = service.get(f"/iiif/3/{request}")
        assert answer["Content-Type"].startswith("text/plain")
        assert answer["Cache-Control"] == "no-store"
        assert b"/home" not in answer.content
        assert b"Traceback" not in answer.content


def no_other_method(service):
    answer = service.ask("POST", IMAGE)
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]


def one_link(service):
    link = service.get(IMAGE)["Link"]
    assert (
        link
        == f'<http://iiif.io/api/image/3/level2.json>;rel="profile",<{BASE}/full/max/0/default.jpg>;rel="canonical"'
    )


TABLE = {
    # A.1 URI structure, encoding, identifiers
    "I3-001": ("image request", [header(IMAGE, "Content-Type", "image/jpeg"), ok("full/max/0/default.png")]),
    "I3-002": ("information request", [ok(INFO)]),
    "I3-003": ("id is the base URI of the request", [told("id", BASE)]),
    "I3-004": ("base URI: 303 to info.json", [leads_to_info("/iiif/3/card.png")]),
    "I3-005": ("base URI with a slash: the same", [leads_to_info("/iiif/3/card.png/")]),
    "I3-006": ("queries change nothing", [same(3, IMAGE, f"{IMAGE}?size=10&x")]),
    "I3-007": (
        "any identifier, encoded",
        [
            identifier("ark:%2F12025%2F654xz321", "ark:/12025/654xz321"),
            identifier("urn:foo:a123,456", "urn:foo:a123,456"),
            identifier("https:%2Fexample.com%2F%3F54%23a", "https:/example.com/?54#a"),
        ],
    ),
    "I3-008": (
        "split first, decode once",
        [identifier("a%2Fb", "a/b"), answered(3, 404, "/iiif/3/a%252Fb/info.json"), identifier("a%252Fb", "a%2Fb")],
    ),
    "I3-009": (
        "decoded path only: from the right",
        [
            Elsewhere(
                "tests/images/test_addresses.py::test_without_a_raw_path_parameters_are_found_from_the_right",
                "it takes a server that tells no raw path",
            )
        ],
    ),
    "I3-010": (
        "superfluous encoding is harmless",
        [
            same(3, "full/max/0/default.png", "full/%6Dax/0/default.png", "f%75ll/max/%30/default.png"),
            same(3, "full/^max", "full/%5Emax"),
            same(3, "full/!90,90", "full/%2190%2C90"),
            same(3, "full/pct:50", "full/pct%3A50"),
            drawn(
                same(3, "/iiif/3/a-b/full/9,/0/default.jpg", "/iiif/3/a%2Db/full/9,/0/default.jpg"), "a-b", draw_card
            ),
        ],
    ),
    "I3-011": (
        "plus is a plus",
        [identifier("a+b", "a+b"), identifier("a%2Bb", "a+b"), answered(3, 404, "/iiif/3/a%20b/info.json")],
    ),
    "I3-012": (
        "UTF-8, echoed encoded",
        [
            drawn(
                info(lambda document: document["id"].endswith("/caf%C3%A9"), "caf%C3%A9"),
                "café",
                draw_card,
            )
        ],
    ),
    "I3-013": (
        "broken escapes, NUL, control characters",
        [
            answered(
                3, {400, 404}, *(f"/iiif/3/{sent}/info.json" for sent in ("%", "%g1", "%FF", "%00", "%0A", "a%00b"))
            ),
            Elsewhere(f"{IDENTIFIERS}::test_broken_escapes_and_control_characters", "more of them, and of each form"),
        ],
    ),
    "I3-014": (
        "unknown identifier: 404",
        [answered(3, 404, "/iiif/3/no/info.json", "/iiif/3/no/full/max/0/default.jpg", "/iiif/3/no")],
    ),
    "I3-015": (
        "unencoded slash: 404",
        [answered(3, 404, "/iiif/3/a/b/full/max/0/default.jpg", "/iiif/3/a/b/info.json")],
    ),
    "I3-016": ("raw brackets: 400 or 404", [answered(3, {400, 404}, "/iiif/3/[frob]/full/max/0/default.jpg")]),
    "I3-017": (
        "identifiers that look like syntax",
        [identifier(name, name) for name in ("full", "info.json", "max", "0", "default.jpg", "pct:1")],
    ),
    "I3-018": (
        "id keeps the encoding, no slash at its end",
        [drawn(info(lambda document: document["id"] == "http://testserver/iiif/3/a%2Fb", "a%2Fb"), "a/b", draw_card)],
    ),
    "I3-019": (
        "no way out of the sources",
        [
            answered(
                3,
                {400, 404},
                *(
                    f"/iiif/3/{sent}/info.json"
                    for sent in ("..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd", "C:%5Cx", "..%5Cx", "%00")
                ),
            ),
            Elsewhere(
                f"{IDENTIFIERS}::test_an_identifier_that_climbs_is_not_found_and_told_nothing", "with a secret to find"
            ),
        ],
    ),
    "I3-020": ("overlong URI", [answered(3, {400, 414}, f"/iiif/3/{'x' * 9000}/info.json")]),
    "I3-021": (
        "unknown forms: 400 of an image, else 404",
        [bad("full/max/0/default", "/iiif/3/card.png/full/max"), answered(3, 404, "/iiif/3/no/full/max/0/default")],
    ),
    "I3-022": (
        "a substitute for slashes",
        [Elsewhere("tests/images/test_lessons.py::test_a_slash_substitute_stays_in_addresses", "it is a setting")],
    ),
    # A.2 Region
    "I3-030": ("full", [sized({"full": (300, 200)})]),
    "I3-031": ("x,y,w,h", [sized({"10,20,30,40": (30, 40)})]),
    "I3-032": ("square", [sized({"square": (200, 200)})]),
    "I3-033": ("pct", [sized({"pct:10,20.5,30,40.25": (90, 81), "pct:0,0,0.01,0.01": (1, 1)})]),
    "I3-034": ("cut at the edge", [sized({"125,15,200,200": (175, 185), "pct:41.6,7.5,66.6,100": (175, 185)})]),
    "I3-035": ("empty: 400", [bad("0,0,0,10", "0,0,10,0", "pct:0,0,0,10")]),
    "I3-036": ("outside: 400", [bad("300,0,10,10", "0,200,10,10", "pct:100,0,10,10")]),
    "I3-037": ("negative: 400", [bad("-1,0,10,10", "0,-1,10,10", "0,0,-10,10", "pct:-1,0,1,1")]),
    "I3-038": ("no integer: 400", [bad("0.5,0,10,10", "1e3,0,10,10", "+1,0,10,10", "0x10,0,1,1")]),
    "I3-039": (
        "no region: 400",
        [bad("0,0,10", "0,0,10,10,10", ",,,", "%20full", "FULL", "pct:", "PCT:0,0,1,1", "fullx", "")],
    ),
    "I3-040": (
        "huge integers",
        [sized({"0,0,99999999999999999999,1": (300, 1)}), bad("99999999999999999999,0,1,1", f"{'9' * 5000},0,1,1")],
    ),
    "I3-041": (
        "sizes are of the region as cut",
        [sized({"125,15,200,200/max": (175, 185), "125,15,200,200/pct:20": (35, 37)})],
    ),
    "I3-042": (
        "coordinates of the upright picture",
        [
            Elsewhere(
                "tests/images/test_views_image.py::test_coordinates_are_those_of_the_upright_picture", "it takes EXIF"
            )
        ],
    ),
    # A.3 Size
    "I3-050": (
        "max shrinks, never enlarges",
        [sized({"full/max": (300, 200), "0,0,9,9/max": (9, 9)}), where(sized({"full/max": (90, 60)}), max_width=90)],
    ),
    "I3-051": ("^max", [where(sized({"full/^max": (450, 300)}), max_width=450)]),
    "I3-052": ("w,", [sized({"full/150,": (150, 100), "full/300,": (300, 200)})]),
    "I3-053": ("w, enlarging: 400", [bad("full/301,")]),
    "I3-054": (",h", [sized({"full/,50": (75, 50)}), bad("full/,201")]),
    "I3-055": ("pct:n", [sized({"full/pct:50": (150, 100), "full/pct:100": (300, 200)})]),
    "I3-056": ("pct above 100: 400", [bad("full/pct:101", "full/pct:100.01")]),
    "I3-057": ("w,h", [sized({"full/30,150": (30, 150)})]),
    "I3-058": ("w,h with one edge enlarging: 400", [bad("full/301,10", "full/10,201")]),
    "I3-059": ("!w,h", [sized({"full/!90,90": (90, 60), "full/!400,90": (135, 90)})]),
    "I3-060": (
        "^ enlarges",
        [
            sized(
                {
                    "full/^600,": (600, 400),
                    "full/^,300": (450, 300),
                    "full/^310,20": (310, 20),
                    "full/^pct:150": (450, 300),
                }
            )
        ],
    ),
    "I3-061": ("^!w,h", [sized({"full/^!2000,500": (750, 500)})]),
    "I3-062": (
        "^ without need",
        [where(sized({"full/^pct:50": (150, 100), "full/^100,": (100, 67)}), allows_upscaling=False)],
    ),
    "I3-063": (
        "^ without support: 501",
        [where(answered(3, 501, "full/^pct:150", "full/^301,"), allows_upscaling=False)],
    ),
    "I3-064": (
        "^ and wrong syntax: 400",
        [bad(*(f"full/{size}" for size in ("^", "^^max", "^foo", "^pct:x", "max^", ",^240", "!^9,9")))],
    ),
    "I3-065": ("no full", [bad("full/full")]),
    "I3-066": ("nothing: 400", [bad(*(f"full/{size}" for size in ("0,", ",0", "0,0", "!0,0", "pct:0", "^0,")))]),
    "I3-067": ("above the limits: 400", [where(bad("full/101,", "full/10,101", "full/^pct:200"), max_width=100)]),
    "I3-068": (
        "no whole number: 400",
        [bad(*(f"full/{size}" for size in ("10.5,", "-10,", "+10,", "1e2,", "%2010,")))],
    ),
    "I3-069": (
        "no size: 400",
        [
            bad(
                *(
                    f"/iiif/3/card.png/full/{size}/0/default.jpg"
                    for size in ("", ",", "!10,", "!,10", "!", "10", "10,10,10", "pct", "pct:", "undefined,", "NaN,")
                )
            )
        ],
    ),
    "I3-070": ("proportions, half up, at least 1", [sized({"0,0,299,100/,33": (99, 33), "0,0,300,1/10,": (10, 1)})]),
    "I3-071": ("every listed size", [every_size_works]),
    "I3-072": (
        "every tile",
        [
            Elsewhere(
                "tests/images/test_promises.py::test_every_tile_has_exactly_its_pixels", "Hypothesis draws images"
            ),
            Elsewhere(
                "tests/images/test_views_image.py::test_the_last_tile_has_the_size_that_viewers_reckon_with", "H.1"
            ),
        ],
    ),
    "I3-073": ("level 0 owes only what is listed", [where(every_size_works, restricts_to_sizes=True)]),
    "I3-074": (
        "the region's own size is no enlarging",
        [same(3, "full/max", "full/300,200"), sized({"0,0,9,9/9,9": (9, 9)})],
    ),
    # A.4 Rotation
    "I3-080": ("0", [corners(_0=(RED, GREEN, BLUE, YELLOW))]),
    "I3-081": (
        "by 90 degrees clockwise",
        [
            corners(_90=(BLUE, RED, YELLOW, GREEN), _180=(YELLOW, BLUE, GREEN, RED), _270=(GREEN, YELLOW, RED, BLUE)),
            sized({"full/max/90": (200, 300), "full/max/180": (300, 200)}),
        ],
    ),
    "I3-082": ("any angle", [ok("full/max/0.5", "full/max/359.9", "full/max/22.5")]),
    "I3-083": (
        "mirrored first",
        [corners(mirrored_0=(GREEN, RED, YELLOW, BLUE), mirrored_90=(YELLOW, GREEN, BLUE, RED))],
    ),
    "I3-084": ("out of range: 400", [bad(*(f"full/max/{angle}" for angle in ("361", "360.1", "-90", "!-90", "!361")))]),
    "I3-085": (
        "malformed: 400",
        [
            bad(
                *(
                    f"full/max/{angle}/default.jpg"
                    for angle in ("", "!", "!!0", "0!", "90deg", "+90", "1e2", "nan", "inf", "0x5a", "90,")
                )
            )
        ],
    ),
    "I3-086": ("360 is 0", [same(3, "full/max/0", "full/max/360"), canonical(3, {"full/max/360": "full/max/0/"})]),
    "I3-087": (
        "the whole picture is seen",
        [sized({"full/max/22.5": (354, 300), "full/max/45": (354, 354)}, within=1)],
    ),
    "I3-088": ("and no more", [sized({"full/max/22.5": (354, 300), "full/max/0.5": (302, 203)}, within=1)]),
    "I3-089": ("transparent corners", [has_transparent_corners]),
    "I3-090": (
        "lenient decimals",
        [same(3, "full/max/22.5", "full/max/22.50"), canonical(3, {"full/max/22.50": "full/max/22.5/"})],
    ),
    # A.5 Quality
    "I3-100": ("default", [ok("full/max/0/default.jpg")]),
    "I3-101": ("color and gray", [mode("color", "RGB"), mode("gray", "L")]),
    "I3-102": ("color of a gray image", [drawn(mode("color", "L", "gray"), "gray", gray_card)]),
    "I3-103": (
        "color is not listed without colour",
        [drawn(info(lambda document: "color" not in document.get("extraQualities", ()), "gray"), "gray", gray_card)],
    ),
    "I3-104": ("bitonal", [mode("bitonal", "L"), is_black_and_white]),
    "I3-105": (
        "every quality is listed",
        [told("extraQualities", ["color", "gray", "bitonal"]), everything_extra_works],
    ),
    "I3-106": (
        "unknown: 400",
        [bad(*(f"full/max/0/{last}" for last in ("grey.jpg", "native.jpg", "Default.jpg", "foo.jpg", ".jpg")))],
    ),
    "I3-107": (
        "gray is one channel",
        [mode("gray", "L"), Elsewhere("tests/images/test_views_image.py::test_gray_has_many_levels", "256 of them")],
    ),
    # A.6 Format
    "I3-110": ("jpg", [of_kind(jpg="image/jpeg")]),
    "I3-111": ("png", [of_kind(png="image/png")]),
    "I3-112": ("others", [of_kind(tif="image/tiff", gif="image/gif", webp="image/webp")]),
    "I3-113": ("not made: 400", [bad("full/max/0/default.xyz", "full/max/0/default.bmp")]),
    "I3-114": (
        "the extension decides",
        [bad("full/max/0/default"), header(IMAGE, "Content-Type", "image/jpeg", accept="image/webp")],
    ),
    "I3-115": (
        "at the last dot, in small letters",
        [bad(*(f"full/max/0/{last}" for last in ("default.JPG", "default.jpeg", "default.jpg.", ".jpg", "default.")))],
    ),
    "I3-116": ("formats of our own are listed", [everything_extra_works]),
    "I3-117": (
        "every format is listed",
        [
            everything_extra_works,
            Elsewhere(f"{VIEWS_INFO}::test_formats_that_are_told_are_those_that_work", "and no other"),
        ],
    ),
    "I3-118": (
        "colours of every kind of source",
        [
            Elsewhere(
                "tests/images/test_views_image.py::test_a_jpeg_of_something_transparent_has_a_background", "alpha"
            ),
            Elsewhere(
                "tests/processors/test_colour.py::test_a_profile_is_converted_to_srgb",
                "and its neighbours: CMYK, Lab, 16 bits",
            ),
        ],
    ),
    "I3-119": (
        "limits of formats: 400",
        [Elsewhere(f"{ERRORS}::test_more_than_the_format_can_hold_is_refused", "large sizes, made of limits")],
    ),
    # A.7 Order of operations
    "I3-120": (
        "region, size, mirror, rotate, quality",
        [composes, sized({"125,15,120,140/90,/!345": (115, 125)}, within=1)],
    ),
    "I3-121": (
        "shortcuts look the same",
        [Elsewhere("tests/images/test_promises.py::test_a_region_of_the_whole_is_the_tile", "of a pyramid")],
    ),
    # A.8 Numbers
    "I3-130": (
        "digits and a point",
        [bad("full/pct:1e1", "full/pct:+5", "full/pct:5,0", "full/pct:1_0", "full/pct:-5")],
    ),
    "I3-131": (
        "lenient decimals",
        [same(3, "full/pct:50", "full/pct:50.", "full/pct:50.0", "full/pct:050"), sized({"full/pct:.5": (2, 1)})],
    ),
    "I3-132": (
        "ASCII digits",
        [bad("pct:%D9%A5,0,10,10", "full/1_0,", "full/%D9%A5,", "full/pct:nan", "full/pct:inf")],
    ),
    "I3-133": ("rounding is our own", [sized({"full/pct:50.5": (152, 101), "0,0,5,5/pct:50": (3, 3)})]),
    # A.9 Canonical URI
    "I3-140": (
        "region",
        [
            canonical(
                3,
                {
                    "0,0,300,200": "full/",
                    "pct:0,0,100,100": "full/",
                    "pct:50,50,50,50": "150,100,150,100/",
                    "square": "50,0,200,200/",
                },
            )
        ],
    ),
    "I3-141": (
        "size",
        [
            canonical(3, {"full/300,": "full/max/", "full/pct:50": "full/150,100/", "full/^310,20": "full/^310,20/"}),
            where(canonical(3, {"full/^450,": "full/^max/"}), max_width=450),
        ],
    ),
    "I3-142": ("rotation", [canonical(3, {"full/max/090": "full/max/90/", "full/max/!0.0": "full/max/!0/"})]),
    "I3-143": (
        "quality",
        [
            canonical(
                3, {"full/max/0/color.jpg": "full/max/0/default.jpg", "full/max/0/gray.jpg": "full/max/0/gray.jpg"}
            )
        ],
    ),
    "I3-144": ("format", [canonical(3, {"full/max/0/default.webp": "full/max/0/default.webp"})]),
    "I3-145": ("the Link header", [one_link]),
    "I3-146": ("no redirect to the canonical URI", [ok("0,0,300,200/pct:50")]),
    "I3-147": (
        "canonical of the canonical",
        [
            canonical_is_itself,
            Elsewhere(
                "tests/iiifserver/iiif/test_canonical.py::"
                "test_the_canonical_request_asks_for_the_same_picture_and_is_its_own_canonical_form",
                "of any request",
            ),
        ],
    ),
    # A.10 Negotiation
    "I3-150": ("info.json of every image", [ok(INFO)]),
    "I3-151": (
        "JSON-LD by default",
        [header(INFO, "Content-Type", JSON_LD), header(INFO, "Content-Type", JSON_LD, accept="*/*")],
    ),
    "I3-152": (
        "Accept",
        [
            header(INFO, "Content-Type", "application/json", accept="application/json"),
            header(INFO, "Content-Type", JSON_LD, accept=JSON_LD),
            header(INFO, "Content-Type", "application/json", accept="application/ld+json;q=0, */*"),
        ],
    ),
    "I3-153": ("JSON-LD on request", [header(INFO, "Content-Type", JSON_LD, accept="application/ld+json")]),
    "I3-154": ("else JSON", [header(INFO, "Content-Type", "application/json", accept="application/json;q=0.5")]),
    "I3-155": ("Vary", [header(INFO, "Vary", "Accept, Accept-Encoding")]),
    "I3-156": ("never 406", [answered(3, 200, INFO, accept="text/html"), answered(3, 200, INFO, accept="image/*")]),
    "I3-157": ("one body", [same_body_in_every_type]),
    "I3-158": ("compressed", [header(INFO, "Content-Encoding", "gzip", accept_encoding="gzip")]),
    # A.11 Core properties
    "I3-160": (
        "@context, first",
        [told("@context", CONTEXT), info(lambda document: next(iter(document)) == "@context")],
    ),
    "I3-161": ("id", [told("id", BASE)]),
    "I3-162": ("type", [told("type", "ImageService3")]),
    "I3-163": ("protocol", [told("protocol", "http://iiif.io/api/image")]),
    "I3-164": ("profile", [told("profile", "level2"), where(told("profile", "level0"), restricts_to_sizes=True)]),
    "I3-165": ("width and height", [told("width", 300), told("height", 200)]),
    "I3-166": (
        "no words of version 2",
        [
            info(
                lambda document: (
                    not {"@id", "@type", "attribution", "logo", "license", "supports", "qualities", "formats"}
                    & set(document)
                )
            )
        ],
    ),
    "I3-167": (
        "contexts of extensions come before",
        [
            Elsewhere(
                "tests/iiifserver/iiif/test_description.py::test_services_bring_their_contexts",
                "where a service has one",
            )
        ],
    ),
    "I3-168": ("nothing empty", [info(lambda document: all(value not in ([], {}, "") for value in document.values()))]),
    # A.12 Limits
    "I3-170": (
        "maxHeight only with maxWidth",
        [
            Elsewhere(
                "tests/iiifserver/iiif/test_sizes.py::test_a_height_limit_needs_a_width_limit", "nothing else can be"
            )
        ],
    ),
    "I3-171": (
        "maxWidth for both edges",
        [
            drawn(
                where(sized({"/iiif/3/tall/full/max/0/default.png": (67, 100)}), max_width=100),
                "tall",
                lambda: draw_card((200, 300)),
            )
        ],
    ),
    "I3-172": (
        "each limit holds",
        [
            where(sized({"full/max": (75, 50)}), max_width=150, max_height=50),
            where(sized({"full/max": (150, 100)}), max_width=250, max_height=None, max_pixels=15_000),
        ],
    ),
    "I3-173": (
        "nothing above them is listed",
        [
            where(
                info(
                    lambda document: all(
                        max(size.values()) <= 100
                        for size in document["sizes"] + [{"width": tile["width"]} for tile in document["tiles"]]
                    )
                ),
                max_width=100,
            )
        ],
    ),
    "I3-174": (
        "enlarging needs a limit",
        [
            info(
                lambda document: (
                    "sizeUpscaling" in document["extraFeatures"] and {"maxWidth", "maxArea"} & set(document)
                )
            )
        ],
    ),
    "I3-175": (
        "max by area and edges",
        [where(sized({"full/max": (122, 81)}), max_width=150, max_height=100, max_pixels=10_000)],
    ),
    "I3-176": ("regions have no limit", [where(sized({"0,0,300,200/50,": (50, 33)}), max_width=100)]),
    "I3-177": (
        "told and kept to",
        [
            where(ok("full/100,"), max_width=100),
            where(bad("full/101,"), max_width=100),
            where(told("maxWidth", 100), max_width=100),
        ],
    ),
    # A.13 sizes, tiles
    "I3-180": ("sizes", [info(lambda document: all(set(size) == {"width", "height"} for size in document["sizes"]))]),
    "I3-181": (
        "ascending, one for each scale factor, by ceiling",
        [
            where(
                told(
                    "sizes",
                    [
                        {"width": 38, "height": 25},
                        {"width": 75, "height": 50},
                        {"width": 150, "height": 100},
                        {"width": 300, "height": 200},
                    ],
                ),
                tile_size=64,
            )
        ],
    ),
    "I3-182": ("tiles", [told("tiles", [{"width": 512, "height": 512, "scaleFactors": [1]}])]),
    "I3-183": (
        "one entry for each tile",
        [Elsewhere(f"{VIEWS_INFO}::test_no_tile_and_no_scale_factor_is_told_twice", "the sets are compared")],
    ),
    "I3-184": (
        "each scale factor once",
        [Elsewhere(f"{VIEWS_INFO}::test_no_tile_and_no_scale_factor_is_told_twice", "the sets are compared")],
    ),
    "I3-185": (
        "powers of two",
        [where(info(lambda document: document["tiles"][0]["scaleFactors"] == [1, 2, 4, 8]), tile_size=64)],
    ),
    "I3-186": (
        "tiles of the file",
        [Elsewhere(f"{VIEWS_INFO}::test_tiles_are_those_of_the_file", "it takes a tiled TIFF")],
    ),
    "I3-187": (
        "smaller than a tile",
        [
            info(
                lambda document: (
                    document["tiles"][0]["scaleFactors"] == [1]
                    and document["sizes"][-1] == {"width": 300, "height": 200}
                )
            )
        ],
    ),
    # A.14 Formats, rights, extras, links
    "I3-190": (
        "preferredFormats",
        [
            info(lambda document: "preferredFormats" not in document),
            Elsewhere(f"{PURE_INFO}::test_preferred_formats_keep_their_order", "where they are set"),
        ],
    ),
    "I3-191": (
        "rights",
        [
            where(
                told("rights", "http://creativecommons.org/licenses/by/4.0/"),
                rights="http://creativecommons.org/licenses/by/4.0/",
            )
        ],
    ),
    "I3-192": ("extraQualities", [info(lambda document: "default" not in document["extraQualities"])]),
    "I3-193": (
        "extraFormats",
        [
            info(
                lambda document: (
                    not {"jpg", "png"} & set(document["extraFormats"]) and "webp" in document["extraFormats"]
                )
            )
        ],
    ),
    "I3-194": (
        "extraFeatures",
        [Elsewhere(f"{VIEWS_INFO}::test_every_feature_that_is_told_works", "one request for each")],
    ),
    "I3-195": (
        "partOf",
        [Elsewhere("tests/iiifserver/iiif/test_description.py::test_see_also_and_part_of", "set up in the admin")],
    ),
    "I3-196": (
        "seeAlso",
        [Elsewhere("tests/iiifserver/iiif/test_description.py::test_see_also_and_part_of", "set up in the admin")],
    ),
    "I3-197": (
        "service",
        [
            Elsewhere(
                "tests/iiifserver/iiif/test_description.py::test_services_bring_their_contexts", "set up in the admin"
            )
        ],
    ),
    "I3-198": (
        "labels are language maps",
        [Elsewhere("tests/iiifserver/iiif/test_description.py::test_see_also_and_part_of", "set up in the admin")],
    ),
    "I3-199": (
        "sign-in services",
        [
            Elsewhere(
                "tests/images/test_policy.py::test_the_answer_tells_nothing_of_the_image",
                "nothing is told before access",
            )
        ],
    ),
    # A.15 Compliance levels
    "I3-200": (
        "level 2 in truth",
        [
            ok(
                "0,0,9,9",
                "square",
                "pct:1,1,9,9",
                "full/max",
                "full/9,",
                "full/,9",
                "full/9,9",
                "full/pct:9",
                "full/!9,9",
            ),
            ok("full/max/90", "full/max/180", "full/max/270", "full/max/0/color.jpg", "full/max/0/gray.png"),
        ],
    ),
    "I3-201": (
        "extras in truth",
        [everything_extra_works, Elsewhere(f"{VIEWS_INFO}::test_every_feature_that_is_told_works", "features")],
    ),
    "I3-202": ("level 0 may refuse the rest", [where(bad("full/101,", "1,1,50,50"), restricts_to_sizes=True)]),
    "I3-203": (
        "profile in the Link header",
        [one_link, header(INFO, "Link", '<http://iiif.io/api/image/3/level2.json>;rel="profile"')],
    ),
    # A.16 HTTP
    "I3-210": ("GET", [ok(IMAGE, INFO)]),
    "I3-211": ("HEAD", [head_is_like_get]),
    "I3-212": ("preflight", [preflight]),
    "I3-213": (
        "CORS on every answer",
        [
            open_to_all(
                IMAGE, INFO, "/iiif/3/card.png", "/iiif/3/no/info.json", "/iiif/3/card.png/full/0,/0/default.jpg"
            )
        ],
    ),
    "I3-214": (
        "exposed headers",
        [Elsewhere(f"{RESPONSES}::test_every_page_of_the_web_may_use_the_answer", "on every answer")],
    ),
    "I3-215": ("200 is the image itself", [is_the_image_itself]),
    "I3-216": (
        "Location is public",
        [
            leads_to_info("/iiif/3/card.png"),
            Elsewhere("tests/images/test_addresses.py::test_a_trusted_proxy_knows_the_address", "behind a proxy"),
        ],
    ),
    "I3-217": ("304", [not_modified]),
    "I3-218": (
        "Cache-Control",
        [Elsewhere(f"{RESPONSES}::test_how_long_an_answer_may_be_kept", "each kind of answer")],
    ),
    "I3-219": ("errors that people can read", [plain_errors]),
    "I3-220": ("405", [no_other_method]),
    "I3-221": (
        "Content-Disposition",
        [
            Elsewhere(
                "tests/iiifserver/iiif/test_disposition.py::test_any_wish_makes_one_header_of_plain_characters",
                "names of every kind",
            )
        ],
    ),
    "I3-222": (
        "HTTP/2",
        [
            Elsewhere(
                "tests/images/test_behind_proxies.py::test_every_address_comes_through_and_back",
                "the proxy in front speaks it",
            )
        ],
    ),
    "I3-223": ("one Link header", [one_link]),
    "I3-224": (
        "pictures for canvases of other sites",
        [open_to_all(IMAGE), header(IMAGE, "Cross-Origin-Resource-Policy", "cross-origin")],
    ),
    "I3-225": ("overload: 503", [Elsewhere(f"{RESPONSES}::test_the_table_of_statuses", "with Retry-After")]),
    # A.17 Access and security
    "I3-230": (
        "401 and 403",
        [Elsewhere("tests/images/test_policy.py::test_the_answer_tells_nothing_of_the_image", "under each decision")],
    ),
    "I3-231": (
        "no redirect to a form",
        [
            Elsewhere(
                "tests/images/test_policy.py::test_the_answer_tells_nothing_of_the_image", "the status is asserted"
            )
        ],
    ),
    "I3-232": (
        "hostile requests",
        [
            Elsewhere(
                "tests/images/test_any_path.py::test_the_answer_is_one_that_the_standard_knows", "Hypothesis draws them"
            )
        ],
    ),
    "I3-233": (
        "refused before any work",
        [
            Elsewhere(f"{ERRORS}::test_a_bad_parameter_is_refused_before_anything_is_opened", "nothing is opened"),
            bad("full/^99999999,99999999"),
        ],
    ),
}

RANGES = ((1, 22), (30, 42), (50, 74), (80, 90), (100, 107), (110, 121), (130, 133), (140, 147), (150, 158), (160, 168),
          (170, 177), (180, 187), (190, 203), (210, 225), (230, 233))  # fmt: skip


def test_every_requirement_has_its_row():
    assert list(TABLE) == numbered("I3", *RANGES)


@pytest.mark.parametrize("number", TABLE)
def test_requirement(service, number):
    _statement, checks = TABLE[number]
    assert checks
    for check in checks:
        check(service)
