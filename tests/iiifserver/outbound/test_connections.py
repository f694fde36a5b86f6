"""Connections are made only where the fence allows it, whatever the name of a host stands for from one moment to the
next.
"""

from __future__ import annotations

import socket
import threading

import pytest
import requests
from django.conf import settings
from django.test import override_settings
from urllib3.exceptions import EmptyPoolError

from iiifserver.outbound.adapter import closing_answers, guarded
from iiifserver.outbound.client import ClientSettings, HttpClient
from iiifserver.outbound.connections import SENT_AT_ONCE_BYTES, Refused
from iiifserver.outbound.deadlines import time_limit
from iiifserver.outbound.fence import OutboundFence, OutOfBounds, current_fence
from tests.sources.web_server import WebServer, web_server


@pytest.fixture
def web():
    with web_server() as server:
        server.put("/a", b"here")
        yield server


def resolving_to(*addresses: str):
    """A resolver that answers this thread with one list of addresses after the other, and stays with the last."""
    answers = [address.split() for address in addresses]
    resolve_truly, me = socket.getaddrinfo, threading.get_ident()

    def resolve(host: str, port: int, *rest: object, **options: object) -> list[tuple[object, ...]]:
        if threading.get_ident() != me:
            return resolve_truly(host, port, *rest, **options)
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        kind = socket.AF_INET6 if ":" in found[0] else socket.AF_INET
        return [(kind, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    return resolve


def opened(**fence: object):
    return override_settings(IIIFSERVER={**settings.IIIFSERVER, **fence})


def get(url: str) -> bytes:
    client = HttpClient(ClientSettings(connect_seconds=1, read_seconds=2))
    with client.answer("GET", url, {}) as response:
        return response.read()


def named(web: WebServer) -> str:
    return web.address.replace("127.0.0.1", "images.example.org") + "/a"


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://2130706433/"])
def test_this_machine_is_closed(url: str):
    with pytest.raises(OutOfBounds):
        get(url)


def test_a_name_that_stands_for_a_closed_address_is_not_connected_to(web: WebServer, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("127.0.0.1"))
    with pytest.raises(Refused):
        get(named(web))
    assert web.requests == []


def test_a_name_that_stands_for_an_open_and_a_closed_address_is_not_connected_to(web: WebServer, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.216.34 127.0.0.1"))
    with pytest.raises(Refused):
        get(named(web))


def test_a_name_that_is_public_first_and_private_then_reaches_nothing(web: WebServer, monkeypatch):
    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.216.34", "127.0.0.1"))
    monkeypatch.setattr(socket.socket, "connect", lambda self, place: asked.append(place) or refuse())
    for _ in range(2):
        with pytest.raises(Exception, match=r"reached|not public"):
            get(named(web))
    assert [place[0] for place in asked] == ["93.184.216.34"]
    assert web.requests == []


def refuse() -> None:
    raise ConnectionRefusedError


def test_a_connection_that_ends_elsewhere_is_closed_again(web: WebServer, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.216.34"))
    connect = socket.socket.connect
    port = int(web.address.rpartition(":")[2])
    monkeypatch.setattr(socket.socket, "connect", lambda self, place: connect(self, ("127.0.0.1", port)))
    with pytest.raises(Refused):
        get(named(web))
    assert web.requests == []


def test_the_fence_opens_a_private_network(web: WebServer):
    with opened(PRIVATE_NETWORKS=["127.0.0.0/8"]):
        assert get(f"{web.address}/a") == b"here"


def test_an_open_network_opens_no_name_that_stands_for_another(web: WebServer, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("169.254.169.254"))
    with opened(PRIVATE_NETWORKS=["127.0.0.0/8", "169.254.0.0/16"]), pytest.raises(OutOfBounds):
        get(named(web))


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://example.org/a", True),
        ("https://EXAMPLE.org./a", True),
        ("https://images.museum.example/a", True),
        ("https://museum.example/a", False),
        ("https://badmuseum.example/a", False),
        ("https://example.org.evil.example/a", False),
        ("https://evil.example/example.org", False),
        ("https://example.org@evil.example/", False),
    ],
)
def test_the_fence_narrows_hosts(url: str, is_allowed: bool):
    fence = OutboundFence(hosts=("example.org", ".museum.example"))
    if is_allowed:
        assert fence.check(url)
    else:
        with pytest.raises(OutOfBounds):
            fence.check(url)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "//example.org", "http://", "", "http://["],
)
def test_only_web_servers_are_asked(url: str):
    with pytest.raises(OutOfBounds):
        OutboundFence().check(url)


def refusal(fence: OutboundFence, url: str) -> str:
    with pytest.raises(OutOfBounds) as refused:
        fence.check(url)
    return str(refused.value)


@pytest.mark.parametrize(
    ("fence", "key"),
    [(OutboundFence(), "PRIVATE_NETWORKS"), (OutboundFence(hosts=("example.org",)), "REMOTE_HOSTS")],
)
def test_a_refusal_names_the_variable_or_in_a_site_of_its_own_the_setting(fence: OutboundFence, key: str):
    assert f" IIIFSERVER_{key} " in refusal(fence, "http://10.0.0.1/a")
    with override_settings():
        del settings.ENVIRONMENT
        assert f' IIIFSERVER["{key}"] ' in refusal(fence, "http://10.0.0.1/a")


def test_the_fence_is_read_from_the_settings():
    with opened(REMOTE_HOSTS=["Example.org"], PRIVATE_NETWORKS=["10.0.0.0/8"]):
        fence = current_fence()
    assert fence.hosts == ("example.org",)
    assert fence.check("http://example.org/")
    with opened(REMOTE_HOSTS=None):
        assert current_fence().hosts is None


def test_a_session_opens_no_more_connections_than_it_may(web: WebServer):
    with opened(PRIVATE_NETWORKS=["127.0.0.0/8"]), guarded(requests.Session(), 1) as session:
        with session.get(f"{web.address}/a", stream=True), pytest.raises(EmptyPoolError), time_limit(0.01):
            session.get(f"{web.address}/a")
        assert session.get(f"{web.address}/a").content == b"here"


def test_a_long_body_is_sent_in_parts_and_whole(web: WebServer):
    body = bytes(range(251)) * (3 * SENT_AT_ONCE_BYTES // 251 + 1)
    with opened(PRIVATE_NETWORKS=["127.0.0.0/8"]), guarded(requests.Session(), 1) as session:
        session.put(f"{web.address}/a", data=body)
    assert web.requests[0].body == body


def test_an_answer_that_is_given_up_in_the_middle_gives_its_connection_back(web: WebServer):
    with opened(PRIVATE_NETWORKS=["127.0.0.0/8"]), guarded(requests.Session(), 1) as session:
        for _ in range(3):
            with closing_answers(), time_limit(20):
                answer = session.get(f"{web.address}/a", stream=True)
            assert answer.raw.closed


def test_blocks_of_answers_stand_in_each_other(web: WebServer):
    with opened(PRIVATE_NETWORKS=["127.0.0.0/8"]), guarded(requests.Session(), 2) as session, closing_answers():
        outer = session.get(f"{web.address}/a", stream=True)
        with closing_answers():
            inner = session.get(f"{web.address}/a", stream=True)
        assert (inner.raw.closed, outer.content) == (True, b"here")
