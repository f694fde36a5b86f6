"""What Cantaloupe learned the hard way (parity, section 11), by number; where ours differs, the test asserts ours."""

from __future__ import annotations

import pytest
from PIL import Image

from tests.images.conftest import BLUE, draw_card, picture

IMAGE = "/iiif/3/card.png/full/100,/0/default.jpg"


def lessons(*rows):
    return [pytest.param(*row[1:], id=f"lesson-{row[0]}") for row in rows]


# Lesson, what is asked, status of the answer.
STATUSES = lessons(
    ("24", "/iiif/3/a%5Cb/info.json", 200),
    ("35", "/iiif/3/card.png;1:3/full/100,67/0/default.jpg", 200),
    ("35-version-2", "/iiif/2/card.png;1:3/full/101,/0/default.jpg", 200),
    ("35-too-large", "/iiif/3/card.png;1:3/full/^150,/0/default.jpg", 403),
    ("53", "/iiif/3/card.png/full/^90000,/0/default.jpg", 400),
    ("54-known-format", "/iiif/3/card.png/full/max/0/default.jp2", 400),
    ("54-unknown-format", "/iiif/3/card.png/full/max/0/default.xyz", 400),
    ("54-input", "/iiif/3/text.jpg/full/max/0/default.jpg", 501),
    ("55-version-2", "/iiif/2/card.png/full/full/0/gray.jpg", 200),
    ("55-version-2-grey", "/iiif/2/card.png/full/full/0/grey.jpg", 400),
    ("57", "/iiif/3/card.png;2/info.json", 400),
)


@pytest.mark.parametrize(("path", "status"), STATUSES)
def test_the_status(service, path, status):
    service.draw("a\\b", format="PNG")
    (service.folder / "text.jpg").write_text("no image")
    assert service.get(path).status_code == status


# Lesson, what is asked of the card of 300 x 200 pixels, size of the answer.
SIZES = lessons(
    ("37-rounding", "3/card.png/full/pct:33.3", (100, 67)),
    ("37-exact", "3/card.png/full/100,100", (100, 100)),
    ("38", "3/card.png/0,0,300,1/4,", (4, 1)),
    ("39-pixels", "3/card.png/full/^600,", (600, 400)),
    ("39-percent", "3/card.png/full/^pct:150", (450, 300)),
    ("39-version-2", "2/card.png/full/pct:150", (450, 300)),
    ("39-region", "3/card.png/10,10,20,20/^60,60", (60, 60)),
    ("42", "3/tiny.png/full/^9,9", (9, 9)),
    ("42-shrunk", "3/tiny.png/full/1,1", (1, 1)),
    ("53-max", "3/large.png/full/max", (400, 300)),
    ("53-max-of-a-small-region", "3/large.png/0,0,50,50/max", (50, 50)),
)


@pytest.mark.parametrize(("path", "size"), SIZES)
def test_the_size(service, endpoints, path, size):
    endpoints(max_width=600, max_pixels=600 * 400 if "large" not in path else 400 * 300)
    service.draw("tiny.png", draw_card((2, 2)))
    service.draw("large.png", draw_card((800, 600)))
    assert picture(service.get(f"/iiif/{path}/0/default.png")).size == size


def test_the_link_is_told_of_what_is_remembered(service, monkeypatch):
    """Lessons 1 and 2."""
    first = service.get(IMAGE)
    monkeypatch.delattr("images.pipeline.render")
    assert service.get(IMAGE)["Link"] == first["Link"]
    assert "<http://testserver/iiif/3/card.png/full/100,67/0/default.jpg>" in first["Link"]


@pytest.mark.parametrize("rest", ["info.json", "full/max/0/default.jpg", ""])
def test_a_refusal_reveals_no_dimensions(under, rest):
    """Lesson 18; ours is a sentence and not JSON."""
    from iiifserver.delegates import Delegate

    service = under(type("Site", (Delegate,), {"pre_authorize": lambda self: False}))
    response = service.get(f"/iiif/3/card.png/{rest}".rstrip("/"))
    assert response.status_code == 403
    assert not {b"300", b"200"} & set(response.content.split())


@pytest.mark.parametrize("version", [2, 3])
def test_no_query_stands_in_the_id(service, version):
    """Lesson 19."""
    response = service.get(f"/iiif/{version}/card.png/info.json?page=1&x=y")
    assert b"?" not in response.content


def test_a_slash_substitute_stays_in_addresses(service):
    """Lesson 23."""
    from images.models import HttpSettings
    from images.runtime import keeper

    service.draw("a/b", format="PNG")
    row = HttpSettings.current()
    row.slash_substitute = "~~"
    row.save()
    keeper.forget()
    assert service.info("a~~b")["id"] == "http://testserver/iiif/3/a~~b"
    assert "/a~~b/full/max" in service.get("/iiif/3/a~~b/full/max/0/default.jpg")["Link"]
    assert service.get("/iiif/3/a~~b;2:4/info.json")["Location"].endswith("/a~~b;1:2/info.json")


@pytest.mark.parametrize(
    "header", ["accept", "accept_encoding", "origin", "referer", "if_none_match", "x_forwarded_for"]
)
def test_an_empty_header_breaks_nothing(service, header):
    """Lesson 25."""
    assert service.get("/iiif/3/card.png/info.json", **{header: ""}).status_code == 200


@pytest.mark.parametrize("path", ["3/nothing/info.json", "3/card.png/full/0,/0/default.jpg"])
def test_an_error_is_kept_by_nobody(service, path):
    """Lesson 27."""
    assert service.get(f"/iiif/{path}")["Cache-Control"] == "no-store"


def test_every_origin_is_allowed_whether_or_not_it_is_told(service):
    """Lesson 28: it is always a star, so that no answer depends on the origin."""
    assert service.get(IMAGE)["Access-Control-Allow-Origin"] == "*"
    answered = service.get(IMAGE, origin="https://viewer.example.org")
    assert answered["Access-Control-Allow-Origin"] == "*"
    assert "Origin" not in answered.get("Vary", "")


def test_a_region_in_percent_is_of_the_upright_picture(service):
    """Lesson 40."""
    exif = Image.Exif()
    exif[0x0112] = 6
    service.draw("turned.jpg", draw_card(), exif=exif, quality=95)
    corner = service.image("pct:0,0,50,50/max/0/default.png", "turned.jpg")
    assert corner.size == (100, 150)
    assert corner.getpixel((50, 75)) == pytest.approx(BLUE, abs=12)


def test_formats_are_told_of_what_is_remembered(service, monkeypatch):
    """Lesson 51."""
    first = [service.info("card.png", version) for version in (2, 3)]
    monkeypatch.delattr("processors.runtime.Processors.inspect")
    assert [service.info("card.png", version) for version in (2, 3)] == first
    assert "webp" in first[0]["profile"][1]["formats"]


@pytest.mark.parametrize(("max_pixels", "has_full_size"), [(60_000, True), (59_999, False)])
def test_sizes_include_the_full_size_within_the_limits(service, endpoints, max_pixels, has_full_size):
    """Lesson 52."""
    endpoints(max_pixels=max_pixels, tile_size=64)
    assert ({"width": 300, "height": 200} in service.info("card.png")["sizes"]) is has_full_size


@pytest.mark.parametrize("edge", [3, 99, 101])
def test_a_level_of_a_pyramid_is_never_missed_by_rounding(service, endpoints, edge):
    """Lesson 36."""
    endpoints(tile_size=64)
    service.draw("odd.png", draw_card((2 * edge + 1, edge)))
    for size in service.info("odd.png")["sizes"]:
        wanted = size["width"], size["height"]
        assert service.image(f"full/{wanted[0]},{wanted[1]}/0/default.png", "odd.png").size == wanted


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        pytest.param("card.jpg", "PNG", id="lesson-59"),
        pytest.param("card.png", "JPEG", id="lesson-59-other-way"),
        pytest.param("card.tif", "GIF", id="lesson-59-unknown-to-its-name"),
        pytest.param("card", "TIFF", id="lesson-59-without-a-name"),
    ],
)
def test_a_file_is_what_its_first_bytes_say(service, name, kind):
    service.draw(name, format=kind)
    assert picture(service.get(f"/iiif/3/{name}/full/100,/0/default.png")).size == (100, 67)


@pytest.mark.parametrize("identifier", ["x" * 300, "x%2F" * 1500 + "x", "x" * 20_000])
def test_a_name_that_no_file_can_have_is_not_found(service, identifier):
    """Lesson 16."""
    assert service.get(f"/iiif/3/{identifier}/info.json").status_code in {404, 414}
