"""Which media type an info.json is sent as."""

from __future__ import annotations

import gzip

import pytest

JSON = "application/json"
LD_2 = "application/ld+json"
LD_3 = 'application/ld+json;profile="http://iiif.io/api/image/3/context.json"'

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

# Requirement, version, what is accepted, what is sent.
CASES = [
    ("I3-151", 3, None, LD_3),
    ("I3-151-any", 3, "*/*", LD_3),
    ("I3-154", 3, "application/json", JSON),
    ("I3-152-ld", 3, "application/ld+json", LD_3),
    ("I3-152-profile", 3, LD_3, LD_3),
    ("I3-152-blank", 3, 'application/ld+json; profile="http://iiif.io/api/image/3/context.json"', LD_3),
    ("I3-152-q", 3, "application/ld+json;q=0.5, application/json", JSON),
    ("I3-152-q-ld", 3, "application/json;q=0.5, application/ld+json", LD_3),
    ("I3-152-q0", 3, "application/ld+json;q=0, application/json", JSON),
    ("I3-152-q0-any", 3, "application/ld+json;q=0, */*", JSON),
    ("I3-152-q0-alone", 3, "application/ld+json;q=0", JSON),
    ("I3-152-charset", 3, "application/json;charset=utf-8", JSON),
    ("I3-152-specific", 3, "*/*, application/ld+json;q=0.1", JSON),
    ("I3-152-half-open", 3, "application/*;q=0.5, application/json;q=0.4, */*", LD_3),
    ("I3-152-jquery", 3, "application/json, text/javascript, */*; q=0.01", JSON),
    ("I3-152-other-profile", 3, 'application/ld+json;profile="http://example.org/"', LD_3),
    ("I3-156-html", 3, "text/html", LD_3),
    ("I3-156-image", 3, "image/*", LD_3),
    ("I3-156-browser", 3, BROWSER, LD_3),
    ("I3-156-nonsense", 3, ";;;,/,q=", LD_3),
    ("I3-156-empty", 3, "", LD_3),
    ("I2-026", 2, None, JSON),
    ("I2-026-any", 2, "*/*", JSON),
    ("I2-026-json", 2, "application/json", JSON),
    ("I2-026-ld", 2, "application/ld+json", LD_2),
    ("I2-026-ld-q", 2, "application/ld+json;q=0.9, application/json;q=0.1", LD_2),
    ("I2-026-ld-q0", 2, "application/ld+json;q=0, */*", JSON),
    ("I2-026-browser", 2, BROWSER, JSON),
    ("I2-026-html", 2, "text/html", JSON),
]


@pytest.mark.parametrize(("version", "accept", "media_type"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_the_media_type(service, version, accept, media_type):
    """Also I3-153."""
    headers = {} if accept is None else {"accept": accept}
    response = service.get(f"/iiif/{version}/card.png/info.json", **headers)
    assert response.status_code == 200
    assert response["Content-Type"] == media_type


@pytest.mark.parametrize("version", [2, 3])
def test_the_body_is_the_same_in_every_type(service, version):
    """I3-157."""
    bodies = {
        service.get(f"/iiif/{version}/card.png/info.json", accept=accept).content
        for accept in ("*/*", "application/json", "application/ld+json", "text/html")
    }
    assert len(bodies) == 1


@pytest.mark.parametrize("version", [2, 3])
def test_caches_learn_that_the_type_depends_on_accept(service, version):
    """I3-155."""
    first = service.get(f"/iiif/{version}/card.png/info.json")
    again = service.get(f"/iiif/{version}/card.png/info.json", if_none_match=first["ETag"])
    assert (first.status_code, again.status_code) == (200, 304)
    assert "Accept" in first["Vary"]
    assert "Accept" in again["Vary"]


def test_images_do_not_depend_on_accept(service):
    """I3-114."""
    assert "Accept" not in service.get("/iiif/3/card.png/full/max/0/default.jpg").get("Vary", "")


# --- Compression --------------------------------------------------------------------------------------------------

INFO = "/iiif/3/card.png/info.json"


@pytest.mark.parametrize(
    ("accept_encoding", "is_compressed"),
    [
        pytest.param("gzip", True, id="I3-158"),
        pytest.param("br, GZIP;q=0.5", True, id="I3-158-weight"),
        pytest.param("gzip, deflate, br, zstd", True, id="I3-158-browser"),
        pytest.param("*", True, id="I3-158-any"),
        pytest.param("gzip;q=0", False, id="I3-158-refused"),
        pytest.param("gzip ; q=0.000, *", False, id="I3-158-refused-aside-from-any"),
        pytest.param("br", False, id="I3-158-other"),
        pytest.param("identity", False, id="I3-158-identity"),
        pytest.param("", False, id="lesson-25-empty"),
        pytest.param(";,q", False, id="I3-158-nonsense"),
    ],
)
@pytest.mark.parametrize("version", [2, 3])
def test_an_information_is_compressed_for_who_can_read_that(service, version, accept_encoding, is_compressed):
    plain = service.get(f"/iiif/{version}/card.png/info.json")
    response = service.get(f"/iiif/{version}/card.png/info.json", accept_encoding=accept_encoding)
    assert response["Vary"] == plain["Vary"] == "Accept, Accept-Encoding"
    assert (response.get("Content-Encoding") == "gzip") is is_compressed
    assert (gzip.decompress(response.content) if is_compressed else response.content) == plain.content
    assert int(response["Content-Length"]) == len(response.content)


def test_each_encoding_has_an_etag_of_its_own(service):
    """I3-217, RFC 9110, 8.8.3."""
    plain, compressed = service.get(INFO), service.get(INFO, accept_encoding="gzip")
    assert plain["ETag"] != compressed["ETag"]
    assert service.get(INFO, accept_encoding="gzip", if_none_match=compressed["ETag"]).status_code == 304
    assert service.get(INFO, if_none_match=compressed["ETag"]).status_code == 200


def test_the_same_information_is_the_same_bytes(service):
    assert len({service.get(INFO, accept_encoding="gzip").content for _ in range(3)}) == 1


def test_pictures_and_errors_are_not_compressed_once_more(service):
    for path in ("/iiif/3/card.png/full/max/0/default.jpg", "/iiif/3/nothing/info.json"):
        assert "Content-Encoding" not in service.get(path, accept_encoding="gzip")
