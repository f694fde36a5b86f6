"""Which addresses stand in answers, and where the raw path comes from."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from django.urls import clear_script_prefix

from images.addresses import raw_path_of
from tests.images.conftest import draw_card, picture

IMAGE = "full/max/0/default.jpg"


@pytest.fixture
def service(service):
    service.draw("a/b", format="PNG")
    yield service
    clear_script_prefix()


@pytest.fixture
def new_client(service):
    """Middleware reads the fence when the first request comes."""

    def renew():
        service.client = Client()
        return service

    return renew


def published(service, path="/iiif/3/a%2Fb", **options):
    """Where the answers to this image say that it is: the id, the canonical link and the redirect agree."""
    info = service.get(f"{path}/info.json", **options).json()
    link = service.get(f"{path}/{IMAGE}", **options)["Link"]
    location = service.get(path, **options)["Location"]
    assert link.endswith(f'<{info["id"]}/{IMAGE}>;rel="canonical"')
    assert location == f"{info['id']}/info.json"
    return info["id"]


def test_the_address_of_the_request(service):
    """I3-003."""
    assert published(service) == "http://testserver/iiif/3/a%2Fb"


def test_the_port_of_the_request(service, settings):
    """I3-003."""
    settings.ALLOWED_HOSTS = ["images.example.org"]
    assert published(service, host="images.example.org:8182") == "http://images.example.org:8182/iiif/3/a%2Fb"


def test_the_scheme_of_the_request(service):
    """I3-003."""
    assert published(service, environ={"wsgi.url_scheme": "https"}) == "https://testserver/iiif/3/a%2Fb"


def test_a_host_that_is_not_ours_is_refused(service):
    response = service.get(f"/iiif/3/card.png/{IMAGE}", host="evil.example")
    assert response.status_code == 400
    assert b"evil.example" not in response.content


def test_a_public_url_stands_in_every_answer(service, fence):
    """I3-003, I3-216."""
    fence(PUBLIC_URL="https://images.example.org")
    assert published(service) == "https://images.example.org/iiif/3/a%2Fb"


FORWARDED = {"x-forwarded-proto": "https", "x-forwarded-host": "images.example.org"}


def test_a_trusted_proxy_knows_the_address(service, fence, new_client, settings):
    """I3-003, I3-216."""
    settings.ALLOWED_HOSTS = ["images.example.org"]
    fence(TRUSTED_PROXIES=("127.0.0.1",))
    assert published(new_client(), **FORWARDED) == "https://images.example.org/iiif/3/a%2Fb"


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({"x-forwarded-proto": "https"}, "https://testserver"),
        ({"x-forwarded-host": "images.example.org"}, "http://images.example.org"),
        ({"x-forwarded-port": "8443"}, "http://testserver:8443"),
        ({"x-forwarded-proto": "https", "x-forwarded-port": "443"}, "https://testserver"),
        ({"x-forwarded-proto": "", "x-forwarded-host": ""}, "http://testserver"),
    ],
)
def test_each_forwarded_header_works_alone(service, fence, new_client, settings, headers, origin):
    """Cantaloupe's lessons 21, 22 and 25."""
    settings.ALLOWED_HOSTS = ["images.example.org", "testserver"]
    fence(TRUSTED_PROXIES=("127.0.0.1",))
    assert published(new_client(), **headers) == f"{origin}/iiif/3/a%2Fb"


def test_a_stranger_does_not_know_the_address(service, new_client):
    assert published(new_client(), **FORWARDED) == "http://testserver/iiif/3/a%2Fb"


def test_a_public_url_counts_for_more_than_a_proxy(service, fence, new_client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    fence(PUBLIC_URL="https://public.example.org", TRUSTED_PROXIES=("127.0.0.1",))
    assert published(new_client(), **FORWARDED) == "https://public.example.org/iiif/3/a%2Fb"


# --- A prefix of the site -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "prefix", [pytest.param("/base", id="the-proxy-keeps-it"), pytest.param("", id="the-proxy-takes-it-off")]
)
def test_a_script_prefix(service, settings, prefix):
    """The prefix is in the answers whether the proxy leaves it in the request or not."""
    settings.FORCE_SCRIPT_NAME = "/base"

    def get(path, **options):
        return type(service).get(service, path, raw={"RAW_URI": f"{prefix}{path}"}, **options)

    service.get = get
    assert published(service) == "http://testserver/base/iiif/3/a%2Fb"


def test_a_script_name_of_the_server(service):
    """What mod_wsgi and gunicorn's SCRIPT_NAME do."""
    environ = {"SCRIPT_NAME": "/base"}
    info = service.get("/iiif/3/a%2Fb/info.json", raw={"RAW_URI": "/base/iiif/3/a%2Fb/info.json"}, environ=environ)
    assert info.json()["id"] == "http://testserver/base/iiif/3/a%2Fb"


# --- The raw path -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param({"RAW_URI": "/iiif/3/a%2Fb/info.json"}, id="gunicorn"),
        pytest.param({"RAW_URI": "/iiif/3/a%2Fb/info.json?x=/full"}, id="gunicorn-with-a-query"),
        pytest.param({"RAW_URI": "http://testserver/iiif/3/a%2Fb/info.json"}, id="absolute-form"),
        pytest.param({"RAW_URI": "http://testserver:80/iiif/3/a%2Fb/info.json?x"}, id="absolute-form-with-a-query"),
        pytest.param({"REQUEST_URI": "/iiif/3/a%2Fb/info.json"}, id="uwsgi"),
        pytest.param({"REQUEST_URI": "/iiif/3/a%2Fb/info.json?x=1"}, id="uwsgi-with-a-query"),
        pytest.param({"RAW_URI": "/%69iif/%33/a%2Fb/info.json"}, id="prefix-spelled-otherwise"),
        pytest.param({}, id="none"),
    ],
)
def test_where_the_raw_path_comes_from(service, raw):
    """I3-008, I3-009."""
    response = service.get("/iiif/3/a%2Fb/info.json", raw=raw)
    assert response.status_code == 200
    assert response.json()["id"] == "http://testserver/iiif/3/a%2Fb"


def test_the_raw_path_of_an_asgi_server():
    request = RequestFactory().get("/")
    request.scope = {"raw_path": b"/iiif/3/a%2Fb/info.json"}
    assert raw_path_of(request) == "/iiif/3/a%2Fb/info.json"


def test_a_raw_path_that_is_not_the_path_is_not_believed(service):
    assert service.get("/iiif/3/card.png/info.json", raw={"RAW_URI": "/somewhere/else"}).status_code == 404


@pytest.mark.parametrize(
    ("path", "size"),
    [
        pytest.param("x/y/z/full/30,/0/default.png", (30, 20), id="I3-009"),
        pytest.param("x/y%2Fz/full/30,/0/default.png", (30, 20), id="I3-009-mixed"),
        pytest.param("card.png/full/30,/0/default.png", (30, 20), id="I3-001"),
    ],
)
def test_without_a_raw_path_parameters_are_found_from_the_right(service, path, size):
    service.draw("x/y/z", format="PNG")
    assert picture(service.get(f"/iiif/3/{path}", raw={})).size == size


@pytest.mark.parametrize("what", ["info.json", IMAGE])
def test_without_a_raw_path_slashes_are_published_encoded(service, what):
    """I3-018."""
    response = service.get(f"/iiif/3/a/b/{what}", raw={})
    assert response.status_code == 200
    assert "/iiif/3/a%2Fb" in response.content.decode("latin-1") + response["Link"]


def test_without_a_raw_path_other_characters_survive(service):
    """I3-012."""
    service.draw("café ß", draw_card(), format="PNG")
    response = service.get("/iiif/3/caf%C3%A9%20%C3%9F/info.json", raw={})
    assert response.json()["id"] == "http://testserver/iiif/3/caf%C3%A9%20%C3%9F"
