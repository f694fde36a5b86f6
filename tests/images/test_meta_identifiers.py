"""Pages and reduced sizes behind an identifier, as visitors meet them."""

from __future__ import annotations

import pytest
from PIL import Image

from tests.images.conftest import draw_card, picture

IMAGE = "full/max/0/default.png"


@pytest.fixture
def book(service):
    """`book.tif` with three pages of different sizes."""
    pages = [draw_card(), Image.new("RGB", (100, 50), "navy"), Image.new("L", (40, 80), 90)]
    pages[0].save(service.folder / "book.tif", save_all=True, append_images=pages[1:])
    return service


@pytest.mark.parametrize(("page", "size"), [("", (300, 200)), (";1", (300, 200)), (";2", (100, 50)), (";3", (40, 80))])
@pytest.mark.parametrize("version", [2, 3])
def test_a_page_can_be_asked_for(book, page, size, version):
    """Cantaloupe's lesson 17."""
    info = book.info(f"book.tif{page}", version)
    assert (info["width"], info["height"]) == size
    assert info["@id" if version == 2 else "id"] == f"http://testserver/iiif/{version}/book.tif{page}"
    assert (
        book.image(f"full/{'full' if version == 2 else 'max'}/0/default.png", f"book.tif{page}", version).size == size
    )


def test_pages_are_pictures_of_their_own(book):
    assert book.image(IMAGE, "book.tif;2").convert("RGB").getpixel((5, 5)) == (0, 0, 128)
    assert book.image(IMAGE, "book.tif;3").convert("L").getpixel((5, 5)) == 90


@pytest.mark.parametrize("rest", [IMAGE, "info.json", ""])
@pytest.mark.parametrize("page", ["4", "0", "999999999", "99999999999999999999"])
def test_a_page_that_is_not_there_is_a_bad_request(book, page, rest):
    """Parity 1.7, Cantaloupe's lesson 57."""
    assert book.get(f"/iiif/3/book.tif;{page}/{rest}".rstrip("/")).status_code == 400


@pytest.mark.parametrize("scale", ["3:2", "0:2", "1:0", "1:99999999999999999999"])
def test_a_scale_that_cannot_be_is_a_bad_request(service, scale):
    """Parity 1.7."""
    assert service.get(f"/iiif/3/card.png;{scale}/info.json").status_code == 400


def test_a_page_of_an_image_that_is_not_there(service):
    assert service.get("/iiif/3/nothing;2/info.json").status_code == 404


@pytest.mark.parametrize("rest", ["full/nonsense/0/default.jpg", "full", "full/max/0/default"])
def test_mistakes_are_told_as_ever(book, rest):
    assert book.get(f"/iiif/3/book.tif;2/{rest}").status_code == 400


def test_a_file_that_is_named_like_that_is_asked_for_with_its_page(service):
    """Parity 1.7."""
    service.draw("x;5", format="PNG")
    assert service.get("/iiif/3/x;5/info.json").status_code == 404
    assert service.info("x;5;1")["width"] == 300


@pytest.mark.parametrize(("delimiter", "sent"), [("", "x;5"), ("-", "x;5"), ("-", "x;5-1")])
def test_the_delimiter_is_a_setting(service, endpoints, delimiter, sent):
    """Cantaloupe's lesson 67."""
    service.draw("x;5", format="PNG")
    endpoints(meta_delimiter=delimiter)
    assert service.info(sent)["width"] == 300


# --- Reduced sizes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [2, 3])
def test_a_scale_makes_a_smaller_image(service, version):
    """Parity 1.7, Cantaloupe's lesson 35."""
    info = service.info("card.png;1:2", version)
    assert (info["width"], info["height"], info["sizes"]) == (150, 100, [{"width": 150, "height": 100}])
    assert info["@id" if version == 2 else "id"].endswith("/card.png;1:2")
    assert service.image("75,0,75,100/75,100/0/default.png", "card.png;1:2", version).size == (75, 100)


@pytest.mark.parametrize(
    "path", ["3/card.png;1:2/full/^200,", "2/card.png;1:2/full/200,", "2/card.png;1:2/full/pct:150"]
)
def test_more_than_that_is_forbidden(service, path):
    """Parity 1.7, Cantaloupe's lesson 35."""
    assert service.get(f"/iiif/{path}/0/default.jpg").status_code == 403


def test_a_reduced_picture_shares_its_cache_entry(service):
    reduced, plain = (
        service.get(f"/iiif/3/{path}/0/default.jpg") for path in ("card.png;1:2/full/max", "card.png/full/150,")
    )
    assert (reduced["ETag"], reduced.content) == (plain["ETag"], plain.content)
    assert '/card.png;1:2/full/max/0/default.jpg>;rel="canonical"' in reduced["Link"]


@pytest.mark.parametrize(
    ("sent", "location"),
    [
        ("a%2Fb;2:4/info.json", "a%2Fb;1:2/info.json"),
        ("a%2Fb;2:2/info.json?x=%C3%A9&y", "a%2Fb/info.json?x=%C3%A9&y"),
        ("a%2Fb%3B2%3A4/full/%5Emax/0/default.jpg?x=1", "a%2Fb;1:2/full/%5Emax/0/default.jpg?x=1"),
        ("a%2Fb;1;4:4/full/max/!90/gray.png", "a%2Fb;1/full/max/!90/gray.png"),
    ],
)
@pytest.mark.parametrize("version", [2, 3])
def test_other_spellings_of_a_scale_lead_to_the_normal_one(service, version, sent, location):
    """Parity 1.7: the raw spelling and the query are kept."""
    service.draw("a/b", format="PNG")
    if version == 2:
        sent, location = sent.replace("%5E", ""), location.replace("%5E", "")
    response = service.get(f"/iiif/{version}/{sent}")
    assert response.status_code == 301
    assert response["Location"] == f"http://testserver/iiif/{version}/{location}"
    assert response.content == b""
    assert response["Access-Control-Allow-Origin"] == "*"
    assert service.get(response["Location"].removeprefix("http://testserver")).status_code == 200


# --- Arguments ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("page=2", (100, 50)),
        ("time=00:00:02", (40, 80)),
        ("page=2&time=00:00:02", (100, 50)),
        ("page=&time=00:00:01", (100, 50)),
        ("page=1", (300, 200)),
    ],
)
def test_pages_can_be_arguments(book, endpoints, query, size):
    """Parity 1.4."""
    endpoints(reads_page_arguments=True)
    assert picture(book.get(f"/iiif/3/book.tif/{IMAGE}?{query}")).size == size


def test_the_page_of_an_argument_is_published_behind_the_identifier(book, endpoints):
    """Cantaloupe's lessons 17 and 19."""
    endpoints(reads_page_arguments=True)
    info = book.get("/iiif/3/book.tif/info.json?page=2").json()
    assert (info["width"], info["id"]) == (100, "http://testserver/iiif/3/book.tif;2")
    assert book.get("/iiif/3/book.tif?page=2")["Location"] == "http://testserver/iiif/3/book.tif;2/info.json"


def test_the_identifier_goes_before_an_argument(book, endpoints):
    """Parity 1.4."""
    endpoints(reads_page_arguments=True)
    assert picture(book.get(f"/iiif/3/book.tif;3/{IMAGE}?page=2")).size == (40, 80)


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=-1", "page=4", "time=1", "time=99:99:99"])
def test_an_argument_that_cannot_be_is_a_bad_request(book, endpoints, query):
    endpoints(reads_page_arguments=True)
    assert book.get(f"/iiif/3/book.tif/info.json?{query}").status_code == 400


@pytest.mark.parametrize("query", ["page=2", "page=0", "time=00:00:02"])
def test_arguments_are_not_read_unless_staff_want_it(book, query):
    """I3-006."""
    assert picture(book.get(f"/iiif/3/book.tif/{IMAGE}?{query}")).size == (300, 200)


def test_a_query_of_any_length_breaks_nothing(service):
    """I3-006."""
    assert service.get("/iiif/3/card.png/info.json?" + "a=1&" * 5000).status_code == 200
