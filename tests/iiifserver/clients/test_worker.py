"""One worker with four threads, over real connections: who is slow never has a thread."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from tests.certificates import write_certificate
from tests.live import ROOT

SECONDS = 60
OPEN = (psutil.CONN_ESTABLISHED, psutil.CONN_CLOSE_WAIT)
HALF = b"GET / HTTP/1.1\r\nHost: 127.0"
HALF_A_GREETING = b"\x16\x03\x01\x02\x00\x01"
GET = b"GET %s HTTP/1.1\r\nHost: here\r\n\r\n"


class Place:
    """A server, and how to reach it."""

    def __init__(self, port: int, process: subprocess.Popen[str], is_tls: bool) -> None:
        self.port, self.process, self.is_tls = port, process, is_tls

    def connect(self) -> socket.socket:
        """A connection to which nothing has been sent, no greeting of TLS either."""
        return socket.create_connection(("127.0.0.1", self.port), SECONDS)

    def client(self) -> socket.socket:
        if not self.is_tls:
            return self.connect()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(self.connect())

    def get(self, path: bytes = b"/") -> bytes:
        with self.client() as client:
            return ask(client, path)

    def connections(self) -> int:
        processes = psutil.Process(self.process.pid).children()
        return sum(c.status in OPEN for process in processes for c in process.net_connections("tcp"))


def ask(client: socket.socket, path: bytes = b"/") -> bytes:
    client.sendall(GET % path)
    return answer(client)


def answer(client: socket.socket) -> bytes:
    """The content of the next answer."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += more(client, 1)
    head, _, content = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(content) < length:
        content += more(client, length - len(content))
    return content


def more(client: socket.socket, most_bytes: int) -> bytes:
    received = client.recv(most_bytes)
    assert received, "the connection was ended"
    return received


def wait_for_end(client: socket.socket) -> None:
    """Returns when the server has ended the connection."""
    try:
        while client.recv(65536):
            pass
    except ConnectionError:
        return


@contextmanager
def small_server(folder: Path, slow_seconds: int, *, is_tls: bool):
    files = [str(file) for file in write_certificate(folder)] if is_tls else []
    with (folder / "errors").open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("small_server.py")), str(slow_seconds), *files],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        yield Place(int(process.stdout.readline()), process, is_tls)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)
        process.stdout.close()
    assert (folder / "errors").read_text() == ""


PLAIN_AND_TLS = [pytest.param(False, id="plain"), pytest.param(True, id="tls", marks=pytest.mark.slow)]


@pytest.fixture(scope="module", params=PLAIN_AND_TLS)
def place(request, tmp_path_factory):
    """A server that waits for slow clients until all tests are over."""
    with small_server(tmp_path_factory.mktemp("clients"), 600, is_tls=request.param) as place:
        yield place


@pytest.fixture(params=PLAIN_AND_TLS)
def strict_place(request, tmp_path):
    """A server that leaves slow clients soon."""
    with small_server(tmp_path, 3, is_tls=request.param) as place:
        yield place


def drip(client: socket.socket) -> None:
    """Sends a head bit by bit until the server has ended the connection."""
    client.sendall(HALF)
    client.settimeout(0.05)
    while True:
        try:
            client.sendall(b"1")
            assert client.recv(1) == b""
        except TimeoutError:
            continue
        except (ConnectionError, ssl.SSLError):
            pass
        return


@pytest.fixture
def many():
    """Connections that the test need not close."""
    with ExitStack() as opened:
        yield lambda number, connect: [opened.enter_context(connect()) for _ in range(number)]


@pytest.fixture
def crew():
    with ThreadPoolExecutor(10) as pool:
        yield pool


def test_silent_clients_hold_nobody_up(place, many):
    many(200, place.connect)
    assert place.get() == b"here"


def test_half_sent_requests_hold_nobody_up(place, many):
    for client in many(40, place.client):
        client.sendall(HALF)
    assert place.get() == b"here"


def test_handshakes_that_stop_halfway_hold_nobody_up(place, many):
    for client in many(40, place.connect):
        client.sendall(HALF_A_GREETING)
    assert place.get() == b"here"


def test_clients_that_never_read_hold_nobody_up(place, many):
    for client in many(8, place.client):
        client.sendall(GET % b"/big")
    assert [place.get() for _ in range(20)] == [b"here"] * 20


@pytest.mark.slow
def test_slow_clients_are_left(strict_place, many):
    silent, greeting = many(2, strict_place.connect)
    greeting.sendall(HALF_A_GREETING if strict_place.is_tls else HALF)
    dripping, posting, *deaf = many(12, strict_place.client)
    posting.sendall(b"POST /body HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nhalf")
    for client in deaf:
        client.sendall(GET % b"/big")
    drip(dripping)
    wait_for_end(silent)
    wait_for_end(greeting)
    wait_for_end(posting)
    while strict_place.connections() > 0:
        assert strict_place.get() == b"here"


def test_who_reads_slowly_but_reads_gets_everything(place, many):
    (client,) = many(1, place.client)
    client.sendall(GET % b"/big" + GET % b"/")
    content = b""
    while not content.endswith(b"here"):
        received = client.recv(65536)
        assert received, "the connection was ended"
        content = content[-10:] + received


def test_a_connection_serves_request_after_request(place, many):
    (client,) = many(1, place.client)
    assert [ask(client) for _ in range(3)] == [b"here"] * 3


def test_requests_may_be_sent_ahead(place, many):
    (client,) = many(1, place.client)
    client.sendall(GET % b"/" + GET % b"/" + HALF)
    assert [answer(client), answer(client)] == [b"here"] * 2
    client.sendall(b".0.1\r\n\r\n")
    assert answer(client) == b"here"


def test_a_body_is_read(place, many):
    (client,) = many(1, place.client)
    client.sendall(b"POST /body HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n")
    client.sendall(bytes(100_000))
    assert answer(client) == bytes(100_000)
    assert ask(client) == b"here"


@pytest.mark.parametrize(
    ("sent", "status"),
    [(b"GET /" + 70_000 * b"a", b" 414 "), (b"GET / HTTP/1.1\r\n" + 2000 * (b"A: " + 50 * b"b" + b"\r\n"), b" 431 ")],
)
def test_a_head_that_is_too_long_is_refused(place, many, sent, status):
    (client,) = many(1, place.client)
    client.sendall(sent)
    assert status in client.recv(100)


def test_ten_who_want_the_same_picture_get_it_and_others_are_answered_meanwhile(place, many, crew):
    wanting = [crew.submit(place.get, b"/follow") for _ in range(10)]
    assert place.get(b"/begun") == b"True"
    assert [place.get() for _ in range(20)] == [b"here"] * 20
    place.get(b"/land")
    assert len({want.result(SECONDS) for want in wanting}) == 1


def test_a_client_that_leaves_is_noticed_though_it_has_sent_more(place):
    with place.client() as client:
        client.sendall(GET % b"/watch" + HALF)
    assert place.get(b"/departed") == b"True"
