"""Images over HTTPS that are reached through a client proxy alone."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from iiifserver.iiif.errors import SourceUnavailable
from iiifserver.testing import content_of
from sources.backends.http import HttpForm, HttpSource
from sources.base import Place
from sources.ranged.retries import Patience
from tests.certificates import write_certificate
from tests.sources.connect_proxy import ConnectProxy, connect_proxy
from tests.sources.web_server import Handler, WebServer, web_server

HOST = "images.invalid"
"""A name that nobody but the proxy can resolve."""
LOGIN = "Basic " + base64.b64encode(b"reader:s3cret").decode()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    return write_certificate(tmp_path_factory.mktemp("certificate"), HOST)


@pytest.fixture
def target(certificate, loopback_is_open) -> Iterator[WebServer]:
    with web_server(certificate) as server:
        server.put("/scans/a.png", b"0123456789")
        yield server


@pytest.fixture
def proxy(target: WebServer) -> Iterator[ConnectProxy]:
    with connect_proxy() as running:
        running.leads_to = ("127.0.0.1", int(target.address.rpartition(":")[2]))
        running.login = LOGIN
        yield running


@pytest.fixture
def build(proxy: ConnectProxy, certificate):
    def build(**options: object) -> HttpSource:
        own = {"base_url": f"https://{HOST}/scans/", "proxy": proxy.address, "proxy_login": "reader:s3cret"}
        authority = {"certificate_authority": certificate[0].read_text()}
        source = HttpSource.build({**own, **authority, "bearer_token": "t0ken", **options})
        source.patience = Patience(sleep=lambda seconds: None)
        return source

    return build


def test_an_https_server_is_reached_through_a_tunnel(build, proxy: ConnectProxy, target: WebServer):
    assert content_of(build(), "a.png") == b"0123456789"
    assert proxy.asked_for == [f"{HOST}:443"]
    (request,) = target.requests
    # Each of both is shown its own credentials alone.
    assert request.headers["authorization"] == "Bearer t0ken"
    assert "proxy-authorization" not in request.headers


@pytest.mark.parametrize("login", ["", "reader:wrong"])
def test_without_its_login_the_proxy_lets_nobody_through(build, proxy: ConnectProxy, target: WebServer, login: str):
    with pytest.raises(SourceUnavailable):
        build(proxy_login=login).find(Place(name="a.png"))
    assert (proxy.asked_for, target.requests) == ([], [])


def test_the_proxy_is_the_fence(build, proxy: ConnectProxy, target: WebServer):
    proxy.forbidden = frozenset({f"{HOST}:443"})
    with pytest.raises(SourceUnavailable):
        build().find(Place(name="a.png"))
    assert target.requests == []


def test_in_the_tunnel_the_server_proves_who_it_is(build, target: WebServer):
    with pytest.raises(SourceUnavailable, match="certificate"):
        build(certificate_authority="").find(Place(name="a.png"))
    assert target.requests == []


def test_a_redirect_to_a_closed_address_does_not_reach_the_proxy(build, proxy: ConnectProxy, target: WebServer):
    def lead(handler: Handler) -> bool:
        handler.answer(302, {"Location": "https://169.254.169.254/latest/meta-data/", "Content-Length": "0"})
        return True

    target.fault = lead
    with pytest.raises(SourceUnavailable):
        build().find(Place(name="a.png"))
    assert proxy.asked_for == [f"{HOST}:443"]


def test_a_proxy_that_is_not_there_is_unavailable(build):
    with pytest.raises(SourceUnavailable):
        build(proxy="http://127.0.0.1:9").find(Place(name="a.png"))


def test_the_form_says_that_the_proxy_decides_what_may_be_reached():
    words = str(HttpForm().fields["proxy"].help_text)
    assert "the proxy that finds out where a name leads, and that decides what may be reached" in words
