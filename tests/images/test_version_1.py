"""Image API 1.1 at /iiif/1, which staff may switch on for old programs (requirements, C)."""

from __future__ import annotations

import pytest

from tests.images.conftest import draw_card, picture

COMPLIANCE = "http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level2"


@pytest.fixture
def service(service, endpoints):
    endpoints(version_1_enabled=True)
    return service


def get(service, rest, **headers):
    return service.get(f"/iiif/1/card.png/{rest}", **headers)


def test_it_is_off_at_first(service, endpoints):
    endpoints(version_1_enabled=False)
    response = get(service, "info.json")
    assert response.status_code == 404
    assert b"switched off" in response.content


@pytest.mark.parametrize(
    ("parameters", "size"),
    [
        pytest.param("full/full/0/native.png", (300, 200), id="I1-003-full"),
        pytest.param("full/150,/0/native.png", (150, 100), id="I1-003-width"),
        pytest.param("full/,100/0/native.png", (150, 100), id="I1-003-height"),
        pytest.param("full/pct:50/0/native.png", (150, 100), id="I1-003-percent"),
        pytest.param("full/150,150/0/native.png", (150, 150), id="I1-003-exact"),
        pytest.param("full/!150,150/0/native.png", (150, 100), id="I1-003-box"),
        pytest.param("10,20,30,40/full/0/native.png", (30, 40), id="I1-003-region"),
        pytest.param("pct:50,50,50,50/full/0/native.png", (150, 100), id="I1-003-percent-region"),
        pytest.param("full/full/90/native.png", (200, 300), id="I1-006"),
        pytest.param("full/full/0/native", (300, 200), id="I1-002-no-format"),
    ],
)
def test_sizes(service, parameters, size):
    assert picture(get(service, parameters)).size == size


@pytest.mark.parametrize(
    ("quality", "mode"),
    [("native", "RGB"), ("color", "RGB"), ("grey", "L"), ("bitonal", "L")],
)
def test_qualities(service, quality, mode):
    """I1-001, Cantaloupe's lesson 55."""
    assert picture(get(service, f"full/full/0/{quality}.jpg")).mode == mode


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        pytest.param("square/full/0/native.jpg", 400, id="I1-003-square"),
        pytest.param("full/max/0/native.jpg", 400, id="I1-003-max"),
        pytest.param("full/^300,/0/native.jpg", 400, id="I1-003-caret"),
        pytest.param("full/full/!0/native.jpg", 400, id="I1-003-mirroring"),
        pytest.param("0,0,0,10/full/0/native.jpg", 400, id="I1-004-empty-region"),
        pytest.param("300,0,10,10/full/0/native.jpg", 400, id="I1-004-outside"),
        pytest.param("full/0,/0/native.jpg", 400, id="I1-004-empty-size"),
        pytest.param("full/full/361/native.jpg", 400, id="I1-003-rotation"),
        pytest.param("full/full/0/default.jpg", 400, id="I1-001-default"),
        pytest.param("full/full/0/gray.jpg", 400, id="I1-001-gray"),
        pytest.param("full/full/0/default", 400, id="I1-001-no-format"),
        pytest.param("full/full/0/native.xyz", 415, id="I1-005-unknown"),
        pytest.param("full/full/0/native.jp2", 415, id="I1-011"),
        pytest.param("full/full/0/native.", 415, id="I1-005-empty"),
        pytest.param("full/full", 400, id="wrong-segments"),
    ],
)
def test_what_cannot_be_answered(service, parameters, status):
    response = get(service, parameters)
    assert response.status_code == status
    assert response["Cache-Control"] == "no-store"
    assert response["Access-Control-Allow-Origin"] == "*"


def test_enlarging_that_is_switched_off_is_not_implemented(service, endpoints):
    """I1-005."""
    endpoints(allows_upscaling=False)
    assert get(service, "full/400,/0/native.jpg").status_code == 501


@pytest.mark.parametrize(("length", "status"), [(1024, 404), (1025, 414)])
@pytest.mark.parametrize("query", ["", "?x=1"])
def test_an_address_has_at_most_1024_characters(service, length, status, query):
    """I1-005."""
    around = len("http://testserver/iiif/1//info.json" + query)
    response = service.get(f"/iiif/1/{'x' * (length - around)}/info.json{query}")
    assert response.status_code == status


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        pytest.param("image/png", "image/png", id="I1-002"),
        pytest.param("image/webp;q=0.5, image/tiff", "image/tiff", id="I1-002-weights"),
        pytest.param("image/avif,image/webp,image/apng,*/*;q=0.8", "image/webp", id="I1-002-browser"),
        pytest.param("image/*", "image/jpeg", id="lesson-55-any"),
        pytest.param("text/html", "image/jpeg", id="lesson-55-none"),
        pytest.param("", "image/jpeg", id="lesson-55-empty"),
    ],
)
def test_without_a_format_the_visitor_chooses(service, accept, media_type):
    """format_conneg of the official validator."""
    response = get(service, "full/full/0/native", accept=accept)
    assert response["Content-Type"] == media_type
    assert response["Vary"] == "Accept"
    again = get(service, "full/full/0/native", accept=accept, if_none_match=response["ETag"])
    assert (again.status_code, again["Vary"]) == (304, "Accept")


def test_a_format_in_the_address_decides(service):
    response = get(service, "full/full/0/native.jpg", accept="image/png")
    assert response["Content-Type"] == "image/jpeg"
    assert "Vary" not in response


def test_the_information_is_flat(service):
    """I1-007; the order of keys as well."""
    response = get(service, "info.json")
    assert response["Content-Type"] == "application/json"
    assert list(response.json().items()) == [
        ("@context", "http://library.stanford.edu/iiif/image-api/1.1/context.json"),
        ("@id", "http://testserver/iiif/1/card.png"),
        ("width", 300),
        ("height", 200),
        ("scale_factors", [1]),
        ("tile_width", 512),
        ("tile_height", 512),
        ("formats", ["jpg", "png", "gif", "tif", "webp", "avif"]),
        ("qualities", ["native", "color", "grey", "bitonal"]),
        ("profile", COMPLIANCE),
    ]


def test_colour_is_not_told_of_a_picture_without_any(service):
    service.draw("gray.png", draw_card().convert("L"))
    assert service.info("gray.png", 1)["qualities"] == ["native", "grey", "bitonal"]


@pytest.mark.parametrize("rest", ["info.json", "full/full/0/native.jpg", ""])
def test_every_good_answer_tells_the_compliance_level(service, rest):
    """I1-008."""
    assert f'<{COMPLIANCE}>;rel="profile"' in service.get(f"/iiif/1/card.png/{rest}".rstrip("/"))["Link"]


def test_the_base_uri_leads_to_the_information(service):
    """I1-009."""
    response = service.get("/iiif/1/card.png")
    assert (response.status_code, response["Location"]) == (303, "http://testserver/iiif/1/card.png/info.json")


def test_an_encoded_slash_is_no_separator(service):
    """I1-010."""
    service.draw("a/b", format="PNG")
    assert service.info("a%2Fb", 1)["@id"] == "http://testserver/iiif/1/a%2Fb"


def test_the_picture_is_that_of_the_other_versions(service):
    one, three = get(service, "full/full/0/grey.jpg"), service.get("/iiif/3/card.png/full/max/0/gray.jpg")
    assert (one["ETag"], one.content) == (three["ETag"], three.content)


def test_without_a_raw_path_parameters_are_found_from_the_right(service):
    """I3-009."""
    service.draw("x/y", format="PNG")
    assert picture(service.get("/iiif/1/x/y/full/full/0/grey", raw={})).size == (300, 200)


def test_pages_and_scales_are_read(service):
    """Cantaloupe loses the scale in version 1."""
    assert service.info("card.png;1:2", 1)["width"] == 150
    assert picture(service.get("/iiif/1/card.png;1:2/full/full/0/native.png")).size == (150, 100)
