"""The requirements of the Image API 2.1.1, one row under each number, to be read beside the list (section B)."""

from __future__ import annotations

import pytest

from tests.images.conftest import draw_card
from tests.images.requirements import (
    Elsewhere,
    answered,
    canonical,
    documented,
    drawn,
    given,
    header,
    numbered,
    same,
    where,
)

BASE = "http://testserver/iiif/2/card.png"
IMAGE = "/iiif/2/card.png/full/full/0/default.jpg"
INFO = "/iiif/2/card.png/info.json"
LEVEL_2 = "http://iiif.io/api/image/2/level2.json"
VIEWS_INFO = "tests/images/test_views_info.py"

# The names of version 2.1, and the last two of 2.0.
FEATURES = {
    *("baseUriRedirect", "canonicalLinkHeader", "cors", "jsonldMediaType", "mirroring", "profileLinkHeader"),
    *("regionByPct", "regionByPx", "regionSquare", "rotationArbitrary", "rotationBy90s", "sizeAboveFull"),
    *("sizeByConfinedWh", "sizeByDistortedWh", "sizeByH", "sizeByPct", "sizeByW", "sizeByWh"),
    *("sizeByForcedWh", "sizeByWhListed"),
}


def ok(*requests):
    return answered(2, 200, *requests)


def bad(*requests):
    return answered(2, 400, *requests)


def sized(requests):
    return given(2, requests)


def info(is_right, identifier="card.png"):
    return documented(2, is_right, identifier)


def told(name, value):
    return info(lambda document: document.get(name) == value)


def beyond(document):
    """The object of the profile that says what goes beyond the level."""
    return next(entry for entry in document["profile"] if isinstance(entry, dict))


def leads_to_info(service):
    answer = service.get("/iiif/2/card.png")
    assert (answer.status_code, answer["Location"]) == (303, f"{BASE}/info.json")


def every_size_works(service):
    for size in service.info("card.png", 2)["sizes"]:
        wanted = size["width"], size["height"]
        for form in (f"{wanted[0]},{wanted[1]}", f"{wanted[0]},"):
            assert service.image(f"full/{form}/0/default.jpg", version=2).size == wanted, form


TABLE = {
    "I2-001": ("image request", [header(IMAGE, "Content-Type", "image/jpeg"), bad("full/full/0/default")]),
    "I2-002": (
        "size full; above the limits as max",
        [sized({"full/full": (300, 200)}), where(sized({"full/full": (90, 60)}), max_width=90)],
    ),
    "I2-003": ("size max", [same(2, "full/full", "full/max")]),
    "I2-004": (
        "w, and ,h and pct:n",
        [sized({"full/150,": (150, 100), "full/,50": (75, 50), "full/pct:50": (150, 100)})],
    ),
    "I2-005": ("w,h and !w,h", [sized({"full/150,150": (150, 150), "full/!150,150": (150, 100)})]),
    "I2-006": (
        "enlarging where it is on; else 400, and the region's own size for !w,h",
        [
            sized(
                {
                    "full/600,": (600, 400),
                    "full/,400": (600, 400),
                    "full/pct:150": (450, 300),
                    "full/!600,600": (600, 400),
                }
            ),
            where(bad("full/600,", "full/,400", "full/pct:150", "full/600,400"), allows_upscaling=False),
            where(sized({"full/!600,600": (300, 200)}), allows_upscaling=False),
        ],
    ),
    "I2-007": ("no ^", [bad("full/^max", "full/^150,", "full/^pct:50", "full/^!90,90")]),
    "I2-008": ("nothing: 400", [bad("full/0,", "full/,0", "full/0,0", "full/pct:0", "full/!0,0")]),
    "I2-009": ("square", [sized({"square": (200, 200)})]),
    "I2-010": (
        "qualities",
        [
            ok(*(f"full/9,/0/{quality}.jpg" for quality in ("default", "color", "gray", "bitonal"))),
            bad("full/9,/0/native.jpg", "full/9,/0/grey.jpg"),
        ],
    ),
    "I2-011": (
        "formats",
        [
            header(IMAGE, "Content-Type", "image/jpeg"),
            header("/iiif/2/card.png/full/9,/0/default.png", "Content-Type", "image/png"),
        ],
    ),
    "I2-012": ("decimals", [sized({"full/pct:12.34567890123": (37, 25)}), same(2, "full/pct:50", "full/pct:50.0")]),
    "I2-013": ("@context", [told("@context", "http://iiif.io/api/image/2/context.json")]),
    "I2-014": (
        "@id, protocol, width, height",
        [
            told("@id", BASE),
            told("protocol", "http://iiif.io/api/image"),
            told("width", 300),
            told("height", 200),
            info(lambda document: "id" not in document),
        ],
    ),
    "I2-015": (
        "@type, if at all",
        [info(lambda document: document.get("@type", "iiif:Image") == "iiif:Image")],
    ),
    "I2-016": ("profile is a list, the level first", [info(lambda document: document["profile"][0] == LEVEL_2)]),
    "I2-017": (
        "what goes beyond stands in the profile",
        [
            info(lambda document: not {"formats", "qualities", "supports", "maxWidth", "maxArea"} & set(document)),
            info(lambda document: "maxArea" in beyond(document) and "mirroring" in beyond(document)["supports"]),
        ],
    ),
    "I2-018": ("nothing empty", [info(lambda document: all(value != [] for value in beyond(document).values()))]),
    "I2-019": (
        "no @type in the profile",
        [info(lambda document: not {"@context", "@id", "@type"} & set(beyond(document)))],
    ),
    "I2-020": (
        "limits",
        [
            where(info(lambda document: beyond(document)["maxWidth"] == 100), max_width=100),
            where(info(lambda document: all(size["width"] <= 100 for size in document["sizes"])), max_width=100),
            where(bad("full/101,"), max_width=100),
            Elsewhere(
                "tests/iiifserver/iiif/test_sizes.py::test_a_height_limit_needs_a_width_limit", "for both versions"
            ),
        ],
    ),
    "I2-021": ("sizes, as w,h and as w,", [where(every_size_works, tile_size=64)]),
    "I2-022": (
        "tiles and scale factors once",
        [Elsewhere(f"{VIEWS_INFO}::test_no_tile_and_no_scale_factor_is_told_twice", "the sets are compared")],
    ),
    "I2-023": (
        "sizes in every format and quality",
        [Elsewhere(f"{VIEWS_INFO}::test_every_size_works_in_every_format_and_quality", "one request for each")],
    ),
    "I2-024": (
        "attribution, license",
        [
            where(told("attribution", "The City Library"), attribution="The City Library"),
            where(
                told("license", "http://rightsstatements.org/vocab/InC/1.0/"),
                rights="http://rightsstatements.org/vocab/InC/1.0/",
            ),
        ],
    ),
    "I2-025": (
        "service",
        [
            Elsewhere(
                "tests/iiifserver/iiif/test_description.py::"
                "test_version_2_has_services_logo_licence_and_attribution_alone",
                "an object or a list",
            )
        ],
    ),
    "I2-026": (
        "JSON, and JSON-LD on request",
        [
            header(INFO, "Content-Type", "application/json"),
            header(INFO, "Content-Type", "application/json", accept="*/*"),
            header(INFO, "Content-Type", "application/ld+json", accept="application/ld+json"),
            header(INFO, "Content-Type", "application/json", accept="application/ld+json;q=0"),
        ],
    ),
    "I2-027": (
        "a Link to the context (2.0 alone; 2.1 dropped it)",
        [header(INFO, "Link", f'<{LEVEL_2}>;rel="profile"')],
    ),
    "I2-028": (
        "CORS",
        [header(INFO, "Access-Control-Allow-Origin", "*"), header(IMAGE, "Access-Control-Allow-Origin", "*")],
    ),
    "I2-029": (
        "canonical",
        [
            canonical(2, {"0,0,300,200": "full/full/", "pct:50,50,50,50": "150,100,150,100/full/"}),
            canonical(2, {"full/300,": "full/full/", "full/max": "full/full/", "full/pct:50": "full/150,/"}),
            canonical(2, {"full/100,100": "full/100,100/", "full/full/90.0/color.jpg": "full/full/90/default.jpg"}),
            drawn(ok("/iiif/2/even/square/full/0/default.jpg"), "even", lambda: draw_card((50, 50))),
        ],
    ),
    "I2-030": (
        "w, only where it gives the same height",
        [canonical(2, {"0,0,299,101/100,33": "0,0,299,101/100,33/", "0,0,299,101/100,": "0,0,299,101/100,/"})],
    ),
    "I2-031": (
        "profile in the Link header",
        [header(IMAGE, "Link", f'<{LEVEL_2}>;rel="profile",<{BASE}/full/full/0/default.jpg>;rel="canonical"')],
    ),
    "I2-032": (
        "base URI, CORS, JSON-LD",
        [leads_to_info, header(INFO, "Content-Type", "application/ld+json", accept="application/ld+json")],
    ),
    "I2-033": (
        "out of range, unknown, empty: 400",
        [
            bad(
                "full/full/361",
                "full/full/-90",
                "full/full/0/foo.jpg",
                "full/full/0/default.xyz",
                "0,0,0,9",
                "300,0,9,9",
            )
        ],
    ),
    "I2-034": ("names of features", [info(lambda document: set(beyond(document)["supports"]) <= FEATURES)]),
    "I2-035": (
        "the full size may not be given out",
        [where(told("width", 300), max_width=100), where(bad("full/300,200"), max_width=100)],
    ),
}


def test_every_requirement_has_its_row():
    assert list(TABLE) == numbered("I2", (1, 35))


@pytest.mark.parametrize("number", TABLE)
def test_requirement(service, number):
    _statement, checks = TABLE[number]
    assert checks
    for check in checks:
        check(service)
