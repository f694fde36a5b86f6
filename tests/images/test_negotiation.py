"""Which media type an info.json is sent as."""

from __future__ import annotations

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
