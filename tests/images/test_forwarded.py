"""Prefixes and identifiers that a trusted proxy tells, and a public URL with a path."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import clear_script_prefix

IMAGE = "full/max/0/default.jpg"


@pytest.fixture
def service(service):
    service.draw("a/b", format="PNG")
    yield service
    clear_script_prefix()


@pytest.fixture
def behind_a_proxy(service, fence):
    """Middleware reads the fence when the first request comes."""

    def trust(*proxies):
        fence(TRUSTED_PROXIES=proxies or ("127.0.0.1",))
        service.client = Client()
        return service

    return trust


def published(service, path="/iiif/3/a%2Fb", **options):
    """Where the answers to this image say that it is: the id, the canonical link and the redirect agree."""
    info = service.get(f"{path}/info.json", **options).json()
    link = service.get(f"{path}/{IMAGE}", **options)["Link"]
    location = service.get(path, **options)["Location"]
    assert link.endswith(f'<{info["id"]}/{IMAGE}>;rel="canonical"')
    assert location == f"{info['id']}/info.json"
    return info["id"]


PATHS = [
    ("/public", "/public"),
    ("/public/", "/public"),
    ("/a/b%20c", "/a/b%20c"),
    ("/", ""),
    ("", ""),
    ("/inner, /outer", "/outer"),
    ("no-slash", ""),
    ("//evil.example", ""),
    ("/a//b", ""),
    ('/"><script>', ""),
]


@pytest.mark.parametrize(("told", "prefix"), PATHS)
def test_a_trusted_proxy_knows_the_prefix(behind_a_proxy, told, prefix):
    """Cantaloupe's lessons 22 and 25."""
    service = behind_a_proxy()
    assert published(service, **{"x-forwarded-path": told}) == f"http://testserver{prefix}/iiif/3/a%2Fb"


def test_the_prefix_of_a_proxy_stands_for_that_of_the_script(behind_a_proxy, settings):
    settings.FORCE_SCRIPT_NAME = "/base"
    assert published(behind_a_proxy(), **{"x-forwarded-path": "/public"}) == "http://testserver/public/iiif/3/a%2Fb"


FORWARDED = {"x-forwarded-path": "/public", "x-forwarded-id": "other"}


def test_a_stranger_knows_neither_prefix_nor_identifier(behind_a_proxy):
    assert published(behind_a_proxy("10.0.0.1"), **FORWARDED) == "http://testserver/iiif/3/a%2Fb"


def test_where_nobody_checks_who_speaks_nobody_is_believed(service, settings):
    settings.MIDDLEWARE = []
    service.client = Client()
    assert published(service, **FORWARDED) == "http://testserver/iiif/3/a%2Fb"


@pytest.mark.parametrize(
    ("told", "identifier"),
    [
        ("other", "other"),
        ("ark:%2F1,2", "ark:%2F1,2"),
        ("a/b", "a%2Fb"),
        ('x"<>', "x%22%3C%3E"),
        ("", "a%2Fb"),
    ],
)
def test_a_trusted_proxy_knows_the_identifier(behind_a_proxy, told, identifier):
    """Parity 1.8, Cantaloupe's lessons 2 and 20."""
    assert published(behind_a_proxy(), **{"x-forwarded-id": told}) == f"http://testserver/iiif/3/{identifier}"


@pytest.mark.parametrize(("told", "location"), [("other;2:4", "other;1:2"), ("other;1:1", "other")])
def test_the_identifier_of_a_proxy_is_normal_too(behind_a_proxy, told, location):
    """Parity 1.7."""
    response = behind_a_proxy().get("/iiif/3/a%2Fb/info.json", **{"x-forwarded-id": told})
    assert (response.status_code, response["Location"]) == (301, f"http://testserver/iiif/3/{location}/info.json")


def test_the_identifier_of_a_proxy_leads_to_no_loop(behind_a_proxy):
    response = behind_a_proxy().get("/iiif/3/a%2Fb;2:4/info.json", **{"x-forwarded-id": "other"})
    assert (response.status_code, response.json()["width"]) == (200, 150)


# --- A public URL with a path -------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [None, "/base", "/elsewhere"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_path_of_the_public_url_is_the_prefix(service, fence, settings, script, slash):
    """I3-003, I3-216: with and without a prefix of the script."""
    settings.FORCE_SCRIPT_NAME = script
    fence(PUBLIC_URL=f"https://images.example.org/base{slash}")
    assert published(service) == "https://images.example.org/base/iiif/3/a%2Fb"


def test_a_public_url_without_a_path_keeps_the_prefix_of_the_script(service, fence, settings):
    settings.FORCE_SCRIPT_NAME = "/base"
    fence(PUBLIC_URL="https://images.example.org")
    assert published(service) == "https://images.example.org/base/iiif/3/a%2Fb"


def test_a_public_url_counts_for_more_than_the_prefix_of_a_proxy(behind_a_proxy, fence):
    service = behind_a_proxy()
    fence(PUBLIC_URL="https://images.example.org", TRUSTED_PROXIES=("127.0.0.1",))
    assert published(service, **{"x-forwarded-path": "/public"}) == "https://images.example.org/iiif/3/a%2Fb"
