"""Every client of a remote kind goes through the guard: boto's, Azure's and Google's no less than our own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from iiifserver.iiif.errors import IIIFError, SourceNonsense, SourceUnavailable
from iiifserver.testing import content_of
from sources.backends.azure import AzureSource
from sources.backends.gcs import GcsSource
from sources.backends.http import HttpSource
from sources.backends.s3 import S3Source
from sources.base import Place
from sources.ranged.retries import Patience
from sources.ranged.source import RemoteSource
from tests.iiifserver.outbound.test_connections import resolving_to
from tests.sources.web_server import Handler, WebServer

NAME = "store.example.org"

BUILD: dict[str, Callable[[str], RemoteSource]] = {
    "http": lambda address: HttpSource.build({"base_url": address}),
    "s3": lambda address: S3Source.build({"bucket": "b", "endpoint": address, "credentials": "anonymous"}),
    "azure": lambda address: AzureSource.build({"account_url": address, "container": "b"}),
    "gcs": lambda address: GcsSource.build({"bucket": "b", "endpoint": address, "credentials": "anonymous"}),
}


@pytest.fixture(params=BUILD)
def kind(request) -> str:
    return str(request.param)


@pytest.fixture
def build(kind: str) -> Callable[[str], RemoteSource]:
    def build(address: str) -> RemoteSource:
        source = BUILD[kind](address)
        source.patience = Patience(attempts=1)
        return source

    return build


@pytest.fixture
def connected(monkeypatch) -> list[Any]:
    """The places to which this thread tried to connect: none is made."""
    places: list[Any] = []
    connect, me = socket.socket.connect, threading.get_ident()

    def note(self: socket.socket, place: Any) -> None:
        if threading.get_ident() != me:
            return connect(self, place)
        places.append(place[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", note)
    return places


def refusal(source: RemoteSource) -> str:
    with pytest.raises(SourceUnavailable) as error:
        source.find(Place(name="a.png"))
    return str(error.value)


@pytest.mark.parametrize("addresses", ["10.1.2.3", "::1", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1"])
def test_a_name_that_stands_for_a_closed_address_is_not_connected_to(build, connected, monkeypatch, addresses: str):
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to(addresses))
    assert "may not ask" in refusal(build(f"http://{NAME}"))
    assert connected == []


def test_a_name_that_stands_for_an_open_and_a_closed_address_is_not_connected_to(build, connected, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.216.34 10.0.0.1"))
    assert "may not ask" in refusal(build(f"http://{NAME}"))
    assert connected == []


def test_a_name_that_is_public_first_and_private_then_reaches_nothing(build, connected, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.216.34", "10.0.0.1"))
    source = build(f"http://{NAME}")
    assert "may not ask" not in refusal(source)
    assert "may not ask" in refusal(source)
    assert connected == ["93.184.216.34"]


def test_a_connection_that_ends_elsewhere_is_closed_again(build, monkeypatch, web: WebServer):
    """A second look, at the other end of the connection."""
    port = int(web.address.rpartition(":")[2])
    connect, me = socket.socket.connect, threading.get_ident()

    def led_here(self: socket.socket, place: Any) -> None:
        connect(self, ("127.0.0.1", port) if threading.get_ident() == me else place)

    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.216.34"))
    monkeypatch.setattr(socket.socket, "connect", led_here)
    monkeypatch.setattr(socket.socket, "getpeername", lambda self: ("169.254.169.254", 80))
    assert "may not ask" in refusal(build(f"http://{NAME}"))
    assert web.requests == []


@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_to_the_metadata_service_is_not_followed(build, connected_elsewhere, web: WebServer, status: int):
    def lead(handler: Handler) -> bool:
        target = {"Location": "http://169.254.169.254/latest/meta-data/", "Content-Length": "0"}
        handler.answer(status, target)
        return True

    web.fault = lead
    with pytest.raises((SourceUnavailable, SourceNonsense)):
        build(web.address).find(Place(name="a.png"))
    assert connected_elsewhere == []


@pytest.fixture
def connected_elsewhere(monkeypatch) -> list[Any]:
    """The places outside of this machine to which connections were tried."""
    places: list[Any] = []
    connect = socket.socket.connect

    def note(self: socket.socket, place: Any) -> None:
        if place[0] == "127.0.0.1":
            return connect(self, place)
        places.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", note)
    return places


def test_redirects_in_circles_come_to_an_end(build, web: WebServer):
    def lead(handler: Handler) -> bool:
        handler.answer(302, {"Location": f"{web.address}{handler.path}", "Content-Length": "0"})
        return True

    web.fault = lead
    with pytest.raises(IIIFError):
        build(web.address).find(Place(name="a.png"))
    assert len(web.requests) <= 35


def test_the_variables_of_the_machine_name_no_proxy(build, kind: str, web: WebServer, monkeypatch):
    """Which would be asked for all of it, also for what the fence closes."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    web.put("/a.png" if kind == "http" else "/b/a.png", b"here", modified=1_000_000_000)
    web.fault = {"gcs": one_object, "azure": azures_range}.get(kind, web.fault)
    assert content_of(build(web.address), "a.png") == b"here"


def azures_range(handler: Handler) -> bool:
    """Azure asks for a piece in a header of its own."""
    handler.request_seen.headers["range"] = handler.request_seen.headers["x-ms-range"]
    return False


def one_object(handler: Handler) -> bool:
    """What Google's store says of an object."""
    if handler.path.startswith("/download/"):
        handler.answer(206, {"Content-Length": "4", "Content-Range": "bytes 0-3/4"})
        handler.body(b"here")
        return True
    document = b'{"name": "a.png", "size": "4", "generation": "7", "updated": "2026-01-02T03:04:05.678Z"}'
    handler.answer(200, {"Content-Length": str(len(document)), "Content-Type": "application/json"})
    handler.body(document)
    return True
