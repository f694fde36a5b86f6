"""A proxy that opens tunnels, and leads all of them to one server of this machine."""

from __future__ import annotations

import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler


@dataclass
class ConnectProxy:
    """What a test sees of the proxy."""

    address: str = ""
    leads_to: tuple[str, int] = ("127.0.0.1", 9)
    login: str = ""
    """The value of Proxy-Authorization without which nobody gets through; empty where everybody does."""
    forbidden: frozenset[str] = frozenset()
    """Targets that it opens no tunnel to."""
    asked_for: list[str] = field(default_factory=list)


class Tunnels(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: ConnectProxy

    def do_CONNECT(self) -> None:
        self.close_connection = True
        if self.proxy.login and self.headers.get("Proxy-Authorization") != self.proxy.login:
            return self.say(407)
        self.proxy.asked_for.append(self.path)
        if self.path in self.proxy.forbidden:
            return self.say(403)
        with socket.create_connection(self.proxy.leads_to) as target:
            self.say(200)
            with suppress(OSError):
                carry(self.connection, target)
        return None

    def say(self, status: int) -> None:
        self.send_response_only(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def carry(one: socket.socket, other: socket.socket) -> None:
    """Passes on what comes from either end, until one of them closes."""
    ends = {one: other, other: one}
    while True:
        for ready in select.select(list(ends), [], [])[0]:
            content = ready.recv(65_536)
            if not content:
                return
            ends[ready].sendall(content)


class QuietProxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_: object) -> None:
        """What a client breaks off is its own affair."""


@contextmanager
def connect_proxy() -> Iterator[ConnectProxy]:
    """A proxy of this machine on a port of its own, until the block ends."""
    proxy = ConnectProxy()
    server = QuietProxy(("127.0.0.1", 0), type("BoundTunnels", (Tunnels,), {"proxy": proxy}))
    server.block_on_close = False
    proxy.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
