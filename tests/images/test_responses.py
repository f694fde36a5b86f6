"""The headers of every kind of answer, conditional requests and methods."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from django.utils.http import http_date, parse_http_date

from iiifserver.iiif import errors
from images.responses import STATUSES, status_of

IMAGE = "/iiif/3/card.png/full/100,/0/default.jpg"
INFO = "/iiif/3/card.png/info.json"

# What is asked, and the status of the answer.
ANSWERS = {
    "image": (IMAGE, 200),
    "info": (INFO, 200),
    "info-of-version-2": ("/iiif/2/card.png/info.json", 200),
    "redirect": ("/iiif/3/card.png", 303),
    "bad-parameter": ("/iiif/3/card.png/full/max/0/default.xyz", 400),
    "bad-path": ("/iiif/3/card.png/%zz", 400),
    "unknown": ("/iiif/3/nothing/info.json", 404),
    "too-long": (f"/iiif/3/{'x' * 9000}", 414),
    "no-image": ("/iiif/3/text.jpg/info.json", 501),
}

answers = pytest.mark.parametrize(
    ("path", "status"), [pytest.param(*values, id=name) for name, values in ANSWERS.items()]
)


@pytest.fixture
def service(service):
    (service.folder / "text.jpg").write_text("no image")
    return service


def tree(kind):
    return [kind, *(below for child in kind.__subclasses__() for below in tree(child))]


OF_THE_DELEGATE = tree(errors.Refused)
"""Errors that say their status themselves."""


@pytest.mark.parametrize("kind", [kind for kind in tree(errors.IIIFError)[1:] if kind not in OF_THE_DELEGATE])
def test_every_error_has_a_status(kind):
    # Some have their own sentence and take none.
    assert 400 <= status_of(kind.__new__(kind)) <= 504


@pytest.mark.parametrize(
    "error",
    [
        errors.Refused("No.", status=410),
        errors.Elsewhere("There.", status=307, location="https://example.org/"),
        errors.ReducedOnly("Smaller.", status=302, scale=Fraction(1, 2)),
    ],
    ids=["refused", "elsewhere", "reduced"],
)
def test_the_delegate_chooses_the_status_of_what_it_decides(error):
    assert status_of(error) == error.status


def test_the_table_of_statuses():
    """A.16 and DESIGN.md, Errors."""
    assert {kind.__name__: int(status) for kind, status in STATUSES.items()} == {
        "AlreadyThere": 409,
        "BadRequest": 400,
        "ConditionNotMet": 412,
        "UnsupportedFormat": 415,
        "SignInNeeded": 401,
        "Forbidden": 403,
        "NotFound": 404,
        "ImageTooLarge": 413,
        "UriTooLong": 414,
        "FeatureMissing": 501,
        "Unreadable": 501,
        "DecoderCrashed": 501,
        "DecodingTooSlow": 504,
        "SourceNonsense": 502,
        "TryAgainLater": 503,
        "SourceTooSlow": 504,
    }


# --- Headers of every answer --------------------------------------------------------------------------------------


@answers
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_every_page_of_the_web_may_use_the_answer(service, path, status, method):
    """I3-213, I3-214, I3-224, I2-028."""
    response = service.ask(method, path, origin="https://viewer.example.org")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert {"Link", "ETag", "Location"} <= set(response["Access-Control-Expose-Headers"].split(", "))
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Credentials" not in response


@answers
def test_no_browser_takes_an_answer_for_something_else(service, path, status):
    response = service.get(path)
    assert response.status_code == status
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]


@answers
def test_every_page_may_frame_an_answer(service, path, status):
    response = service.get(path)
    assert "X-Frame-Options" not in response
    assert "frame-ancestors *" in response["Content-Security-Policy"]


@pytest.mark.parametrize("path", [IMAGE, INFO])
def test_304_has_the_same_public_headers(service, path):
    """I3-213, I3-217."""
    first = service.get(path)
    again = service.get(path, if_none_match=first["ETag"])
    assert again.status_code == 304
    for name in ("Access-Control-Allow-Origin", "X-Content-Type-Options", "ETag", "Cache-Control", "Link"):
        assert again[name] == first[name]


def test_no_cookie_is_set_nor_asked_for(service, django_user_model):
    service.client.force_login(django_user_model.objects.create_user("ann"))
    for path in (IMAGE, INFO):
        response = service.get(path)
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")


@answers
def test_how_long_an_answer_may_be_kept(service, path, status):
    """I3-218."""
    kept = {200: "public", 303: "public"}.get(status, "no-store")
    assert kept in service.get(path)["Cache-Control"]


# --- Link ---------------------------------------------------------------------------------------------------------

CANONICAL = [
    ("I3-140-full", 3, "0,0,300,200/max/0/default.jpg", "full/max/0/default.jpg"),
    ("I3-140-percent", 3, "pct:50,50,50,50/max/0/default.jpg", "150,100,150,100/max/0/default.jpg"),
    ("I3-140-cropped", 3, "250,150,100,100/max/0/default.jpg", "250,150,50,50/max/0/default.jpg"),
    ("I3-140-square", 3, "square/max/0/default.jpg", "50,0,200,200/max/0/default.jpg"),
    ("I3-141-width", 3, "full/100,/0/default.jpg", "full/100,67/0/default.jpg"),
    ("I3-141-height", 3, "full/,50/0/default.jpg", "full/75,50/0/default.jpg"),
    ("I3-141-percent", 3, "full/pct:50/0/default.jpg", "full/150,100/0/default.jpg"),
    ("I3-141-box", 3, "full/!100,100/0/default.jpg", "full/100,67/0/default.jpg"),
    ("I3-141-max", 3, "full/300,200/0/default.jpg", "full/max/0/default.jpg"),
    ("I3-141-caret", 3, "full/^pct:150/0/default.jpg", "full/^450,300/0/default.jpg"),
    ("I3-141-no-caret", 3, "full/^pct:50/0/default.jpg", "full/150,100/0/default.jpg"),
    ("I3-142-360", 3, "full/9,/360/default.jpg", "full/9,6/0/default.jpg"),
    ("I3-142-decimal", 3, "full/9,/22.50/default.jpg", "full/9,6/22.5/default.jpg"),
    ("I3-142-whole", 3, "full/9,/!090.0/default.jpg", "full/9,6/!90/default.jpg"),
    ("I3-142-zero", 3, "full/9,/0.0/default.jpg", "full/9,6/0/default.jpg"),
    ("I3-143-color", 3, "full/9,/0/color.jpg", "full/9,6/0/default.jpg"),
    ("I3-143-gray", 3, "full/9,/0/gray.png", "full/9,6/0/gray.png"),
    ("I2-029-full", 2, "0,0,300,200/max/0/default.jpg", "full/full/0/default.jpg"),
    ("I2-029-width", 2, "full/!100,100/0/default.jpg", "full/100,/0/default.jpg"),
    ("I2-029-distorted", 2, "full/100,100/0/default.jpg", "full/100,100/0/default.jpg"),
    ("I2-029-enlarged", 2, "full/pct:200/0/default.jpg", "full/600,/0/default.jpg"),
    ("I2-030", 2, "200,0,3,200/1,100/0/default.jpg", "200,0,3,200/1,100/0/default.jpg"),
]

canonical = pytest.mark.parametrize(
    ("version", "parameters", "wanted"), [pytest.param(*row[1:], id=row[0]) for row in CANONICAL]
)


@canonical
def test_one_link_header_tells_profile_and_canonical_address(service, version, parameters, wanted):
    """I3-145, I3-203, I3-223, I2-031."""
    link = service.get(f"/iiif/{version}/card.png/{parameters}")["Link"]
    profile = f'<http://iiif.io/api/image/{version}/level2.json>;rel="profile"'
    assert link == f'{profile},<http://testserver/iiif/{version}/card.png/{wanted}>;rel="canonical"'


@canonical
def test_the_canonical_address_is_the_same_picture(service, version, parameters, wanted):
    """I3-144, I3-147."""
    asked = service.get(f"/iiif/{version}/card.png/{parameters}")
    address = asked["Link"].rpartition(",<")[2].partition(">")[0].removeprefix("http://testserver")
    again = service.get(address)
    assert (again.status_code, again.content) == (200, asked.content)
    assert (again["ETag"], again["Link"]) == (asked["ETag"], asked["Link"])


def test_the_canonical_address_keeps_the_spelling_of_the_identifier(service):
    """I3-145."""
    service.draw("a/b,;'c", format="PNG")
    link = service.get("/iiif/3/a%2Fb,%3B%27c/full/max/0/default.jpg")["Link"]
    assert "<http://testserver/iiif/3/a%2Fb,%3B%27c/full/max/0/default.jpg>" in link


def test_an_info_tells_its_profile(service):
    """I3-203."""
    assert service.get(INFO)["Link"] == '<http://iiif.io/api/image/3/level2.json>;rel="profile"'


# --- Query strings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["?", "?x=1", "?cache=false", "?/full/max/0/default.jpg", "?%zz", "?a=b&a=c#d"])
@pytest.mark.parametrize("path", [IMAGE, INFO])
def test_a_query_changes_nothing(service, path, query):
    """I3-006."""
    plain, queried = service.get(path), service.get(f"{path}{query}")
    assert (queried.status_code, queried.content) == (200, plain.content)
    assert (queried["ETag"], queried["Link"]) == (plain["ETag"], plain["Link"])


# --- Conditional requests -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [IMAGE, INFO])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_who_has_it_already_is_not_sent_it_again(service, path, form):
    """I3-217."""
    etag = service.get(path)["ETag"]
    response = service.get(path, if_none_match=form.format(etag))
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize("path", [IMAGE, INFO])
def test_who_has_something_else_is_sent_it(service, path):
    """I3-217."""
    assert service.get(path, if_none_match='"something-else"').status_code == 200


@pytest.mark.parametrize("path", [IMAGE, INFO])
def test_an_error_is_told_whatever_somebody_has(service, path):
    """I3-217."""
    etag = service.get(path)["ETag"]
    (service.folder / "card.png").unlink()
    assert service.get(path, if_none_match=etag).status_code == 404


def test_nothing_is_decoded_for_who_has_it_already(service, monkeypatch):
    """I3-217."""
    etag = service.get(IMAGE)["ETag"]
    monkeypatch.delattr("images.pipeline.serve")
    assert service.get(IMAGE, if_none_match=etag).status_code == 304


@pytest.mark.parametrize("path", [IMAGE, INFO])
def test_an_answer_tells_when_it_last_changed(service, path):
    """I3-217."""
    told = parse_http_date(service.get(path)["Last-Modified"])
    assert abs(told - datetime.now(UTC).timestamp()) < 600


@pytest.mark.parametrize("path", [IMAGE, INFO])
@pytest.mark.parametrize(("hours", "status"), [(-1, 200), (0, 304), (1, 304)])
def test_if_modified_since(service, path, hours, status):
    """I3-217."""
    told = parse_http_date(service.get(path)["Last-Modified"])
    since = http_date(told + timedelta(hours=hours).total_seconds())
    assert service.get(path, if_modified_since=since).status_code == status


@pytest.mark.parametrize("path", [IMAGE, INFO])
@pytest.mark.parametrize("condition", [{"if_match": '"other"'}, {"if_unmodified_since": http_date(1_000_000_000)}])
def test_a_condition_that_does_not_hold_is_an_error_that_nobody_keeps(service, path, condition):
    response = service.get(path, **condition)
    assert (response.status_code, response["Cache-Control"]) == (412, "no-store")
    assert response.content.startswith(b"You asked for a version")


@pytest.mark.parametrize("path", [IMAGE, INFO])
def test_the_etag_counts_for_more_than_the_date(service, path):
    """I3-217."""
    since = service.get(path)["Last-Modified"]
    assert service.get(path, if_none_match='"other"', if_modified_since=since).status_code == 200


@pytest.mark.parametrize("header", ["if_modified_since", "if_none_match", "if_match", "range", "accept_encoding"])
@pytest.mark.parametrize("value", ["", "nonsense", '"', "\xe9"])
def test_headers_that_are_nonsense_break_nothing(service, header, value):
    assert service.get(IMAGE, **{header: value}).status_code in {200, 412}


def test_a_changed_file_has_another_etag(service):
    before = service.get(IMAGE)["ETag"]
    service.draw("card.png", compress_level=0)
    assert service.get(IMAGE)["ETag"] != before


def test_pictures_of_one_image_have_etags_of_their_own(service):
    paths = [f"/iiif/3/card.png/full/{size}/0/{last}" for size in ("90,", "91,") for last in ("color.jpg", "gray.png")]
    assert len({service.get(path)["ETag"] for path in paths}) == len(paths)


def test_both_versions_share_a_picture(service):
    assert service.get(IMAGE)["ETag"] == service.get(IMAGE.replace("/3/", "/2/"))["ETag"]


# --- Methods ------------------------------------------------------------------------------------------------------


@answers
def test_head_is_get_without_the_body(service, path, status):
    """I3-211."""
    got, head = service.get(path), service.ask("HEAD", path)
    assert (head.status_code, head.content) == (status, b"")
    assert dict(head.headers) == dict(got.headers)


def test_the_length_is_told(service):
    """I3-211."""
    response = service.get(IMAGE)
    assert int(response["Content-Length"]) == len(response.content)


@answers
def test_preflight(service, path, status):
    """I3-212: without a look at the image."""
    response = service.ask(
        "OPTIONS",
        path,
        origin="https://viewer.example.org",
        access_control_request_method="GET",
        access_control_request_headers="authorization",
    )
    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Authorization" in response["Access-Control-Allow-Headers"]
    assert int(response["Access-Control-Max-Age"]) > 0
    assert response["Allow"] == "GET, HEAD, OPTIONS"


@answers
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_other_methods(service, path, status, method):
    """I3-220."""
    response = service.ask(method, path)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert response["Content-Type"].startswith("text/plain")
    assert response["Cache-Control"] == "no-store"


def test_a_viewer_elsewhere_can_read_that_the_host_is_unknown(service):
    response = service.get(INFO, host="evil.example")
    assert response.status_code == 400
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "no-store" in response["Cache-Control"]
    assert "Link" not in response
