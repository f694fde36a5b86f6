"""What the page that tests proxies is told."""

from __future__ import annotations

import pytest
from django.core import signing
from django.test import Client

from images import arrival
from images.arrival import new_pass


def told(service, path, **options):
    return service.get(f"/iiif/arrival/{new_pass()}/{path}", **options)


@pytest.mark.parametrize(
    ("sent", "segments"),
    [
        ("a%2Fb", ["a/b"]),
        ("a/b", ["a", "b"]),
        ("a//b", ["a", "", "b"]),
        ("50%2525", ["50%25"]),
        ("M%C3%BCnchen", ["München"]),
    ],
)
def test_the_path_is_told_as_it_came(service, sent, segments):
    assert told(service, sent).json()["segments"] == segments


def test_scheme_host_and_address_are_those_of_the_request(service):
    document = told(service, "-").json()
    assert (document["scheme"], document["host"], document["address"]) == ("http", "testserver", "http://testserver")


def test_the_answer_is_for_pages_of_every_origin_and_for_no_cache(service):
    response = told(service, "-")
    assert (response["Access-Control-Allow-Origin"], response["Cache-Control"]) == ("*", "no-store")


def test_headers_of_a_proxy_that_is_not_trusted_are_named(service):
    document = told(service, "-", **{"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9"}).json()
    assert sorted(document["refused"]) == ["Forwarded", "X-Forwarded-For"]
    assert (document["client"], document["trusted_hops"]) == ("127.0.0.1", 0)


def test_a_trusted_proxy_shows_who_stands_behind_it(service, fence):
    fence(TRUSTED_PROXIES=("127.0.0.1",))
    service.client = Client()
    document = told(service, "-", **{"x-forwarded-for": "203.0.113.9"}).json()
    assert (document["client"], document["sender"], document["trusted_hops"]) == ("203.0.113.9", "127.0.0.1", 1)


@pytest.mark.parametrize("salt", [None, "sessions"])
def test_what_was_signed_for_another_use_is_no_pass(service, salt):
    made_up = signing.TimestampSigner(sep=".", salt=salt).sign("arrival")
    assert service.get(f"/iiif/arrival/{made_up}/-").status_code == 404


@pytest.mark.parametrize("made_up", ["x", "arrival", "arrival.x.y"])
def test_without_a_pass_of_the_page_nothing_is_told(service, made_up):
    response = service.get(f"/iiif/arrival/{made_up}/a%2Fb")
    assert (response.status_code, b"segments" in response.content) == (404, False)


def test_a_pass_ends_after_an_hour(service, monkeypatch):
    monkeypatch.setattr(arrival, "LIFETIME_SECONDS", -1)
    assert told(service, "-").status_code == 404


@pytest.mark.parametrize("sent", ["%00", "%FF%FE", "%", "..%2F..", "a" * 3000])
def test_no_path_breaks_it(service, sent):
    assert told(service, sent).status_code == 200
